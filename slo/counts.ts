/**
 * Counts: the journeys of a definition, counted by the engine.
 *
 *   journeys → [counts] → windows → evaluate
 *
 * One statement per definition, in a single pass over its journeys, whatever the number of objectives and windows.
 */
import { z } from "zod";
import type { Definition, Objective } from "../ingest/definitions.ts";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import { cutsOf } from "./tally.ts";
import { type Counts, periodAt } from "./windows.ts";

/** Whose journeys are asked about. */
export interface Asked {
  readonly tenant: string;
  readonly definition: Definition;
  /** epoch milliseconds UTC */
  readonly watermarkMs: number;
}

/** A step that spent budget, with the latest journeys that did it there. */
export interface Burnt {
  /** failed or missing step, null when no single step was */
  readonly step: string | null;
  readonly bad: number;
  /** newest first, at most three */
  readonly latest: readonly { readonly atMs: number; readonly kind: string; readonly id: string }[];
}

// 64-bit integers come as decimal text; counts and milliseconds fit a number.
const Int = z.coerce.number().int();

/** How the journeys of a definition came out, per window; as slo/sql/window_counts.sql says. */
export const windowCounts = statement(new URL("./sql/window_counts.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    definition: z.string(),
    watermark_ms: z.int(),
    from_ms: z.array(z.int()),
    thresholds_ms: z.array(z.int()),
  }),
  row: z
    .object({
      from_ms: Int,
      good: Int,
      bad: Int,
      within: z.array(Int),
      took_ms_p99: z.number().nullable(),
      in_flight: Int,
    })
    .transform((row) => ({
      fromMs: row.from_ms,
      good: row.good,
      bad: row.bad,
      within: row.within,
      tookMsP99: row.took_ms_p99,
      inFlight: row.in_flight,
    })),
});

/** Where the budget of an objective was spent; as slo/sql/burnt_by_step.sql says. */
export const burntByStep = statement(new URL("./sql/burnt_by_step.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    definition: z.string(),
    watermark_ms: z.int(),
    from_ms: z.int(),
    threshold_ms: z.int(),
  }),
  row: z
    .object({ step: z.string(), bad: Int, latest: z.array(z.tuple([Int, z.string(), z.string()])) })
    .transform(({ step, bad, latest }) => ({
      step: step === "" ? null : step,
      bad,
      latest: latest.map(([atMs, kind, id]) => ({ atMs, kind, id })),
    })),
});

/** What the definition's journeys came to in all windows that its objectives need. */
export async function countJourneys(
  store: Store,
  { tenant, definition, watermarkMs }: Asked,
): Promise<Counts> {
  const cutsMs = definition.objectives.flatMap((objective) => cutsOf(objective, watermarkMs));
  const thresholdsMs = [
    ...new Set(definition.objectives.flatMap((objective) => thresholdOf(objective) ?? [])),
  ];
  const windows = await windowCounts(store, {
    tenant,
    definition: definition.name,
    watermark_ms: watermarkMs,
    from_ms: [...new Set([watermarkMs, ...cutsMs])].sort((a, b) => a - b),
    thresholds_ms: thresholdsMs,
  });
  return { watermarkMs, thresholdsMs, windows, inFlight: windows[0]?.inFlight ?? 0 };
}

/** Where the budget of an objective was spent, the step with the most failures first. */
export function countBurnt(store: Store, asked: Asked, objective: Objective): Promise<readonly Burnt[]> {
  return burntByStep(store, {
    tenant: asked.tenant,
    definition: asked.definition.name,
    watermark_ms: asked.watermarkMs,
    from_ms: periodAt(objective.window, asked.watermarkMs).fromMs,
    threshold_ms: thresholdOf(objective) ?? -1,
  });
}

function thresholdOf({ measure }: Objective): number | null {
  return measure.kind === "latency" ? measure.withinMs : null;
}
