/**
 * Portions: what is to be settled with the store's help, in pieces that it can tell about in time.
 *
 *   live → clusters with new facts → [portions] → settle
 */
import type { Hop } from "../collector/hop.ts";
import { type Addition, type Cluster, current } from "./cluster.ts";

/** Settled by one call at the most: what is next to each other is gathered once, not once for each; count. */
const HOPS_MAX = 50_000;
/** A store that is slow is asked for less, but never for less than this; count. */
const HOPS_MIN = 500;
/** Nothing is known about the store yet; count. */
const HOPS_FIRST = 4_000;
/** What one portion should take: others wait meanwhile; ms. */
const PORTION_MS = 1_000;

/** What was taken from a cluster to be settled. */
export interface Taken {
  readonly cluster: Cluster;
  readonly serial: number;
  /** number of the last delivery that told of it by then */
  readonly newest: number;
  readonly added: Addition[];
}

/** How many hops make a portion that the store tells about in time. */
export class PortionSize {
  #hops = HOPS_FIRST;

  get hops(): number {
    return this.#hops;
  }

  /** So many were told about in so long; ms. A small portion says nothing about a larger one. */
  noteTold(hops: number, tookMs: number): void {
    const fitting = (hops * PORTION_MS) / Math.max(1, tookMs);
    if (fitting < this.#hops) this.#hops = bounded(fitting);
    else if (hops >= this.#hops) this.#hops = bounded(Math.min(fitting, this.#hops * 2));
  }

  /** It did not tell about so many. */
  noteFailed(): void {
    this.#hops = bounded(this.#hops / 4);
  }
}

function bounded(hops: number): number {
  return Math.max(HOPS_MIN, Math.min(HOPS_MAX, Math.floor(hops)));
}

/** Hops, and the clusters that they were added to. */
export interface Portion {
  readonly hops: Hop[];
  readonly taken: Taken[];
}

/** The hops that were added, and where from, so many at a time. */
export function* portions(all: Iterable<Taken>, hopsMax: number): Generator<Portion> {
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

/**
 * What is gathered again with every few facts that come would be gathered most of the time: as long as it took it rests.
 *
 * @param untilMs  epoch ms
 */
export function restFor(taken: readonly Taken[], untilMs: number): void {
  for (const { cluster } of taken) {
    const rests = current(cluster);
    rests.restsUntilMs = untilMs;
    rests.isUntold = false; // with what comes next memory may be able to
  }
}
