/**
 * Windows: the stretches of time an objective is counted over, all of them ending at the watermark.
 *
 *   now → [windows] → counts → evaluate
 *
 * Pure. Ending at the watermark and not at the clock keeps minutes that are still filling from looking too good.
 */
import type { Objective, ObjectiveWindow } from "../ingest/definitions.ts";
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

/** The last whole minute that has settled: no window looks past it. Epoch milliseconds UTC. */
export function watermarkAt(nowMs: number): number {
  return Math.floor((nowMs - SETTLE_MS) / MINUTE_MS) * MINUTE_MS;
}

/** Further ahead of its clock no watermark is but of a clock that was wrong and has been set since; ms. */
const AHEAD_MAX_MS = 300_000;

/** Whether a moment, epoch ms UTC, is one that only a clock that was wrong can have evaluated. */
export function isAhead(atMs: number, nowMs: number): boolean {
  return atMs - watermarkAt(nowMs) > AHEAD_MAX_MS;
}

/**
 * The watermark that follows on another: what was evaluated stays evaluated when the clock is set back a little, and is
 * evaluated anew when it had been far ahead. Epoch ms UTC.
 */
export function nextWatermark(beforeMs: number, nowMs: number): number {
  return isAhead(beforeMs, nowMs) ? watermarkAt(nowMs) : Math.max(beforeMs, watermarkAt(nowMs));
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
