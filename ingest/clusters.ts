/**
 * Clusters: which live facts have to do with each other, by the names and traces that they share.
 *
 *   live: names, traces of a row → [clusters] → one cluster
 *
 * Finds, makes and joins; holds no facts. A name that is new here may be an old one: then the cluster is not whole.
 */
import { hexOf } from "../collector/decoder/hex.ts";
import type { Arrival } from "./adding.ts";
import {
  type Cluster,
  current,
  empty,
  merge,
  moveFacts,
  type Name,
  NO_TRACES,
  newCluster,
  weightOf,
} from "./cluster.ts";
import { Leaving } from "./leaving.ts";
import { Names } from "./names.ts";
import { NO_OUTLINES, Outlines } from "./outlines.ts";
import { isTrace, joiningKind, type Past, type Rumour, traceWords } from "./past.ts";
import type { Pool } from "./pool.ts";
import type { Ref } from "./refs.ts";
import { NO_SPOTS, type Spot, Spots } from "./spots.ts";
import { Touched } from "./touched.ts";
import { Traces } from "./traces.ts";

/** What comes, and the cluster that it is known to belong to; null for one of its own. */
export interface Arriving {
  readonly arrival: Arrival;
  readonly into: Cluster | null;
}

/** What is known of a ref: the cluster is null when only the store may know it, "none" when nothing at all goes by it. */
export interface Sight {
  /** a chain, see spots.ts */
  readonly spots: number;
  readonly cluster: Cluster | "none" | null;
}

const IN_DOUBT: Sight = { spots: NO_SPOTS, cluster: null };
const UNHEARD_OF: Sight = { spots: NO_SPOTS, cluster: "none" };

/** All live clusters. */
export class Clusters {
  readonly traces = new Traces();
  readonly spots = new Spots();
  readonly outlines = new Outlines();
  readonly leaving = new Leaving(this.spots);
  /** those with facts that are not settled */
  readonly dirty = new Set<Cluster>();
  readonly #all = new Touched();
  readonly #names = new Names();
  readonly #past: Past;
  readonly #pool: Pool;
  #isHeard = false;

  constructor(past: Past, pool: Pool) {
    this.#past = past;
    this.#pool = pool;
  }

  /** Every cluster, the one touched least recently first. */
  byTouch(): Iterable<Cluster> {
    return this.#all;
  }

  /** Those with facts that are not settled, if it is time for them. */
  due(isDue: (cluster: Cluster) => boolean): Cluster[] {
    this.#hear();
    return [...this.dirty].filter(isDue);
  }

