/**
 * Traces: the live traces, found by the sixteen bytes of their id without a string.
 *
 *   columns → [traces] → live
 *
 * A hash table of chained slots; a slot is the number by which a trace goes among the live facts until it leaves.
 */
import { uncountedNumbers, uncountedWords } from "../collector/uncounted.ts";
import { type Cluster, NO_TRACES } from "./cluster.ts";
import { NO_SPOTS } from "./spots.ts";

const NONE = -1;
const FIRST_SLOTS = 1_024;

/** Live traces. */
export class Traces {
  #ids = uncountedWords(FIRST_SLOTS * 4);
  #next = uncountedNumbers(FIRST_SLOTS);
  #heads = uncountedNumbers(FIRST_SLOTS).fill(NONE);
  /** the cluster of each slot; null for a free slot */
  readonly clusters: (Cluster | null)[] = [];
  /** per slot where hops of the trace, or links to it, are: the first of a chain, see spots.ts */
  readonly spots: number[] = [];
  /** per slot the next trace of the same cluster */
  #beside = uncountedNumbers(FIRST_SLOTS);
  #free = NONE;
  #used = 0;

  /** The slot of the id that starts at a word, −1 for a trace that is not here. */
  find(words: Uint32Array, at: number): number {
    let slot = this.#heads[this.#hash(words, at)] ?? NONE;
    while (slot !== NONE && !this.#is(slot, words, at)) slot = this.#next[slot] ?? NONE;
    return slot;
  }

  /** A slot for a trace that is not here yet; it is the first on the chain of the cluster then. */
  add(words: Uint32Array, at: number, cluster: Cluster): number {
    if (this.#free === NONE && this.clusters.length === this.#next.length) this.#grow();
    const slot = this.#free === NONE ? this.clusters.length : this.#free;
    if (slot === this.#free) this.#free = this.#next[slot] ?? NONE;
    for (let i = 0; i < 4; i++) this.#ids[slot * 4 + i] = words[at + i] ?? 0;
    this.clusters[slot] = cluster;
    this.spots[slot] = NO_SPOTS;
    this.#beside[slot] = cluster.traces;
    cluster.traces = slot;
    cluster.found++;
    this.#link(slot);
    this.#used++;
    return slot;
  }

  /** The next trace of the same cluster; −1 after the last. */
  next(slot: number): number {
    return this.#beside[slot] ?? NO_TRACES;
  }

  /** Moves all traces of one cluster to another. */
  move(stays: Cluster, moves: Cluster): void {
    let last = NO_TRACES;
    for (let slot = moves.traces; slot !== NO_TRACES; slot = this.next(slot)) {
      this.clusters[slot] = stays;
      last = slot;
    }
    if (last === NO_TRACES) return;
    this.#beside[last] = stays.traces;
    stays.traces = moves.traces;
    moves.traces = NO_TRACES;
  }

  /** Frees a slot; whoever frees one of a cluster frees all. */
  remove(slot: number): void {
    const bucket = this.#hash(this.#ids, slot * 4);
    let before = NONE;
    let at = this.#heads[bucket] ?? NONE;
    while (at !== slot && at !== NONE) {
      before = at;
      at = this.#next[at] ?? NONE;
    }
    const after = this.#next[slot] ?? NONE;
    if (before === NONE) this.#heads[bucket] = after;
    else this.#next[before] = after;
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.clusters[slot] = null;
    this.spots[slot] = NO_SPOTS;
    this.#used--;
  }

  /** Traces that are here; count. */
  get size(): number {
    return this.#used;
  }

  /** The words of ids; that of a slot starts at four times its number. */
  get ids(): Uint32Array {
    return this.#ids;
  }

  #is(slot: number, words: Uint32Array, at: number): boolean {
    const ids = this.#ids;
    const own = slot * 4;
    return (
      ids[own] === words[at] &&
      ids[own + 1] === words[at + 1] &&
      ids[own + 2] === words[at + 2] &&
      ids[own + 3] === words[at + 3]
    );
  }

  #hash(words: Uint32Array, at: number): number {
    // Any of the words may be a clock, all of them together are not.
    const mixed = Math.imul((words[at] ?? 0) ^ (words[at + 1] ?? 0), 0x85ebca6b) ^ (words[at + 2] ?? 0);
    const all = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ (words[at + 3] ?? 0);
    return (all ^ (all >>> 13)) & (this.#heads.length - 1);
  }

  #link(slot: number): void {
    const bucket = this.#hash(this.#ids, slot * 4);
    this.#next[slot] = this.#heads[bucket] ?? NONE;
    this.#heads[bucket] = slot;
  }

  #grow(): void {
    const slots = this.#next.length * 2;
    const ids = uncountedWords(slots * 4);
    ids.set(this.#ids);
    this.#ids = ids;
    const beside = uncountedNumbers(slots);
    beside.set(this.#beside);
    this.#beside = beside;
    this.#next = uncountedNumbers(slots);
    this.#heads = uncountedNumbers(slots).fill(NONE);
    for (let slot = 0; slot < this.clusters.length; slot++)
      if (this.clusters[slot] !== null) this.#link(slot);
  }
}
