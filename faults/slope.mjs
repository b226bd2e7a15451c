/**
 * Slope: whether a figure that was looked at for a long time grows.
 *
 *   samples of (hours, value) → [slope] → growth per hour, and over the whole time as a share of its level
 */

/** The line through the samples that misses them least. `growth`: by how much of its level it rises over the run. */
export function slopeOf(samples) {
  const n = samples.length;
  if (n < 2) return { level: samples[0]?.value ?? 0, perHour: 0, growth: 0 };
  const meanAt = samples.reduce((sum, { at }) => sum + at, 0) / n;
  const level = samples.reduce((sum, { value }) => sum + value, 0) / n;
  const above = samples.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - level), 0);
  const below = samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const perHour = below === 0 ? 0 : above / below;
  const hours = samples.at(-1).at - samples[0].at;
  return { level, perHour, growth: level === 0 ? 0 : (perHour * hours) / level };
}

/** The middle one. */
export function medianOf(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
