/**
 * Run: from a fresh clone to a running service, with nothing installed but Node and npm.
 *
 *   serve|demo|bench [options]    installs and builds what is missing, then starts
 *   cli <command> …               the same for any command of the command line
 *   test [vitest options]         installs, builds, and runs every check
 *
 * Begun by start.cjs, with settings that Node takes only before it loads the first module.
 * Uses nothing that has to be installed first. Talks on stderr, and only when something takes more than two seconds.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const NODE_LEAST = [20, 19];
const INSTALLED = join(root, "node_modules/.waybill-installed");

/** A failure that has been put into words; anything else is a bug and shows its stack. */
class Stop extends Error {
  constructor(text, exitCode = 1) {
    super(text);
    this.exitCode = exitCode;
  }
}

function say(text) {
  process.stderr.write(`waybill: ${text}\n`);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [majorLeast, minorLeast] = NODE_LEAST;
  if (major > majorLeast || (major === majorLeast && minor >= minorLeast)) return;
  throw new Stop(`Node ${NODE_LEAST.join(".")} or newer is needed; this is ${process.versions.node}.`);
}

/** Runs a program to its end: its exit code (1 when a signal ended it) and, if piped, what it said. */
function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit", ...options });
    let output = "";
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.on("error", (error) => reject(new Stop(`${program} cannot be run: ${error.message}`)));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs the script of an installed tool; its exit code. */
async function tool(path, ...args) {
  const { code } = await run(process.execPath, [join(root, "node_modules", path), ...args]);
  return code;
}

/** Does something that is usually quick, and says so when it is not. */
async function patiently(doing, work) {
  const begun = performance.now();
  const seconds = () => Math.round((performance.now() - begun) / 1000);
  const first = setTimeout(() => say(`${doing} …`), 2_000);
  const again = setInterval(() => say(`still ${doing}, ${seconds()} s`), 10_000);
  try {
    await work();
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
  if (seconds() >= 2) say(`${doing}: done in ${seconds()} s`);
}

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** By us, or since the lock file last changed by somebody else. */
function isInstalled() {
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === lockHash()) return true;
  const byNpm = join(root, "node_modules/.package-lock.json");
  return existsSync(byNpm) && statSync(byNpm).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
}

async function ensureInstalled() {
  if (isInstalled()) return;
  const { program, first, shell } = npm();
  const args = [
    ...first,
    "ci",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  await patiently("installing dependencies (npm ci)", async () => {
    const { code, output } = await run(program, args, { shell, stdio: ["ignore", "pipe", "pipe"] });
    if (code !== 0) throw new Stop(`npm ci failed (exit code ${code}).\n${output}`, code);
  });
  writeFileSync(INSTALLED, lockHash());
}

/** The npm that runs us when one does, else the one on the path. */
function npm() {
  const script = process.env.npm_execpath ?? "";
  if (script.endsWith("npm-cli.js")) return { program: process.execPath, first: [script], shell: false };
  return { program: "npm", first: [], shell: process.platform === "win32" };
}

async function ensureBuilt() {
  const { build, isBuilt } = await import("./build.mjs");
  if (isBuilt()) return;
  await patiently("building", build).catch((error) => {
    throw new Stop(error.message);
  });
}

/** Hands this process over to the command line: its signals, its exit code. */
async function start(args) {
  await ensureInstalled();
  await ensureBuilt();
  const cli = join(root, "dist/cli.js");
  process.argv = [process.execPath, cli, ...args];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(cli).href);
}

/** Runs one check of the suite and says how long it took. */
async function stage(name, check) {
  const begun = performance.now();
  say(`${name} …`);
  const code = await check();
  say(
    `${name}: ${code === 0 ? "ok" : `failed (exit code ${code})`}, ${((performance.now() - begun) / 1000).toFixed(1)} s`,
  );
  return code;
}

/** A step that throws when it fails, as a check with an exit code. */
const asCheck = (step) => () =>
  step().then(
    () => 0,
    (error) => {
      if (!(error instanceof Stop)) throw error;
      say(error.message);
      return error.exitCode;
    },
  );

/** Every check in order, up to the first that fails; ends with a line `N passed, N failed`. */
async function test(args) {
  const scratch = mkdtempSync(join(tmpdir(), "waybill-test-"));
  const report = join(scratch, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const stages = {
    install: asCheck(ensureInstalled),
    build: asCheck(ensureBuilt),
    types: () => tool("typescript/bin/tsc", "--noEmit"),
    lint: () => tool("@biomejs/biome/bin/biome", "ci", "."),
    tests: () => tool("vitest/vitest.mjs", "run", ...reporters, ...args),
  };
  let code = 0;
  for (const [name, check] of Object.entries(stages)) code ||= await stage(name, check);
  console.log(closingLine(report, code));
  rmSync(scratch, { recursive: true });
  return code;
}

/** A stage that failed without a failing test counts as one. */
function closingLine(report, code) {
  const counted = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  const { numPassedTests: passed = 0, numFailedTests = 0, numPendingTests: skipped = 0 } = counted;
  const failed = Math.max(numFailedTests, code === 0 ? 0 : 1);
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

async function main([mode, ...args]) {
  checkNode();
  if (mode === "test") process.exitCode = await test(args);
  else if (mode === "cli") await start(args);
  else if (mode === "serve" || mode === "demo" || mode === "bench") await start([mode, ...args]);
  else throw new Stop("usage: node start.cjs serve|demo|bench|test|cli …", 2);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