  /** The slot of the trace whose id starts at a word; one that is new here begins in the cluster of the arrival. */
  traceOf({ arrival, into }: Arriving, words: Uint32Array, at: number): number {
    const known = this.traces.find(words, at);
    if (known !== -1) return known;
    const cluster = into === null ? this.begin(arrival) : current(into);
    doubt(cluster, this.#past.ofTrace(words, at));
    return this.traces.add(words, at, cluster);
  }

  /** The name of this kind and value; one that is new here begins in the cluster of the arrival. */
  nameOf({ arrival, into }: Arriving, kind: string, value: string): Name {
    const known = this.#names.get(kind, value);
    if (known !== undefined) return known;
    const cluster = into === null ? this.begin(arrival) : current(into);
    doubt(cluster, this.#past.of(`${kind}=${value}`));
    const name: Name = { kind, value, cluster, spots: NO_SPOTS, sets: null, next: cluster.names };
    this.#names.add(name);
    cluster.names = name;
    cluster.found++;
    return name;
  }

  /** A cluster of nothing yet. */
  begin({ nowMs, serial }: Arrival): Cluster {
    const cluster = newCluster(nowMs, serial);
    this.#all.putLast(cluster);
    return cluster;
  }

  /** Notes where hops go by a name. Answers whether that is new. */
  noteName(name: Name, spot: Spot, what: 0 | 1): boolean {
    const before = name.spots;
    name.spots = this.spots.note(before, spot, what);
    return name.spots !== before;
  }

  /** The same for a trace. */
  noteTrace(trace: number, spot: Spot, what: 0 | 1): boolean {
    const before = this.traces.spots[trace] ?? NO_SPOTS;
    const after = this.spots.note(before, spot, what);
    this.traces.spots[trace] = after;
    return after !== before;
  }

  /** The spots of all that belongs to a cluster, at which nothing goes by this name of it. */
  spotsBeside(cluster: Cluster, { kind, value }: Ref): Spot[] {
    const name = this.#names.get(kind, value);
    const found: Spot[] = [];
    if (name === undefined) return found;
    for (let other = cluster.names; other !== null; other = other.next)
      this.spots.addMissing(found, name.spots, other.spots);
    for (let trace = cluster.traces; trace !== NO_TRACES; trace = this.traces.next(trace))
      this.spots.addMissing(found, name.spots, this.traces.spots[trace] ?? NO_SPOTS);
    return found;
  }

  /** Notes that a name leads to spots, though no hop there goes by it. */
  leadTo({ kind, value }: Ref, spots: readonly Spot[]): void {
    const name = this.#names.get(kind, value);
    if (name !== undefined) for (const spot of spots) this.noteName(name, spot, 0);
  }

  /** Makes one of two; the smaller moves. */
  join(a: Cluster, b: Cluster): Cluster {
    const [first, second] = [current(a), current(b)];
    if (first === second) return first;
    const [stays, moves] = weightOf(first) >= weightOf(second) ? [first, second] : [second, first];
    moveFacts(stays, moves, this.#pool);
    this.traces.move(stays, moves);
    stays.hops = this.outlines.joined(moves.hops, stays.hops);
    moves.hops = NO_OUTLINES;
    merge(stays, moves);
    this.#all.delete(moves);
    if (this.dirty.delete(moves)) this.dirty.add(stays);
    return stays;
  }

  /** Notes that a fact came to a cluster. */
  touch(cluster: Cluster, { nowMs, serial }: Arrival): void {
    cluster.touchedMs = nowMs;
    cluster.newest = serial;
    this.#all.putLast(cluster);
    if (cluster.dirtyMs !== null) return;
    cluster.dirtyMs = nowMs;
    cluster.serial = serial;
    this.dirty.add(cluster);
  }

  /**
   * Lets go of a cluster; its names are of the past.
   *
   * @param stored  number of the last delivery that is stored: where later hops are is known on until they are, too
   */
  forget(cluster: Cluster, stored: number): void {
    this.#all.delete(cluster);
    const left = cluster.newest <= stored ? null : this.leaving.add(cluster.newest);
    this.#pool.giveBack(cluster.head);
    this.outlines.giveBack(cluster.hops);
    for (let name = cluster.names; name !== null; name = name.next) {
      const text = `${name.kind}=${name.value}`;
      if (left === null) this.spots.giveBack(name.spots);
      else left.set(text, name.spots);
      this.#names.delete(name);
      this.#past.add(text);
    }
    for (let trace = cluster.traces; trace !== NO_TRACES; trace = this.traces.next(trace)) {
      const spots = this.traces.spots[trace] ?? NO_SPOTS;
      if (left === null) this.spots.giveBack(spots);
      else left.set(hexOf(this.traces.ids, trace * 4, 4), spots);
      this.#past.addTrace(this.traces.ids, trace * 4);
      this.traces.remove(trace);
    }
    empty(cluster);
  }

  /** What is known of a ref here: where hops go by it, and the cluster that it leads to. */
  sightOf({ kind, value }: Ref): Sight {
    if (!isTrace(kind)) {
      const name = this.#names.get(joiningKind(kind), value);
      if (name !== undefined) return { spots: name.spots, cluster: current(name.cluster) };
      return this.#past.of(`${joiningKind(kind)}=${value}`) === "nowhere" ? UNHEARD_OF : IN_DOUBT;
    }
    const words = traceWords(value);
    const trace = this.traces.find(words, 0);
    const cluster = this.traces.clusters[trace];
    if (cluster) return { spots: this.traces.spots[trace] ?? NO_SPOTS, cluster: current(cluster) };
    return this.#past.ofTrace(words, 0) === "nowhere" ? UNHEARD_OF : IN_DOUBT;
  }

  /** Whether nothing that belongs to a cluster can be in the store and not here. */
  isWhole({ isWhole, isUnheard, isPending }: Cluster): boolean {
    return isWhole && !isUnheard && this.#past.isHeard() && !(isPending && this.#past.isInDoubt());
  }

  /** Asks again about what came before it was known which names the store has, once that is known. */
  #hear(): void {
    if (this.#isHeard || !this.#past.isHeard()) return;
    this.#isHeard = true;
    for (const cluster of this.#all) {
      if (!cluster.isUnheard) continue;
      cluster.isUnheard = false;
      for (let name = cluster.names; name !== null; name = name.next)
        doubt(cluster, this.#past.of(`${name.kind}=${name.value}`));
      for (let trace = cluster.traces; trace !== NO_TRACES; trace = this.traces.next(trace))
        doubt(cluster, this.#past.ofTrace(this.traces.ids, trace * 4));
    }
  }

  /** Notes that hops which are only in the store go by a ref. */
  learn(ref: Ref): void {
    const { cluster } = this.sightOf(ref);
    if (cluster !== null && cluster !== "none") cluster.isWhole = false;
  }
}

/** What a name that is new here says about the cluster that it begins in. */
function doubt(cluster: Cluster, where: Rumour): void {
  if (where === "unheard") cluster.isUnheard = true;
  if (where === "store") cluster.isWhole = false;
  if (where === "journal") cluster.isPending = true;
}
