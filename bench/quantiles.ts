/**
 * Quantiles: many durations in a few numbers.
 */

/** Of some durations; ms. All null when there were none. */
export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** By the nearest rank, so that every number was really measured. */
export function quantilesOf(durations: readonly number[]): Quantiles {
  const sorted = Float64Array.from(durations).sort();
  const at = (ratio: number) => sorted[Math.max(0, Math.ceil(ratio * sorted.length) - 1)] ?? null;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
