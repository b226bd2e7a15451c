/**
 * Carried: the sets of keys that live facts carry, each once.
 *
 *   live → [carried] → pool, shape
 *
 * The same few sets come in every batch of a journey. A set goes by a number until its cluster leaves.
 */
import { type Cluster, current, type KeySet, type Name, NO_KEYSET } from "./cluster.ts";

/** The sets of one tenant. */
export class Carried {
  /** by number; null for one that left */
  readonly sets: (KeySet | null)[] = [NO_KEYSET];
  readonly #free: number[] = [];

  /** The set of these names, all of one cluster. */
  of(names: readonly Name[]): KeySet {
    let set = names[0]?.sets ?? null;
    while (set !== null && !isSame(set.names, names)) set = set.nextOfName;
    // A copy has no room for more: an array that was pushed to keeps sixteen places.
    return set ?? this.#add(names.slice());
  }

  /** Lets go of those of a cluster. */
  forget(cluster: Cluster): void {
    for (let set = cluster.keysets; set !== null; set = set.next) {
      this.sets[set.id] = null;
      this.#free.push(set.id);
    }
  }

  #add(names: readonly Name[]): KeySet {
    const first = names[0];
    if (first === undefined) return NO_KEYSET;
    const cluster = current(first.cluster);
    const id = this.#free.pop() ?? this.sets.length;
    const set: KeySet = { id, names, nextOfName: first.sets, next: cluster.keysets };
    this.sets[id] = set;
    first.sets = set;
    cluster.keysets = set;
    return set;
  }
}

function isSame(a: readonly Name[], b: readonly Name[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}
