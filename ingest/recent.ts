/**
 * Recent: hops that are durable in the journal but not in the store yet, by their places.
 *
 *   extract → [recent] → gather
 *
 * In memory, so an acked hop is in the very next answer. A bridge, never the truth: the pipeline drops a batch from
 * here only after the store has it, and a restart fills it again from the journal. Costs next to nothing until somebody
 * asks: rows become objects for an answer only. Where a hop is, live.ts knows.
 */
import type { Hop } from "../collector/hop.ts";
import type { Extract } from "./extract.ts";
import type { Place } from "./refs.ts";

/** The hops not stored yet. */
export class Recent {
  readonly #extracts = new Set<Extract>();
  /** lower half of a locality → rows there; made when somebody looks */
  readonly #rows = new WeakMap<Extract, ReadonlyMap<number, readonly number[]>>();

  /** Makes the hops of a batch findable. */
  add(extract: Extract): void {
    this.#extracts.add(extract);
  }

  /** Forgets a batch once the store has it. */
  drop(extract: Extract): void {
    this.#extracts.delete(extract);
  }

  /** Every hop at the places. */
  hops(tenant: string, places: readonly Place[]): Hop[] {
    const own = [...this.#extracts].filter((extract) => extract.tenant === tenant);
    return own.flatMap((extract) => places.flatMap((place) => this.#at(extract, place)));
  }

  #at(extract: Extract, { locality, day }: Place): Hop[] {
    const { localities, days, batch } = extract;
    const rows = this.#rowsOf(extract).get(Number(locality & 0xffffffffn)) ?? [];
    return rows
      .filter((row) => localities[row] === locality && days[row] === day)
      .map((row) => batch.hop(row));
  }

  #rowsOf(extract: Extract): ReadonlyMap<number, readonly number[]> {
    const known = this.#rows.get(extract) ?? rowsByHalf(extract);
    this.#rows.set(extract, known);
    return known;
  }
}

function rowsByHalf({ localities }: Extract): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  const halves = new Uint32Array(localities.buffer, localities.byteOffset, localities.length * 2);
  for (let row = 0; row < localities.length; row++) {
    const half = halves[row * 2] ?? 0;
    const there = rows.get(half);
    if (there === undefined) rows.set(half, [row]);
    else there.push(row);
  }
  return rows;
}
