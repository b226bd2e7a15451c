/**
 * Portions: what is to be settled with the store's help, in pieces that it can tell about in time.
 *
 *   live → clusters with new facts → [portions] → settle
 */
import type { Hop } from "../collector/hop.ts";
import type { Addition, Cluster } from "./cluster.ts";

/** Settled by one call: what is next to each other is gathered once, not once for each; count. */
export const PORTION_HOPS = 50_000;
/** A store that did not tell so much in time is asked for less, but never for less than this; count. */
const PORTION_HOPS_MIN = 500;

/** What was taken from a cluster to be settled. */
export interface Taken {
  readonly cluster: Cluster;
  readonly serial: number;
  readonly added: Addition[];
}

/** So many, within the bounds. */
export function bounded(portionHops: number): number {
  return Math.max(PORTION_HOPS_MIN, Math.min(PORTION_HOPS, Math.floor(portionHops)));
}

/** Hops, and the clusters that they were added to. */
export interface Portion {
  readonly hops: Hop[];
  readonly taken: Taken[];
}

/** The hops that were added, and where from, so many at a time. */
export function* portions(all: readonly Taken[], hopsMax: number): Generator<Portion> {
  let portion: Portion = { hops: [], taken: [] };
  for (const each of all) {
    for (const { from, first, end } of each.added)
      for (let row = first; row < end; row++) portion.hops.push(from.hop(row));
    portion.taken.push(each);
    if (portion.hops.length < hopsMax) continue;
    yield portion;
    portion = { hops: [], taken: [] };
  }
  if (portion.taken.length > 0) yield portion;
}
