/**
 * Child: our own code in a process of its own, to be killed or to stand in the way.
 *
 *   startChild → lines it says → kill
 *
 * The sources are compiled once per test file; the child is a plain Node process, as in production.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const COMPILE =
  "--noCheck --target es2023 --module nodenext --rewriteRelativeImportExtensions --skipLibCheck --types node --ignoreConfig";

/** A compiled script, ready to run. */
export interface Program {
  readonly start: (...args: string[]) => Child;
  readonly remove: () => Promise<void>;
}

/** A running child. */
export interface Child {
  readonly pid: number;
  /** what it has said so far, by line */
  readonly lines: readonly string[];
  /** Resolves once it has said so many lines. @throws {Error} when it ends before that */
  readonly said: (lines: number) => Promise<void>;
  /** Kills it as the machine would: no handler runs. Resolves when it is gone and all it said was read. */
  readonly kill: () => Promise<void>;
}

/** Compiles a script of the tree, such as `test/ingest/append_forever.ts`. */
export async function compile(script: string): Promise<Program> {
  const dir = await mkdtemp(join(tmpdir(), "waybill-child-"));
  const flags = [...COMPILE.split(" "), "--rootDir", REPOSITORY, "--outDir", dir];
  const tsc = join(REPOSITORY, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, ...flags, join(REPOSITORY, script)], { cwd: REPOSITORY });
  await writeFile(join(dir, "package.json"), '{"type":"module"}');
  await symlink(join(REPOSITORY, "node_modules"), join(dir, "node_modules"));
  return {
    start: (...args) =>
      started(spawn(process.execPath, [join(dir, script.replace(/\.ts$/, ".js")), ...args])),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

function started(child: ChildProcess): Child {
  const { stdout, stderr, pid } = child;
  if (stdout === null || stderr === null || pid === undefined)
    throw new Error("the child could not be started");
  const lines: string[] = [];
  let complaint = "";
  const reader = createInterface({ input: stdout }).on("line", (line) => lines.push(line));
  stderr.on("data", (text) => {
    complaint += text;
  });
  const closed = once(reader, "close");
  return {
    pid,
    lines,
    said: async (count) => {
      while (lines.length < count) {
        await Promise.race([once(reader, "line"), closed]);
        if (child.exitCode !== null && lines.length < count) throw new Error(`the child ended: ${complaint}`);
      }
    },
    kill: async () => {
      child.kill("SIGKILL");
      await closed;
    },
  };
}
