/**
 * Touched: clusters in the order in which facts came to them last.
 *
 *   clusters → [touched] → leaving
 *
 * A chain through the clusters themselves. A `Set` keeps this order as well, and stands still for milliseconds whenever
 * as many have been put last as it holds: then it is made anew.
 */
import type { Cluster } from "./cluster.ts";

/** Every cluster once, the one touched least recently first. */
export class Touched implements Iterable<Cluster> {
  #first: Cluster | null = null;
  #last: Cluster | null = null;

  /** Puts a cluster behind all others, whether it is among them or new. */
  putLast(cluster: Cluster): void {
    if (cluster === this.#last) return;
    this.delete(cluster);
    cluster.before = this.#last;
    if (this.#last === null) this.#first = cluster;
    else this.#last.after = cluster;
    this.#last = cluster;
  }

  /** Takes a cluster out, if it is among them. */
  delete(cluster: Cluster): void {
    const { before, after } = cluster;
    if (before !== null) before.after = after;
    else if (this.#first === cluster) this.#first = after;
    if (after !== null) after.before = before;
    else if (this.#last === cluster) this.#last = before;
    // So that nothing holds on to the one that is gone, and it to nothing.
    cluster.before = null;
    cluster.after = null;
  }

  /**
   * Each may be taken out before the next is asked for. When others are put last or taken out in between, some may be
   * passed over, and one may be given that is no longer among them.
   */
  *[Symbol.iterator](): Generator<Cluster> {
    for (let cluster = this.#first; cluster !== null; ) {
      const { after } = cluster;
      yield cluster;
      cluster = after;
    }
  }
}
