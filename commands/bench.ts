/**
 * Bench command: measures this build on this machine.
 */
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { Command } from "commander";
import { PART_NAMES, runBench } from "../bench/bench.ts";
import { figuresOf, isRight } from "../bench/figures.ts";
import { machineName } from "../bench/machine.ts";
import { renderTable } from "../bench/table.ts";
import { Failure } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { Surroundings } from "./around.ts";

/** What was asked for, as written on the command line. */
interface Benching {
  /** names of parts; none are all */
  readonly parts: readonly string[];
  readonly json?: boolean;
  readonly keep?: boolean;
  readonly dir?: string;
  readonly seeded?: string;
  readonly rate?: string;
  readonly sizes: Readonly<Record<string, string>>;
}

/** Sizes by flag: what they mean and what they are when nobody says. */
const SIZES = {
  seconds: ["how long one load lasts; s", "20"],
  "load-rate": ["load while something else is measured; spans/s", "50000"],
  batch: ["spans of a request", "1000"],
  connections: ["connections of the load", "8"],
  seed: ["the same seed gives the same ids", "1"],
  spans: ["spans of the parts disk and restart", "1000000"],
  stored: ["spans stored before the lookups", "1000000"],
  days: ["days over which those are spread", "7"],
  lookups: ["lookups on an idle service", "300"],
  journeys: ["open journeys of the parts memory and restart", "50000"],
  ended: ["ended journeys of the part slo", "1000000"],
} as const;

/** Adds the command; sizes are flags of their own. */
export function addBenchCommand(
  program: Command,
  around: Surroundings,
  run: (code: Promise<number>) => Promise<void>,
): void {
  const command = program
    .command("bench")
    .description("measure this build on this machine")
    .argument("[parts...]", `any of ${PART_NAMES.join(", ")}; default: all`)
    .option("--json", "for machines")
    .option("--rate <count>", "offer so many spans a second; default: as many as are taken")
    .option("--dir <folder>", "write below this folder; default: the system's temporary one")
    .option("--seeded <folder>", "lookup: seed here once, and use it again the next time")
    .option("--keep", "keep what was written");
  for (const [flag, [meaning, initial]] of Object.entries(SIZES))
    command.option(`--${flag} <count>`, meaning, initial);
  command.action((parts, { json, rate, dir, keep, seeded, ...sizes }) =>
    run(bench(around, { parts, json, rate, dir, keep, seeded, sizes })),
  );
}

/** 0 when every recount came out right, else 1. */
export async function bench(around: Surroundings, benching: Benching): Promise<number> {
  const parts = benching.parts.length === 0 ? PART_NAMES : benching.parts;
  const unknown = parts.find((part) => !PART_NAMES.includes(part));
  if (unknown !== undefined)
    throw new Failure("config", `${unknown} is no part of the bench${meant(unknown)}`);
  const under = benching.dir ?? tmpdir();
  await mkdir(under, { recursive: true });
  const stopping = new AbortController();
  around.onStop(() => stopping.abort());
  const measured = await runBench({
    parts,
    sizes: sizesOf(benching),
    under,
    keep: benching.keep === true,
    seeded: benching.seeded ?? null,
    talk: around.talk,
    signal: stopping.signal,
  });
  const run = { machine: machineName(), at: new Date(around.now()).toISOString() };
  if (benching.json) around.print(JSON.stringify(figuresOf(measured, run), null, 2));
  else around.print(renderTable(measured, `${run.at}  ${run.machine}`));
  return isRight(measured) ? 0 : 1;
}

function sizesOf({ sizes, rate }: Benching) {
  const size = (flag: keyof typeof SIZES) => countIn(`--${flag}`, sizes[camel(flag)] ?? SIZES[flag][1]);
  return {
    seconds: size("seconds"),
    rate: rate === undefined ? null : countIn("--rate", rate),
    loadRate: size("load-rate"),
    batch: size("batch"),
    connections: size("connections"),
    seed: size("seed"),
    spans: size("spans"),
    stored: size("stored"),
    days: size("days"),
    lookups: size("lookups"),
    journeys: size("journeys"),
    ended: size("ended"),
  };
}

function camel(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function countIn(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 2 ** 31) return value;
  throw new Failure("config", `${flag} must be a whole number of at least 1, not ${text}`);
}

function meant(part: string): string {
  const near = nearest(part, PART_NAMES);
  return near === undefined ? `; there are ${PART_NAMES.join(", ")}` : `; did you mean ${near}?`;
}
