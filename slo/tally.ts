/**
 * Tally: good and bad of one objective in the windows that decide, without what is excluded.
 *
 *   counts, exclusions → [tally] → evaluate
 *
 * Pure. Counts are whole numbers of whole minutes, so what is left out can be subtracted exactly.
 */
import type { Objective } from "../ingest/definitions.ts";
import type { Tally } from "./burn.ts";
import type { Span } from "./calendar.ts";
import { coveredBy, overlap } from "./exclusions.ts";
import { lookbacksOf, periodAt } from "./windows.ts";

/** Good and bad of one objective in `[fromMs, toMs)`, nothing left out. */
export type Count = (span: Span) => Tally;

/** The stretches up to the watermark that an objective leaves out, as far back as it looks; in order. */
export function excludedBy({ exclusions }: Objective, within: Span): readonly Span[] {
  const excluding = exclusions.filter(({ mode }) => mode === "exclude");
  return excluding.length === 0 ? [] : coveredBy(excluding, within);
}

/** Counts without what lies in `excluded`. */
export function withoutExcluded(count: Count, excluded: readonly Span[]): Count {
  if (excluded.length === 0) return count;
  return (span) => {
    const left = excluded.flatMap((out) => overlap(out, span) ?? []).map(count);
    const raw = count(span);
    return left.reduce((sum, out) => ({ good: sum.good - out.good, bad: sum.bad - out.bad }), raw);
  };
}

/** The longest that an objective looks back from a watermark. */
export function reachOf(objective: Objective, watermarkMs: number): Span {
  const expectedMs = watermarkMs - (objective.expectTraffic?.perMs ?? 0);
  const starts = lookbacksOf(objective, watermarkMs).map(({ fromMs }) => fromMs);
  const { fromMs } = periodAt(objective.window, watermarkMs);
  return { fromMs: Math.min(fromMs, expectedMs, ...starts), toMs: watermarkMs };
}

/**
 * Every moment at which a stretch that an evaluation counts can begin or end, in order: who counts between these can
 * answer all that `evaluate` asks.
 */
export function cutsOf(objective: Objective, watermarkMs: number): readonly number[] {
  const reach = reachOf(objective, watermarkMs);
  const expectedMs = watermarkMs - (objective.expectTraffic?.perMs ?? 0);
  const starts = lookbacksOf(objective, watermarkMs).map(({ fromMs }) => fromMs);
  const out = excludedBy(objective, reach).flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  return [...new Set([...starts, expectedMs, ...out, watermarkMs])].sort((a, b) => a - b);
}
