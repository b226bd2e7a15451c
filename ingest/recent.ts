/**
 * Recent: the hops of the latest deliveries, stored or not, by their places.
 *
 *   extract → [recent] → acked
 *
 * In memory, so an acked hop is in the very next answer, and most orders that somebody asks about are told without the
 * store. A bridge, never the truth: what is not stored stays, of the rest the oldest leaves first, and a restart fills it
 * again from the journal. Costs next to nothing until somebody asks: then what came since the last question is indexed,
 * and rows become objects for an answer only. Where a hop is, live.ts knows.
 */
import type { Hop } from "../collector/hop.ts";
import type { Extract } from "./extract.ts";
import type { Place } from "./refs.ts";

/** One delivery, here. */
interface Delivered {
  readonly serial: number;
  isStored: boolean;
  isIndexed: boolean;
}

/** The rows of one delivery that lie in one locality, of which the lower half is known. */
interface Group {
  readonly extract: Extract;
  readonly upper: number;
  readonly rows: number[];
}

/** The latest hops. */
export class Recent {
  readonly #hopsMax: number;
  /** in order of arrival */
  readonly #deliveries = new Map<Extract, Delivered>();
  readonly #groups = new Map<number, Group[]>();
  #fresh: Extract[] = [];
  #hops = 0;
  /** number of the last delivery that left; those after it are here */
  #left = 0;

  /** @param hopsMax  hops kept that the store has too; count */
  constructor(hopsMax: number) {
    this.#hopsMax = hopsMax;
  }

  /** Makes the hops of a delivery findable. Numbers rise. */
  add(extract: Extract, serial: number): void {
    this.#deliveries.set(extract, { serial, isStored: false, isIndexed: false });
    this.#fresh.push(extract);
    this.#hops += extract.batch.rows;
  }

  /** Notes that the store has a delivery: it may leave when there is no room. */
  noteStored(extract: Extract): void {
    const delivered = this.#deliveries.get(extract);
    if (delivered !== undefined) delivered.isStored = true;
    for (const [oldest, { isStored }] of this.#deliveries) {
      if (this.#hops <= this.#hopsMax || !isStored) return;
      this.#drop(oldest);
    }
  }

  /** Whether every delivery from a number on is here. */
  hasAllSince(serial: number): boolean {
    return serial > this.#left;
  }

  /** Every hop at the places. */
  hops(tenant: string, places: readonly Place[]): Hop[] {
    this.#index();
    return places.flatMap((place) =>
      this.#groupsAt(tenant, place).flatMap(({ extract, rows }) =>
        rows.filter((row) => extract.days[row] === place.day).map((row) => extract.batch.hop(row)),
      ),
    );
  }

  #groupsAt(tenant: string, { locality }: Place): Group[] {
    const upper = Number(locality >> 32n);
    const groups = this.#groups.get(lowerHalf(locality)) ?? [];
    return groups.filter((group) => group.upper === upper && group.extract.tenant === tenant);
  }

  #index(): void {
    for (const extract of this.#fresh) {
      const delivered = this.#deliveries.get(extract);
      if (delivered === undefined) continue;
      delivered.isIndexed = true;
      for (let row = 0; row < extract.batch.rows; row++) this.#rowsBeside(extract, row).push(row);
    }
    this.#fresh = [];
  }

  /** The rows of the same delivery in the same locality, as far as they are indexed. */
  #rowsBeside(extract: Extract, row: number): number[] {
    const halves = halvesOf(extract);
    const upper = halves[row * 2 + 1] ?? 0;
    const groups = this.#groups.get(halves[row * 2] ?? 0) ?? [];
    if (groups.length === 0) this.#groups.set(halves[row * 2] ?? 0, groups);
    const last = groups.at(-1);
    if (last?.extract === extract && last.upper === upper) return last.rows;
    const rows: number[] = [];
    groups.push({ extract, upper, rows });
    return rows;
  }

  #drop(extract: Extract): void {
    const { serial, isIndexed } = this.#deliveries.get(extract) ?? { serial: 0, isIndexed: false };
    this.#deliveries.delete(extract);
    this.#left = Math.max(this.#left, serial);
    this.#hops -= extract.batch.rows;
    if (!isIndexed) return;
    const halves = halvesOf(extract);
    for (let row = 0; row < extract.batch.rows; row++) {
      const half = halves[row * 2] ?? 0;
      const left = (this.#groups.get(half) ?? []).filter((group) => group.extract !== extract);
      if (left.length > 0) this.#groups.set(half, left);
      else this.#groups.delete(half);
    }
  }
}

function lowerHalf(locality: bigint): number {
  return Number(locality & 0xffffffffn);
}

/** Two words each, the lower half first. */
function halvesOf({ localities: { buffer, byteOffset, length } }: Extract): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length * 2);
}
