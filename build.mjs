/**
 * Build: TypeScript to `dist/`, and beside it what TypeScript does not carry along: SQL, page assets, definitions.
 *
 * A finished build holds the hash of what it was built from, so that the next one may be skipped. It is made aside
 * and moved into place whole: a process that starts meanwhile sees the old one or the new one.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const STAMP = ".built-from";
const FOLDERS = ["collector", "ingest", "slo", "query", "dashboards", "demo", "bench", "commands"];
/** Files of the root that the built product reads. */
const CARRIED = ["package.json", "waybill.yaml"];
const SETTINGS = ["build.mjs", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];

/** The product's files, paths from the root, in a stable order. */
function sources() {
  const inFolders = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
  );
  const inRoot = readdirSync(root).filter((name) => name.endsWith(".ts"));
  return [...inFolders, ...inRoot, ...CARRIED].sort();
}

function sourceHash() {
  const hash = createHash("sha256");
  for (const path of [...sources(), ...SETTINGS]) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

/** Whether `dist/` was built from exactly these sources. */
export function isBuilt() {
  const stamp = join(dist, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === sourceHash();
}

/** Builds `dist/`; throws with the compiler's words when it does not compile. */
export async function build() {
  const from = sourceHash();
  const aside = join(root, `.dist-${process.pid}`);
  try {
    await compile(aside);
    for (const path of sources().filter((name) => !name.endsWith(".ts"))) {
      mkdirSync(dirname(join(aside, path)), { recursive: true });
      cpSync(join(root, path), join(aside, path));
    }
    if (existsSync(join(aside, "cli.js"))) chmodSync(join(aside, "cli.js"), 0o755);
    writeFileSync(join(aside, STAMP), from);
    rmSync(dist, { recursive: true, force: true });
    renameSync(aside, dist);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

async function compile(outDir) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--outDir", outDir];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 64 * 1_048_576 });
  } catch (error) {
    throw new Error(`It does not compile.\n${error.stdout ?? ""}${error.stderr ?? ""}`.trimEnd());
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
