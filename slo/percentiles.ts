/**
 * Percentiles: how long successful journeys take, to be shown beside an objective.
 *
 *   journeys → [percentiles] → board
 *
 * Never decided on, so an estimate that is minutes old will do, and nobody waits for one but for the first: over
 * millions of journeys it takes longer than to evaluate every objective.
 */
import { z } from "zod";
import { Failure } from "../errors.ts";
import { ask, type Clause, every, sql, value } from "../ingest/clause.ts";
import type { Store } from "../ingest/store.ts";
import type { Promised } from "./evaluate.ts";
import { periodAt } from "./windows.ts";

/** An estimate this old is asked for anew; ms. */
const OLD_MS = 600_000;

/** So many are asked for at one look. */
const ASKED_MAX = 4;

const Row = z.object({ took_ms: z.number().nullable() });

/** Estimates by objective. */
export class Percentiles {
  readonly #known = new Map<string, { readonly tookMs: number | null; readonly atMs: number }>();
  readonly #store: Store;
  readonly #tenant: string;
  #asking: Promise<void> | null = null;
  #trouble: unknown = null;
  #closed = false;

  constructor(store: Store, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  /** 99 % of the objective's successful journeys took at most that long; ms, null while nobody knows. */
  tookMs(promised: Promised): number | null {
    return this.#known.get(keyOf(promised))?.tookMs ?? null;
  }

  /** Asks for those that are missing or old, beside whatever else there is to do. What could not be asked is, next time. */
  async look(promises: readonly Promised[], watermarkMs: number): Promise<void> {
    if (this.#trouble !== null) throw this.#trouble;
    const isOld = (promised: Promised) =>
      Math.abs(watermarkMs - (this.#known.get(keyOf(promised))?.atMs ?? 0)) >= OLD_MS;
    const missing = new Map(promises.filter(isOld).map((promised) => [keyOf(promised), promised]));
    if (missing.size === 0 || this.#closed) return;
    const isFirst = this.#known.size === 0;
    this.#asking ??= this.#ask([...missing].slice(0, ASKED_MAX), watermarkMs).finally(() => {
      this.#asking = null;
    });
    if (isFirst) await this.#asking;
  }

  /** Asks nothing more; resolves when what was asked is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#asking;
  }

  async #ask(missing: readonly (readonly [string, Promised])[], watermarkMs: number): Promise<void> {
    try {
      for (const [key, promised] of missing) {
        if (this.#closed) return;
        const [row] = await ask(this.#store, tookP99(this.#tenant, promised, watermarkMs), Row);
        this.#known.set(key, { tookMs: row?.took_ms ?? null, atMs: watermarkMs });
      }
    } catch (error) {
      if (!(error instanceof Failure && error.retryable)) this.#trouble = error;
    }
  }
}

/**
 * How long did all but the slowest hundredth of an objective's successful journeys take, within 1 %? Without FINAL, which
 * would take ten times as long: a journey whose older row is not merged away yet counts with both. Tags cost as much
 * again, so they are read only where somebody asks for some.
 */
function tookP99(tenant: string, { definition, objective }: Promised, watermarkMs: number): Clause {
  const { fromMs, toMs } = periodAt(objective.window, watermarkMs);
  const moment = (ms: number) => sql`fromUnixTimestamp64Milli(${value("Int64", ms)}, 'UTC')`;
  const tagged = [...objective.where].map(
    ([tag, values]) => sql`has(${value("Array(String)", values)}, tags[${value("String", tag)}])`,
  );
  const conditions = [
    sql`tenant = ${value("String", tenant)} AND definition = ${value("String", definition.name)} AND verdict = 'good'`,
    sql`counted_at >= ${moment(fromMs)} AND counted_at < ${moment(toMs)}`,
    ...tagged,
  ];
  return sql`SELECT if(count() = 0, NULL, quantileDD(0.01, 0.99)(
    greatest(0, toUnixTimestamp64Nano(assumeNotNull(ended_at)) - toUnixTimestamp64Nano(started_at)) / 1e6)) AS took_ms
FROM journeys WHERE ${every(conditions)}`;
}

/** Objectives that look at the same journeys over the same window share an estimate. */
function keyOf({ definition, objective }: Promised): string {
  return JSON.stringify([definition.name, [...objective.where], objective.window]);
}
