/**
 * Leaving: which clusters make room when memory is full, and where their last hops are until the store has them.
 *
 *   live → [leaving] → clusters, acked
 *
 * What is settled and stored leaves first. That never comes for a key that every hop of a poller carries: there is always
 * a fact on its way. So a cluster with many facts leaves without that; what is not settled stays with it, and is settled
 * with the store's help.
 */
import type { Cluster } from "./cluster.ts";
import { isTrace, joiningKind } from "./past.ts";
import type { Place, Ref } from "./refs.ts";
import type { Spots } from "./spots.ts";

/** How far the store is, and how much there may be. */
export interface Room {
  /** number of the last delivery that is stored, and all before it */
  readonly stored: number;
  /** facts kept at the most; count */
  readonly factsMax: number;
}

/** After an eviction so much of the bound is left, so that not every batch has to evict. */
export const KEPT_RATIO = 0.99;
/** Of all facts that may be kept; a cluster with less is not worth its way through the store. */
const LARGE_SHARE = 0.001;

/**
 * Those that may leave, in the order in which they should: first what is over, then what is largest. Each is judged when
 * it is its turn, so facts may come and clusters be joined in between.
 */
export function* leavers(byTouch: Iterable<Cluster>, room: Room): Generator<Cluster> {
  const restless: Cluster[] = [];
  for (const cluster of byTouch) {
    if (isOver(cluster, room)) yield cluster;
    else if (isRestless(cluster, room)) restless.push(cluster);
  }
  restless.sort((a, b) => b.size - a.size);
  for (const cluster of restless) if (isRestless(cluster, room)) yield cluster;
}

function isOver({ into, dirtyMs, newest }: Cluster, { stored }: Room): boolean {
  return into === null && dirtyMs === null && newest <= stored;
}

function isRestless(cluster: Cluster, { stored, factsMax }: Room): boolean {
  const isLarge = cluster.into === null && cluster.size >= factsMax * LARGE_SHARE;
  return isLarge && isMostlyOver(cluster, stored);
}

/** What only waits, as everything does while the store is away, is told from memory once it is back. */
function isMostlyOver({ oldest, size, added }: Cluster, stored: number): boolean {
  const unsettled = added.reduce((sum, { first, end }) => sum + end - first, 0);
  return oldest <= stored && unsettled * 2 <= size;
}

/** Names of a cluster that left → where hops go by them, see spots.ts. A trace goes by its id. */
type Left = Map<string, number>;

/** Where hops are that are acked, whose cluster has left, and that the store need not have yet. */
export class Leaving {
  readonly #spots: Spots;
  /** each with the number of the last delivery with facts of it */
  readonly #left = new Map<Left, number>();

  constructor(spots: Spots) {
    this.#spots = spots;
  }

  /** Room for the chains of a cluster that leaves. @param newest  number of the last delivery with facts of it */
  add(newest: number): Left {
    const left: Left = new Map();
    this.#left.set(left, newest);
    return left;
  }

  /** The places where hops go by a ref. */
  places({ kind, value }: Ref): Place[] {
    const places: Place[] = [];
    for (const left of this.#left.keys()) {
      const chain = left.get(isTrace(kind) ? value : `${joiningKind(kind)}=${value}`);
      if (chain !== undefined) places.push(...this.#spots.places(chain));
    }
    return places;
  }

  /** Lets go of what the store has. @param stored  see {@link Room} */
  noteStored(stored: number): void {
    for (const [left, newest] of this.#left) {
      if (newest > stored) continue;
      for (const chain of left.values()) this.#spots.giveBack(chain);
      this.#left.delete(left);
    }
  }
}
