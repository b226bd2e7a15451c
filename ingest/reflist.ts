/**
 * Ref list: refs that are new to the store, as columns.
 *
 *   live → [reflist] → blocks
 *
 * "At this place, hops carry this ref": in columns, because there are about as many as there are traces.
 */
import type { Place, Ref, RefRow } from "./refs.ts";

/** Refs with their places, in the order in which they came. */
export class RefList {
  readonly kinds: string[] = [];
  readonly values: string[] = [];
  readonly days: number[] = [];
  /** two words each, the lower half first */
  readonly localities: number[] = [];

  /** How many there are. */
  get size(): number {
    return this.kinds.length;
  }

  /** Appends a ref. */
  add({ kind, value }: Ref, { low, high, day }: Spot): void {
    this.kinds.push(kind);
    this.values.push(value);
    this.days.push(day);
    this.localities.push(low, high);
  }
}

/** Rows as a list. */
export function listOf(rows: readonly RefRow[]): RefList {
  const list = new RefList();
  for (const row of rows) {
    const low = Number(row.locality & 0xffffffffn);
    list.add(row, { low, high: Number(row.locality >> 32n), day: row.day });
  }
  return list;
}

/** A place as numbers: the halves of its locality, and its day. */
export interface Spot {
  readonly low: number;
  readonly high: number;
  readonly day: number;
}

/**
 * Notes a spot in a list of spots, three numbers each.
 *
 * @param what  tells apart what was noted about one spot; 0 or 1
 * @returns     whether it was not there before
 */
export function noteSpot(spots: number[], { low, high, day }: Spot, what: 0 | 1): boolean {
  const last = day * 2 + what;
  for (let i = 0; i < spots.length; i += 3)
    if (spots[i] === low && spots[i + 1] === high && spots[i + 2] === last) return false;
  spots.push(low, high, last);
  return true;
}

/** The places in a list of spots, each once. */
export function placesIn(spots: readonly number[]): Place[] {
  const places: Place[] = [];
  for (let i = 0; i < spots.length; i += 3) {
    const locality = (BigInt(spots[i + 1] ?? 0) << 32n) | BigInt(spots[i] ?? 0);
    places.push({ locality, day: (spots[i + 2] ?? 0) >> 1 });
  }
  return places;
}
