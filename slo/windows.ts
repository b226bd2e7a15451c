/**
 * Windows: the stretches of time an objective is counted over, all of them ending at the watermark.
 *
 *   now → [windows] → counts → evaluate
 *
 * Pure. Ending at the watermark and not at the clock keeps minutes that are still filling from looking too good.
 */
import type { Objective } from "../ingest/definitions.ts";
import type { Tally } from "./burn.ts";
import { tiersFor } from "./tiers.ts";

const MINUTE_MS = 60_000;

/** How long a minute is left to settle before it counts; ms. */
export const SETTLE_MS = 60_000;

/** What the journeys of one definition came to in one window, `[fromMs, watermark)`. */
export interface WindowCounts {
  /** epoch milliseconds UTC */
  readonly fromMs: number;
  readonly good: number;
  readonly bad: number;
  /** per asked threshold: how many of the good took at most that long */
  readonly within: readonly number[];
  /** 99th percentile of what the good ones took, within 1 %; ms; null when there is none */
  readonly tookMsP99: number | null;
}

/** What the journeys of one definition came to. */
export interface Counts {
  readonly watermarkMs: number;
  /** the thresholds of `within`; ms */
  readonly thresholdsMs: readonly number[];
  /** the shortest window first; a window in which nothing ended beyond the one before may be missing */
  readonly windows: readonly WindowCounts[];
  /** journeys that have neither ended nor passed their deadline */
  readonly inFlight: number;
}

/** The last whole minute that has settled: no window looks past it. Epoch milliseconds UTC. */
export function watermarkAt(nowMs: number): number {
  return Math.floor((nowMs - SETTLE_MS) / MINUTE_MS) * MINUTE_MS;
}

/** Lengths of all windows an objective needs, its own and its tiers', shortest first; ms. */
export function windowsOf(objective: Objective): readonly number[] {
  const lengths = tiersFor(objective.windowMs).flatMap((tier) => [tier.shortMs, tier.longMs]);
  return [...new Set([...lengths, objective.windowMs])].sort((a, b) => a - b);
}

/** Good and bad of one objective in its window of that length. A latency objective looks at successful journeys only. */
export function tallyOf(counts: Counts, objective: Objective, windowMs: number): Tally {
  const window = windowOf(counts, windowMs);
  if (window === null) return { good: 0, bad: 0 };
  if (objective.withinMs === null) return { good: window.good, bad: window.bad };
  const within = window.within[counts.thresholdsMs.indexOf(objective.withinMs)];
  if (within === undefined) throw new RangeError(`${objective.withinMs} ms was not counted`);
  return { good: within, bad: window.good - within };
}

/** The counts of the window of that length, or null when no journey ended in it. */
export function windowOf(counts: Counts, windowMs: number): WindowCounts | null {
  const fromMs = counts.watermarkMs - windowMs;
  return counts.windows.findLast((window) => window.fromMs >= fromMs) ?? null;
}
