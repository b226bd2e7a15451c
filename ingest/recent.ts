/**
 * Recent: hops that are durable in the journal but not in the store yet, findable like stored ones.
 *
 *   extract → [recent] → gather
 *
 * In memory, so an acked hop is in the very next answer. A bridge, never the truth: the pipeline drops a batch from
 * here only after the store has it, and a restart fills it again from the journal. Costs next to nothing until somebody
 * asks: rows become objects for an answer only.
 */
import type { Hop } from "../collector/hop.ts";
import type { Extract } from "./extract.ts";
import type { HopSource } from "./gather.ts";
import type { RefIndex } from "./refindex.ts";
import { placeText, refText } from "./refs.ts";

/** A batch that is not stored yet. */
export interface RecentBatch {
  readonly extract: Extract;
  readonly refs: RefIndex;
}

/** The hops not stored yet. */
export class Recent implements HopSource {
  readonly #batches = new Set<RecentBatch>();
  /** text of a place → rows there; made when somebody looks */
  readonly #places = new WeakMap<RecentBatch, ReadonlyMap<string, readonly number[]>>();

  /** Makes the hops of a batch findable. */
  add(batch: RecentBatch): void {
    this.#batches.add(batch);
  }

  /** Forgets a batch once the store has it. */
  drop(batch: RecentBatch): void {
    this.#batches.delete(batch);
  }

  refs: HopSource["refs"] = async (tenant, refs) => {
    const texts = refs.map(refText);
    return this.#of(tenant).flatMap((batch) => texts.flatMap((text) => batch.refs.get(text) ?? []));
  };

  hops: HopSource["hops"] = async (tenant, places) => {
    const texts = places.map(placeText);
    return this.#of(tenant).flatMap((batch) => {
      const rows = this.#rowsOf(batch);
      return texts.flatMap((text) => (rows.get(text) ?? []).map((row) => hopAt(batch.extract, row)));
    });
  };

  /** Those of the kinds under which a value is known here. */
  kindsOf(tenant: string, value: string, kinds: readonly string[]): string[] {
    const batches = this.#of(tenant);
    return kinds.filter((kind) => batches.some(({ refs }) => refs.has(refText({ kind, value }))));
  }

  #of(tenant: string): RecentBatch[] {
    return [...this.#batches].filter(({ extract }) => extract.tenant === tenant);
  }

  #rowsOf(batch: RecentBatch): ReadonlyMap<string, readonly number[]> {
    const known = this.#places.get(batch) ?? rowsByPlace(batch.extract);
    this.#places.set(batch, known);
    return known;
  }
}

function hopAt({ hops, batch }: Extract, row: number): Hop {
  return hops.get(row) ?? batch.hop(row);
}

function rowsByPlace({ batch, localities, days }: Extract): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (let row = 0; row < batch.rows; row++) {
    const text = placeText({ locality: localities[row] ?? 0n, day: days[row] ?? 0 });
    const there = rows.get(text);
    if (there === undefined) rows.set(text, [row]);
    else there.push(row);
  }
  return rows;
}
