/**
 * Phrase: lengths, shares and counts as people write them.
 *
 *   [phrase] → alerts, render, metrics
 *
 * Pure. The only place of this folder where a ratio becomes a percentage.
 */

const UNITS = [
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "m", ms: 60_000 },
  { name: "s", ms: 1_000 },
  { name: "ms", ms: 1 },
] as const;

/** An exact length in its largest whole unit, as Prometheus writes it: `28d`, `6h`, `5m`, `400ms`. */
export function renderWindow(ms: number): string {
  const unit = UNITS.find((candidate) => ms % candidate.ms === 0) ?? UNITS[4];
  return `${ms / unit.ms}${unit.name}`;
}

/** A rough length, to one decimal of its largest unit: `43.2 min`, `2 d`; its sign is kept. */
export function renderLength(ms: number): string {
  const unit = UNITS.find((candidate) => Math.abs(ms) >= candidate.ms) ?? UNITS[4];
  return `${trim((ms / unit.ms).toFixed(1))} ${unit.name === "m" ? "min" : unit.name}`;
}

/** A ratio as a percentage with at most two decimals, never rounded up to a whole it does not reach. */
export function renderPercent(ratio: number): string {
  return `${trim((Math.floor(ratio * 10_000 + 1e-6) / 100).toFixed(2))} %`;
}

/** So many of something: `1 journey`, `0 journeys`, `-1 journey`. */
export function renderCount(count: number, one: string): string {
  return `${count} ${one}${Math.abs(count) === 1 ? "" : "s"}`;
}

function trim(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
