/**
 * Percentiles: how long successful journeys take, to be shown beside an objective.
 *
 *   journeys → [percentiles] → board
 *
 * Never decided on, so an estimate that is minutes old will do: a few are asked for anew at each look.
 */
import { z } from "zod";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import type { Promised } from "./evaluate.ts";
import { periodAt } from "./windows.ts";

/** An estimate this old is asked for anew; ms. */
const OLD_MS = 600_000;

/** So many are asked for at one look. */
const ASKED_MAX = 4;

/** How long successful journeys took; as slo/sql/took_p99.sql says. */
export const tookP99 = statement(new URL("./sql/took_p99.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    definition: z.string(),
    from_ms: z.int(),
    to_ms: z.int(),
    pairs: z.array(z.string()),
    tags: z.array(z.string()),
  }),
  row: z.object({ took_ms: z.number().nullable() }),
});

/** Estimates by objective. */
export class Percentiles {
  readonly #known = new Map<string, { readonly tookMs: number | null; readonly atMs: number }>();
  readonly #store: Store;
  readonly #tenant: string;

  constructor(store: Store, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  /** 99 % of the objective's successful journeys took at most that long; ms, null while nobody knows. */
  tookMs(promised: Promised): number | null {
    return this.#known.get(keyOf(promised))?.tookMs ?? null;
  }

  /** Asks for those that are missing or old. @throws {Failure} when the store does not answer */
  async look(promises: readonly Promised[], watermarkMs: number): Promise<void> {
    const isOld = (promised: Promised) =>
      watermarkMs - (this.#known.get(keyOf(promised))?.atMs ?? 0) >= OLD_MS;
    const missing = new Map(promises.filter(isOld).map((promised) => [keyOf(promised), promised]));
    for (const [key, promised] of [...missing].slice(0, ASKED_MAX)) {
      const { definition, objective } = promised;
      const { fromMs, toMs } = periodAt(objective.window, watermarkMs);
      const [row] = await tookP99(this.#store, {
        tenant: this.#tenant,
        definition: definition.name,
        from_ms: fromMs,
        to_ms: toMs,
        pairs: [...objective.where].flatMap(([tag, values]) => values.map((one) => `${tag}=${one}`)),
        tags: [...objective.where.keys()],
      });
      this.#known.set(key, { tookMs: row?.took_ms ?? null, atMs: watermarkMs });
    }
  }
}

/** Objectives that look at the same journeys over the same window share an estimate. */
function keyOf({ definition, objective }: Promised): string {
  return JSON.stringify([definition.name, [...objective.where], objective.window]);
}
