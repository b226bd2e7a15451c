#!/usr/bin/env node
/**
 * Cli: the command line, and the only place that reads the environment, the time of day and the arguments.
 *
 *   argv, env → [cli] → commands
 *
 * Data goes to stdout, talk to stderr. Exit code 0: fine; 1: the answer is "no"; 2: wrong usage or configuration.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { pino } from "pino";
import { telemetryOf } from "./collector/telemetry.ts";
import type { Surroundings } from "./commands/around.ts";
import { type Asking, ask } from "./commands/ask.ts";
import { addBenchCommand } from "./commands/bench.ts";
import { check } from "./commands/check.ts";
import { demo } from "./commands/demo.ts";
import { addLetterCommands } from "./commands/letters_argv.ts";
import { migrateStore } from "./commands/migrate.ts";
import { refold } from "./commands/refold.ts";
import { serve } from "./commands/serve.ts";
import { addSloCommands } from "./commands/slo_argv.ts";
import { parseConfig } from "./config.ts";
import { Failure } from "./errors.ts";

/** In a log file a line now and then is enough. */
const PROGRESS_MS = 2_000;
let toldMs = 0;

const surroundings: Surroundings = {
  config: () => parseConfig(process.env),
  secret: (name: string) => process.env[name],
  telemetry: () => telemetryOf(process.env),
  now: () => Date.now(),
  print: (text: string) => {
    // What was told of the progress is over.
    if (toldMs > 0 && process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    process.stdout.write(`${text}\n`);
  },
  talk: (text: string) => process.stderr.write(`${text}\n`),
  progress: (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
    else if (Date.now() - toldMs >= PROGRESS_MS) process.stderr.write(`${text}\n`);
    else return;
    toldMs = Date.now();
  },
  log: () => pino({ level: parseConfig(process.env).logLevel }, pino.destination({ fd: 2, sync: false })),
  onStop: (stop: () => void) => {
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
  },
};

/** Takes the exit code that an action resolves to. */
async function run(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

/** The command line of this product. Every action resolves to the exit code. */
function commandLine(): Command {
  const program = new Command("waybill")
    .description("What happened to this order?")
    .version(versionOf())
    .exitOverride()
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: true });
  program.addHelpText(
    "after",
    "\nExamples:\n  waybill serve\n  waybill order ORD-1001\n  waybill journeys --stuck --json",
  );
  program
    .command("serve")
    .description("receive, store and answer")
    .action(() => run(serve(surroundings)));
  program
    .command("demo")
    .description("serve, play the shop's traffic and tell three stories")
    .option("--orders <count>", "ordinary orders to play beside the scenarios", "40")
    .option("--seed <number>", "the same seed gives the same ids")
    .option("--once", "stop after the stories")
    .action((options) => run(demo(surroundings, options)));
  program
    .command("check")
    .description(
      "check waybill.yaml; one line per problem. With --against: what it would do to recorded journeys",
    )
    .argument("[file]", "default: WAYBILL_CONFIG or ./waybill.yaml")
    .option("--against <time>", "hold it against what a running Waybill recorded, so far back: 24h")
    .option("--limit <count>", "keys to look at; default: 5000")
    .option("--json", "for machines")
    .addOption(new Option("--url <url>", "a running Waybill; default: the one on this machine"))
    .action((file, options) => run(check(surroundings, { file, ...options })));
  program
    .command("refold")
    .description("fold stored journeys anew, as the waybill.yaml in use says")
    .requiredOption("--since <time>", "journeys with hops so far back: 7d")
    .option("--definition <name>", "only these journeys")
    .option("--dry-run", "only say what would change")
    .option("--json", "for machines")
    .addOption(new Option("--url <url>", "a running Waybill; default: the one on this machine"))
    .action((options) => run(refold(surroundings, options)));
  program
    .command("migrate")
    .description("bring the store's tables up to date")
    .action(() => run(migrateStore(surroundings)));
  addLetterCommands(
    program.command("dead-letters").description("what was refused, and why; replay it once it is mended"),
    surroundings,
    run,
  );
  addBenchCommand(program, surroundings, run);
  addQuestions(program, (asking) => run(ask(surroundings, asking)));
  return program;
}

type Put = (asking: Asking) => Promise<void>;

/** Questions to a running Waybill. */
function addQuestions(program: Command, put: Put): void {
  const question = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option("--json", "for machines")
      .addOption(new Option("--url <url>", "a running Waybill; default: the one on this machine"));
  question("order", "the story of one order")
    .argument("<id>")
    .option("--explain", "say of every hop why it is there")
    .action((id, options) => put({ ...options, kind: "order", id }));
  question("find", "what any id belongs to")
    .argument("<id>")
    .action((id, options) => put({ ...options, kind: "find", id }));
  question("journeys", "journeys by definition, state, step and time")
    .option("--definition <name>")
    .option("--state <state>", "open, overdue, succeeded, failed or compensated")
    .option("--stuck", "only those whose next step, or end, is past due")
    .option("--step <name>", "waiting for, or failed at, this step")
    .option("--since <time>", "so long ago, 24h or 7d, or RFC 3339")
    .option("--until <time>", "the same")
    .option("--tag <name=value>")
    .option("--limit <count>", "default: 200")
    .option("--cursor <cursor>", "go on where a page said that there are more")
    .action(({ json, url, stuck, ...filter }) =>
      put({ json, url, kind: "journeys", filter: { ...filter, ...(stuck ? { stuck: "true" } : {}) } }),
    );
  const slo = question("slo", "objectives, burn and budget");
  addSloCommands(
    slo.action((options) => put({ ...options, kind: "slo" })),
    surroundings,
    run,
  );
}

function versionOf(): string {
  const text = readFileSync(new URL("./package.json", import.meta.url), "utf8");
  return String(Reflect.get(JSON.parse(text), "version"));
}

/** Exit codes of errors: one line each, and a stack only for bugs. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure) {
    surroundings.talk(`waybill: ${error.message}`);
    return error.code === "not_found" || error.retryable ? 1 : 2;
  }
  throw error;
}

try {
  await commandLine().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
