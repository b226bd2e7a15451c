/**
 * Round: the clusters that are being settled, and those given back that could not be.
 *
 *   live, due → [round] → settler
 *
 * A cluster is taken at the moment at which its facts are read or asked for. What there is no time for is not taken and
 * keeps its place among those that wait, so that the journal can let go of what came first. What was taken in vain
 * goes behind all others: a cluster that the store never tells of must not keep them waiting.
 */
import type { Cluster } from "./cluster.ts";
import { isDue, type Standing } from "./due.ts";
import type { Live } from "./live.ts";
import type { Taken } from "./portions.ts";

/** What a round works with. */
export interface RoundOptions {
  readonly live: Live;
  /** how things stood when it began: only the clock goes on */
  readonly standing: Standing;
  /** epoch milliseconds */
  readonly now: () => number;
  /** number of the last delivery that is stored, and all before it */
  readonly stored: number;
}

/** One round. */
export class Round {
  readonly #options: RoundOptions;
  readonly #taken: (Taken & { readonly isEarly: boolean })[] = [];
  readonly #pending = new Set<Taken>();

  constructor(options: RoundOptions) {
    this.#options = options;
  }

  /** Clusters taken and not settled yet; count. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Whether it still is time for a cluster: another may have taken it in since, with all that waited. */
  isDue(cluster: Cluster): boolean {
    const { standing, now } = this.#options;
    if (cluster.into !== null || cluster.dirtyMs === null) return false;
    return isDue(cluster, { ...standing, nowMs: now() });
  }

  /** Takes what was added to a cluster. */
  take(cluster: Cluster): Taken {
    const { live, standing } = this.#options;
    const { serial, newest } = cluster;
    const isEarly = standing.isEarly(cluster);
    const each = { cluster, serial, newest, added: live.take(cluster), isEarly };
    this.#taken.push(each);
    this.#pending.add(each);
    return each;
  }

  /** Takes those that are wanted, each when its turn comes. */
  *inTurn(clusters: readonly Cluster[], isWanted: (cluster: Cluster) => boolean): Generator<Taken> {
    for (const cluster of clusters) if (isWanted(cluster) && this.isDue(cluster)) yield this.take(cluster);
  }

  /** Notes that the rows of what was taken are written. */
  noteSettled(all: readonly Taken[]): void {
    for (const each of all) this.#pending.delete(each);
  }

  /** Gives back what could not be settled, and what has to be once more. Answers what is settled. */
  end(): readonly Taken[] {
    const { live, stored } = this.#options;
    return this.#taken.filter((each) => {
      const isPending = this.#pending.delete(each);
      if (isPending) live.giveBack(each.cluster, each);
      // Once more when all of it is stored.
      else if (each.isEarly) live.giveBack(each.cluster, { ...each, serial: stored + 1 });
      return !isPending && !each.isEarly;
    });
  }
}
