/**
 * Cluster: live facts that share a key, a trace, a link or a message, directly or by way of others.
 *
 *   live → [cluster] → sole, settle
 *
 * Whatever can change what one of them belongs to is among them, as long as nothing older is only in the store:
 * `isWhole` says so. A cluster says nothing about subjects; one with several is as good a cluster as any.
 */
import type { HopBatch } from "../collector/decoder/columns.ts";
import type { PackedHop } from "../collector/decoder/packed.ts";
import type { Hop } from "../collector/hop.ts";
import type { Pointer } from "./forest.ts";

/** Rows of a batch that were added since the cluster was settled last. */
export interface Addition {
  readonly from: HopBatch;
  readonly first: number;
  /** the row behind the last */
  end: number;
}

/** What a few facts have besides their ids. */
export interface Extra {
  readonly links: readonly Pointer[];
  /** names messages of its own, links included */
  readonly bound: boolean;
  /** names so many causes that it is a hub, or nearly */
  readonly crowded: boolean;
}

/** A key, a message or an event by which facts join. */
export interface Name {
  readonly kind: string;
  readonly value: string;
  /** see `current` */
  cluster: Cluster;
  /** where hops go by it: the first of a chain, see spots.ts */
  spots: number;
  /** the sets of keys that begin with it */
  sets: readonly KeySet[];
}

/** Of a name that is in no set of keys, or not its first. */
export const NO_SETS: readonly KeySet[] = [];

/** A set of keys that live facts carry: its number, and what its keys go by. */
export interface KeySet {
  readonly id: number;
  readonly names: readonly Name[];
}

/** Facts that have to do with each other. */
export interface Cluster {
  /** set once this one has become part of another */
  into: Cluster | null;
  /** the chain of slots */
  head: number;
  tail: number;
  size: number;
  /** by what it is found */
  names: Name[];
  traces: number[];
  keysets: number[];
  /** the hops that a definition may match, or that hold a tag; one told twice is here twice */
  hops: PackedHop[];
  extras: Map<number, Extra> | null;
  /** since it was settled last */
  added: Addition[];
  /** false once the store may hold facts that belong here and are not here */
  isWhole: boolean;
  /** so may the journal, of which not all is read back: a doubt that ends, see heard.ts */
  isPending: boolean;
  /** came before it was known which names the store has: to be asked about again */
  isUnheard: boolean;
  /** epoch ms; when the first unsettled fact came, null when all is settled */
  dirtyMs: number | null;
  touchedMs: number;
  /** epoch ms; not settled again before, for the last time cost much */
  restsUntilMs: number;
  /** number of the delivery that brought the first unsettled fact, and of the one that brought the last fact */
  serial: number;
  newest: number;
  /** number of the delivery that brought the first fact */
  oldest: number;
}

/** A cluster of nothing. */
export function newCluster(nowMs: number, serial: number): Cluster {
  return {
    into: null,
    head: -1,
    tail: -1,
    size: 0,
    names: [],
    traces: [],
    keysets: [],
    hops: [],
    extras: null,
    added: [],
    isWhole: true,
    isPending: false,
    isUnheard: false,
    dirtyMs: null,
    touchedMs: nowMs,
    restsUntilMs: 0,
    serial,
    newest: serial,
    oldest: serial,
  };
}

/** Takes everything from a cluster that leaves memory but what is to be settled: the store has the rest, or will. */
export function empty(cluster: Cluster): void {
  cluster.isWhole = false;
  cluster.head = -1;
  cluster.tail = -1;
  cluster.size = 0;
  cluster.names = [];
  cluster.traces = [];
  cluster.keysets = [];
  cluster.hops = [];
  cluster.extras = null;
}

/** The hops that folding looks at, each fact once; of two versions any: those are stitched in full (forest.ts). */
export function outlinesOf({ hops }: Cluster): Hop[] {
  const byId = new Map<string, Hop>();
  for (const packed of hops) {
    const hop = packed.hop();
    byId.set(hop.id, hop);
  }
  return [...byId.values()];
}

/** The cluster that this one is part of by now. */
export function current(cluster: Cluster): Cluster {
  if (cluster.into === null) return cluster;
  let found = cluster.into;
  while (found.into !== null) found = found.into;
  // Shortens the way for the next who asks.
  for (let at = cluster; at.into !== null && at.into !== found; ) {
    const next = at.into;
    at.into = found;
    at = next;
  }
  return found;
}

/** Makes one of two; the smaller moves. Answers the one that stays. `next` are the chains of slots. */
export function merge(a: Cluster, b: Cluster, next: Int32Array): Cluster {
  const [stays, moves] = weightOf(a) >= weightOf(b) ? [a, b] : [b, a];
  moves.into = stays;
  joinChains(stays, moves, next);
  // So that nothing holds on to the one that is gone, and it to nothing.
  for (const name of moves.names) name.cluster = stays;
  stays.names = appended(stays.names, moves.names);
  stays.traces = appended(stays.traces, moves.traces);
  stays.keysets = appended(stays.keysets, moves.keysets);
  stays.added = appended(stays.added, moves.added);
  stays.hops = appended(stays.hops, moves.hops);
  stays.extras = united(stays.extras, moves.extras);
  moves.names = [];
  moves.traces = [];
  moves.keysets = [];
  moves.added = [];
  moves.hops = [];
  moves.extras = null;
  stays.isWhole &&= moves.isWhole;
  stays.isPending ||= moves.isPending;
  stays.isUnheard ||= moves.isUnheard;
  stays.touchedMs = Math.max(stays.touchedMs, moves.touchedMs);
  stays.restsUntilMs = Math.max(stays.restsUntilMs, moves.restsUntilMs);
  stays.newest = Math.max(stays.newest, moves.newest);
  stays.oldest = Math.min(stays.oldest, moves.oldest);
  if (moves.dirtyMs === null) return stays;
  stays.serial = stays.dirtyMs === null ? moves.serial : Math.min(stays.serial, moves.serial);
  stays.dirtyMs = stays.dirtyMs === null ? moves.dirtyMs : Math.min(stays.dirtyMs, moves.dirtyMs);
  return stays;
}

function weightOf({ size, names, traces }: Cluster): number {
  return size + names.length + traces.length;
}

function joinChains(stays: Cluster, moves: Cluster, next: Int32Array): void {
  if (moves.head !== -1) {
    if (stays.tail === -1) stays.head = moves.head;
    else next[stays.tail] = moves.head;
    stays.tail = moves.tail;
  }
  stays.size += moves.size;
}

/**
 * Two lists as one, which may be the first of them. Short ones are copied: a list that was pushed to keeps room for
 * sixteen more, and most never get more than a few.
 */
export function appended<T>(all: T[], more: readonly T[]): T[] {
  if (all.length < SHORT) return all.concat(more);
  for (const each of more) all.push(each);
  return all;
}

const SHORT = 32;

function united<K, V>(all: Map<K, V> | null, more: Map<K, V> | null): Map<K, V> | null {
  if (all === null || more === null) return all ?? more;
  for (const [key, value] of more) all.set(key, value);
  return all;
}
