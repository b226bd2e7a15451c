/**
 * Windows: the stretches of time an objective is counted over, all of them ending at the watermark.
 *
 *   now → [windows] → counts → evaluate
 *
 * Pure. Ending at the watermark and not at the clock keeps minutes that are still filling from looking too good.
 */
import type { Objective, ObjectiveWindow } from "../ingest/definitions.ts";
import type { Tally } from "./burn.ts";
import { periodAround, type Span } from "./calendar.ts";
import { renderWindow } from "./phrase.ts";
import { tiersOf } from "./tiers.ts";

const MINUTE_MS = 60_000;

/** How long a minute is left to settle before it counts; ms. */
export const SETTLE_MS = 60_000;

/** The stretch that a target is kept over, as far as it has come: `[fromMs, toMs)`, `toMs` the watermark. */
export interface Period extends Span {
  /** how long it is when it is over; a rolling one always is; ms */
  readonly lengthMs: number;
  /** when a calendar period ends and the budget starts anew; null for a rolling one; epoch ms UTC */
  readonly resetsAtMs: number | null;
}

/** A window that an objective is counted in. */
export interface Lookback extends Span {
  /** as metrics call it: `5m`, `28d`, `month` */
  readonly label: string;
}

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

/** The stretch that a target is kept over. On the stroke of a new month it is still the whole old one. */
export function periodAt(window: ObjectiveWindow, watermarkMs: number): Period {
  if (window.kind === "rolling") {
    const { lengthMs } = window;
    return { fromMs: watermarkMs - lengthMs, toMs: watermarkMs, lengthMs, resetsAtMs: null };
  }
  const { fromMs, toMs } = periodAround(watermarkMs - 1, window);
  return { fromMs, toMs: watermarkMs, lengthMs: toMs - fromMs, resetsAtMs: toMs };
}

/** All windows an objective needs, its own and its tiers', shortest first; of equal ones the first named. */
export function lookbacksOf(objective: Objective, watermarkMs: number): readonly Lookback[] {
  const period = periodAt(objective.window, watermarkMs);
  const lengths = tiersOf(objective, period.lengthMs).flatMap((tier) => [tier.shortMs, tier.longMs]);
  const tiers = [...new Set(lengths)].map((lengthMs) => ({
    fromMs: watermarkMs - lengthMs,
    toMs: watermarkMs,
    label: renderWindow(lengthMs),
  }));
  const own = { fromMs: period.fromMs, toMs: period.toMs, label: labelOf(objective.window) };
  const others = tiers.filter(({ label }) => label !== own.label);
  return [...others, own].sort((a, b) => b.fromMs - a.fromMs);
}

/** `28d`, or `month`. */
export function labelOf(window: ObjectiveWindow): string {
  return window.kind === "rolling" ? renderWindow(window.lengthMs) : window.unit;
}

/** Good and bad of one objective since then. A latency objective looks at successful journeys only. */
export function tallyOf(counts: Counts, objective: Objective, fromMs: number): Tally {
  const window = windowOf(counts, fromMs);
  if (window === null) return { good: 0, bad: 0 };
  const { measure } = objective;
  if (measure.kind === "success") return { good: window.good, bad: window.bad };
  const within = window.within[counts.thresholdsMs.indexOf(measure.withinMs)];
  if (within === undefined || measure.kind === "step")
    throw new RangeError(`${objective.name} was not counted`);
  return { good: within, bad: window.good - within };
}

/** The counts since then, or null when no journey ended in that time. */
export function windowOf(counts: Counts, fromMs: number): WindowCounts | null {
  return counts.windows.findLast((window) => window.fromMs >= fromMs) ?? null;
}
