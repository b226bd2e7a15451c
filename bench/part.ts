/**
 * Part: what every part of the bench is given, and how parts share a service and its load.
 *
 *   flags → [Bench] → parts/*.ts → figures
 */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type OnProgress, runLoad } from "./load/load.ts";
import type { LoadPlan } from "./load/plan.ts";
import type { Sent } from "./load/sender.ts";
import { type BenchService, type ServiceStart, startService } from "./service.ts";
import { spansOf } from "./shop.ts";

/** Sizes, as the flags give them. */
export interface BenchSizes {
  /** how long one load lasts; s */
  readonly seconds: number;
  /** spans offered a second; null for as many as are taken */
  readonly rate: number | null;
  /** what goes on meanwhile in the parts that measure under load; spans a second */
  readonly loadRate: number;
  /** the most spans in a request of the big loads; count */
  readonly batch: number;
  readonly connections: number;
  readonly seed: number;
  /** spans of the parts that send a number of them: disk, restart; count */
  readonly spans: number;
  /** spans stored before the lookups; count */
  readonly stored: number;
  /** over how many days those are spread */
  readonly days: number;
  readonly lookups: number;
  /** open journeys of the parts memory and restart; count */
  readonly journeys: number;
  /** ended journeys in the window of the part slo; count */
  readonly ended: number;
}

/** What a part works with. */
export interface Bench {
  readonly sizes: BenchSizes;
  /** A new, empty data folder. */
  readonly folder: (name: string) => Promise<string>;
  /** a folder that is seeded once and kept; null for a new one each time */
  readonly seeded: string | null;
  /** Starts a service that is stopped with the bench, if not before. */
  readonly start: (start: ServiceStart) => Promise<BenchService>;
  /** progress, a line */
  readonly talk: (text: string) => void;
}

/** Where a bench writes. */
export interface BenchFolders {
  readonly root: string;
  readonly seeded: string | null;
}

/** A bench, and how to leave nothing of it running. */
export function openBench(sizes: BenchSizes, { root, seeded }: BenchFolders, talk: (text: string) => void) {
  const services: BenchService[] = [];
  const bench: Bench = {
    sizes,
    seeded,
    folder: (name) => mkdtemp(join(root, `${name}-`)),
    start: async (start) => {
      const service = await startService(start);
      services.push(service);
      return service;
    },
    talk,
  };
  return { bench, close: async () => void (await Promise.all(services.map((service) => service.kill()))) };
}

/** A plan by these sizes; what is given differs from it. */
export function planOf({ sizes }: Bench, given: Partial<LoadPlan> & Pick<LoadPlan, "port">): LoadPlan {
  return {
    encoding: "protobuf",
    seed: sizes.seed,
    fromJourney: 0,
    // Eight services tell of twenty spans: the average request has what was asked for.
    journeysPerWave: Math.max(50, Math.round((sizes.batch * 8) / spansOf(false))),
    seconds: sizes.seconds,
    journeysMax: Number.MAX_SAFE_INTEGER,
    spansPerRequest: null,
    spansPerSecond: sizes.rate,
    connections: sizes.connections,
    lagWaves: 1,
    services: 8,
    ...given,
  };
}

/** Sends a plan and says every few seconds how far it is. */
export function sendAloud({ talk }: Bench, name: string, plan: LoadPlan): Promise<Sent> {
  let ticks = 0;
  let before = 0;
  const onProgress: OnProgress = (spans, refused) => {
    if (ticks++ % TALK_EVERY !== TALK_EVERY - 1) return;
    const rate = Math.round((spans - before) / TALK_EVERY);
    talk(
      `${name}: ${spans.toLocaleString("en")} spans acked, ${rate.toLocaleString("en")}/s, ${refused} refusals`,
    );
    before = spans;
  };
  return runLoad(plan, onProgress);
}

/** seconds between lines of progress */
const TALK_EVERY = 5;
