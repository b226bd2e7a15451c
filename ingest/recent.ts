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
import { memoryShare } from "../collector/memory.ts";
import type { Extract } from "./extract.ts";
import type { Place } from "./refs.ts";

const HOPS_MAX = 100_000;

/** One delivery, here: of what was extracted no more than finding and showing its hops takes. */
interface Delivered extends Pick<Extract, "tenant" | "batch" | "localities" | "days"> {
  readonly serial: number;
  isStored: boolean;
}

/** The rows of one delivery that lie in one locality, of which the lower half is known. */
interface Group {
  readonly from: Delivered;
  readonly upper: number;
  readonly rows: number[];
}

/** The latest hops. */
export class Recent {
  readonly #hopsMax: number;
  readonly #bytesMax: number;
  /** by number, in order of arrival */
  readonly #deliveries = new Map<number, Delivered>();
  readonly #groups = new Map<number, Group[]>();
  /** not indexed yet */
  readonly #fresh = new Set<Delivered>();
  #hops = 0;
  #bytes = 0;
  /** number of the last delivery that left; those after it are here */
  #left = 0;

  /**
   * @param hopsMax   hops kept that the store has too; count
   * @param bytesMax  what they may take; bytes, by default a sixteenth of the memory
   */
  constructor(hopsMax = HOPS_MAX, bytesMax = memoryShare(1 / 16)) {
    this.#hopsMax = hopsMax;
    this.#bytesMax = bytesMax;
  }

  /** Makes the hops of a delivery findable. Numbers rise. */
  add({ tenant, batch, localities, days }: Extract, serial: number): void {
    const delivered = { tenant, batch, localities, days, serial, isStored: false };
    this.#deliveries.set(serial, delivered);
    this.#fresh.add(delivered);
    this.#hops += batch.rows;
    this.#bytes += batch.bytes;
  }

  /** Notes that the store has a delivery: it may leave when there is no room. */
  noteStored(serial: number): void {
    const stored = this.#deliveries.get(serial);
    if (stored !== undefined) stored.isStored = true;
    for (const oldest of this.#deliveries.values()) {
      const hasRoom = this.#hops <= this.#hopsMax && this.#bytes <= this.#bytesMax;
      if (hasRoom || !oldest.isStored) return;
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
      this.#groupsAt(tenant, place).flatMap(({ from, rows }) =>
        rows.filter((row) => from.days[row] === place.day).map((row) => from.batch.hop(row)),
      ),
    );
  }

  #groupsAt(tenant: string, { locality }: Place): Group[] {
    const upper = Number(locality >> 32n);
    const groups = this.#groups.get(lowerHalf(locality)) ?? [];
    return groups.filter((group) => group.upper === upper && group.from.tenant === tenant);
  }

  #index(): void {
    for (const delivered of this.#fresh)
      for (let row = 0; row < delivered.batch.rows; row++) this.#rowsBeside(delivered, row).push(row);
    this.#fresh.clear();
  }

  /** The rows of the same delivery in the same locality, as far as they are indexed. */
  #rowsBeside(from: Delivered, row: number): number[] {
    const halves = halvesOf(from);
    const upper = halves[row * 2 + 1] ?? 0;
    const groups = this.#groups.get(halves[row * 2] ?? 0) ?? [];
    if (groups.length === 0) this.#groups.set(halves[row * 2] ?? 0, groups);
    const last = groups.at(-1);
    if (last?.from === from && last.upper === upper) return last.rows;
    const rows: number[] = [];
    groups.push({ from, upper, rows });
    return rows;
  }

  #drop(gone: Delivered): void {
    this.#deliveries.delete(gone.serial);
    this.#left = gone.serial;
    this.#hops -= gone.batch.rows;
    this.#bytes -= gone.batch.bytes;
    if (this.#fresh.delete(gone)) return;
    const halves = halvesOf(gone);
    for (let row = 0; row < gone.batch.rows; row++) {
      const half = halves[row * 2] ?? 0;
      const left = (this.#groups.get(half) ?? []).filter(({ from }) => from !== gone);
      if (left.length > 0) this.#groups.set(half, left);
      else this.#groups.delete(half);
    }
  }
}

function lowerHalf(locality: bigint): number {
  return Number(locality & 0xffffffffn);
}

/** Two words each, the lower half first. */
function halvesOf({ localities: { buffer, byteOffset, length } }: Pick<Extract, "localities">): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length * 2);
}
