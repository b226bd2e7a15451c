/**
 * Ref list: refs that are new to the store, as columns.
 *
 *   live → [reflist] → blocks
 *
 * "At this place, hops carry this ref": in columns, because there are about as many as there are traces.
 */
import type { Ref, RefRow } from "./refs.ts";
import type { Spot } from "./spots.ts";

/** Refs with their places, in the order in which they came. */
export class RefList {
  /** the segment of the journal that told of them; 0 when no journal did */
  readonly since: number;
  readonly kinds: string[] = [];
  readonly values: string[] = [];
  readonly days: number[] = [];
  /** two words each, the lower half first */
  readonly localities: number[] = [];

  constructor(since: number) {
    this.since = since;
  }

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

/** Rows as a list; no journal told of them. */
export function listOf(rows: readonly RefRow[]): RefList {
  const list = new RefList(0);
  for (const row of rows) {
    const low = Number(row.locality & 0xffffffffn);
    list.add(row, { low, high: Number(row.locality >> 32n), day: row.day });
  }
  return list;
}
