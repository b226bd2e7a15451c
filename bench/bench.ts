/**
 * Bench: runs the parts asked for, one after the other, each on a fresh folder, and tells what they found.
 *
 *   parts, sizes → [bench] → Measured
 *
 * Everything is real: the service is a process of its own, started as users start it; the load comes over HTTP from
 * another one. Only 127.0.0.1 is ever connected to. What is started is stopped, and what is written is deleted.
 */
import { mkdtemp, rm } from "node:fs/promises";
import type { Measured } from "./figures.ts";
import { measureFloors } from "./floor.ts";
import { type Bench, type BenchSizes, openBench } from "./part.ts";
import { measureBatches } from "./parts/batches.ts";
import { measureCpu } from "./parts/cpu.ts";
import { measureDisk } from "./parts/disk.ts";
import { measureFreshness } from "./parts/freshness.ts";
import { measureIngest } from "./parts/ingest.ts";
import { measureLookup } from "./parts/lookup.ts";
import { measureMemory } from "./parts/memory.ts";
import { measureRestart } from "./parts/restart.ts";
import { measureSlo } from "./parts/slo.ts";

const PARTS = {
  floors: measureFloors,
  ingest: (bench: Bench) => measureIngest(bench, "protobuf"),
  json: (bench: Bench) => measureIngest(bench, "json"),
  batches: measureBatches,
  freshness: measureFreshness,
  lookup: measureLookup,
  disk: measureDisk,
  memory: measureMemory,
  slo: measureSlo,
  restart: measureRestart,
  cpu: measureCpu,
} satisfies { readonly [name in keyof Measured]: (bench: Bench) => Promise<Measured[name]> };

/** The parts by name, in the order in which they run. */
export const PART_NAMES: readonly string[] = Object.keys(PARTS);

/** What to run, how large, and where. */
export interface BenchRun {
  readonly parts: readonly string[];
  readonly sizes: BenchSizes;
  /** a folder for everything that is written, which must exist */
  readonly under: string;
  readonly keep: boolean;
  /** see `Bench` */
  readonly seeded: string | null;
  readonly talk: (text: string) => void;
  /** aborts when a signal says stop */
  readonly signal: AbortSignal;
}

const NOTHING: Measured = {
  floors: null,
  ingest: null,
  json: null,
  batches: null,
  freshness: null,
  lookup: null,
  disk: null,
  memory: null,
  slo: null,
  restart: null,
  cpu: null,
};

/** Runs the parts. */
export async function runBench({
  parts,
  sizes,
  under,
  keep,
  seeded,
  talk,
  signal,
}: BenchRun): Promise<Measured> {
  const root = await mkdtemp(`${under}/waybill-bench-`);
  const { bench, close } = openBench(sizes, { root, seeded }, talk);
  const stop = () => void close();
  signal.addEventListener("abort", stop);
  let measured = NOTHING;
  try {
    for (const [name, measure] of Object.entries(PARTS)) {
      if (!parts.includes(name) || signal.aborted) continue;
      talk(`── ${name}`);
      measured = { ...measured, [name]: await measure(bench) };
    }
    return measured;
  } finally {
    signal.removeEventListener("abort", stop);
    await close();
    if (keep) talk(`kept: ${root}`);
    else await rm(root, { recursive: true, force: true });
  }
}
