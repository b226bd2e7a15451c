/**
 * Series: an objective over time, for charts.
 *
 *   counted minutes → [series] → /v1/slos/{id}, `waybill slo`
 *
 * Pure. A step in which nothing counted has no burn: no traffic is not good traffic.
 */
import type { Fraction } from "../ingest/definitions.ts";
import { burnRate } from "./burn.ts";
import type { Span } from "./calendar.ts";
import { renderTime } from "./evaluate.ts";
import type { Count } from "./tally.ts";
import type { SeriesPoint } from "./view.ts";

/** How finely a chart is drawn. */
export interface Drawing extends Span {
  /** whole minutes; ms */
  readonly stepMs: number;
}

/** More points than a chart has pixels. */
export const POINTS_MAX = 2_000;

/** A point for each step that begins in the span; the last may be shorter. */
export function seriesOf(count: Count, target: Fraction, { fromMs, toMs, stepMs }: Drawing): SeriesPoint[] {
  const points: SeriesPoint[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += stepMs) {
    const tally = count({ fromMs: atMs, toMs: Math.min(toMs, atMs + stepMs) });
    points.push({ at: renderTime(atMs), ...tally, burn: burnRate(tally, target) });
  }
  return points;
}

const BARS = "▁▂▃▅▇█";

/** The burn from which on each bar stands: planned, twice that, and the factors of the tiers for about a month. */
const STEPS = [0.5, 1, 3, 6, 14.4];

/** Burns as a line of bars, `·` where nothing counted. */
export function sparkline(burns: readonly (number | null)[]): string {
  const bar = (burn: number) => BARS[STEPS.filter((least) => burn >= least).length] ?? "";
  return burns.map((burn) => (burn === null ? "·" : bar(burn))).join("");
}
