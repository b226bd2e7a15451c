/**
 * Cluster: live facts that share a key, a trace, a link or a message, directly or by way of others.
 *
 *   live → [cluster] → sole, settle
 *
 * Whatever can change what one of them belongs to is among them, as long as nothing older is only in the store:
 * `isWhole` says so. A cluster says nothing about subjects; one with several is as good a cluster as any.
 */
import type { HopBatch } from "../collector/decoder/columns.ts";
import type { Pointer } from "./forest.ts";
import { NO_OUTLINES } from "./outlines.ts";
import type { Pool } from "./pool.ts";
import { NO_SLOT } from "./slots.ts";

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
  /** the first of the sets of keys that begin with it */
  sets: KeySet | null;
  /** of the same cluster */
  next: Name | null;
}

/** A set of keys that live facts carry: its number, and what its keys go by. */
export interface KeySet {
  readonly id: number;
  readonly names: readonly Name[];
  /** that begins with the same name */
  nextOfName: KeySet | null;
  /** of the same cluster */
  next: KeySet | null;
}

/** That of hops that carry no keys. */
export const NO_KEYSET: KeySet = { id: 0, names: [], nextOfName: null, next: null };

/** Facts that have to do with each other. Chains, not lists: hundreds of thousands of short lists are mostly empty room. */
export interface Cluster {
  /** set once this one has become part of another */
  into: Cluster | null;
  /** in the order of the last touch (touched.ts) */
  before: Cluster | null;
  after: Cluster | null;
  /** the chain of facts (pool.ts) */
  head: number;
  tail: number;
  size: number;
  /** by what it is found: a chain of names, one of traces (traces.ts), and how many they are */
  names: Name | null;
  traces: number;
  found: number;
  keysets: KeySet | null;
  /** the hops that a definition may match, or that hold a tag, as a chain (outlines.ts); one told twice is there twice */
  hops: number;
  extras: Map<number, Extra> | null;
  /** since it was settled last */
  added: Addition[];
  /** false once the store may hold facts that belong here and are not here */
  isWhole: boolean;
  /** so may the journal, of which not all is read back: a doubt that ends, see heard.ts */
  isPending: boolean;
  /** came before it was known which names the store has: to be asked about again */
  isUnheard: boolean;
  /** memory alone could not tell it, and the store has not been asked since */
  isUntold: boolean;
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

/** The chain that no trace is on. */
export const NO_TRACES = -1;

/** A cluster of nothing. */
export function newCluster(nowMs: number, serial: number): Cluster {
  return {
    into: null,
    before: null,
    after: null,
    head: NO_SLOT,
    tail: NO_SLOT,
    size: 0,
    names: null,
    traces: NO_TRACES,
    found: 0,
    keysets: null,
    hops: NO_OUTLINES,
    extras: null,
    added: [],
    isWhole: true,
    isPending: false,
    isUnheard: false,
    isUntold: false,
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
  cluster.head = NO_SLOT;
  cluster.tail = NO_SLOT;
  cluster.size = 0;
  cluster.names = null;
  cluster.traces = NO_TRACES;
  cluster.found = 0;
  cluster.keysets = null;
  cluster.hops = NO_OUTLINES;
  cluster.extras = null;
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

/** Makes one of two, but for the chains whose slots are elsewhere (clusters.ts). The smaller should move. */
export function merge(stays: Cluster, moves: Cluster): void {
  moves.into = stays;
  for (let name = moves.names; name !== null; name = name.next) name.cluster = stays;
  stays.names = joined(moves.names, stays.names);
  stays.keysets = joined(moves.keysets, stays.keysets);
  stays.found += moves.found;
  stays.added = appended(stays.added, moves.added);
  stays.extras = united(stays.extras, moves.extras);
  // So that nothing holds on to the one that is gone, and it to nothing.
  moves.names = null;
  moves.keysets = null;
  moves.added = [];
  moves.extras = null;
  stays.isWhole &&= moves.isWhole;
  stays.isPending ||= moves.isPending;
  stays.isUnheard ||= moves.isUnheard;
  stays.isUntold ||= moves.isUntold;
  stays.touchedMs = Math.max(stays.touchedMs, moves.touchedMs);
  stays.restsUntilMs = Math.max(stays.restsUntilMs, moves.restsUntilMs);
  stays.newest = Math.max(stays.newest, moves.newest);
  stays.oldest = Math.min(stays.oldest, moves.oldest);
  if (moves.dirtyMs === null) return;
  stays.serial = stays.dirtyMs === null ? moves.serial : Math.min(stays.serial, moves.serial);
  stays.dirtyMs = stays.dirtyMs === null ? moves.dirtyMs : Math.min(stays.dirtyMs, moves.dirtyMs);
}

/** What it costs to move a cluster into another. */
export function weightOf({ size, found }: Cluster): number {
  return size + found;
}

/** One chain of two. Quicker the shorter the first is. */
function joined<T extends { next: T | null }>(first: T | null, second: T | null): T | null {
  if (first === null) return second;
  let last = first;
  while (last.next !== null) last = last.next;
  last.next = second;
  return first;
}

/** Moves the chain of facts. */
export function moveFacts(stays: Cluster, moves: Cluster, pool: Pick<Pool, "link">): void {
  if (moves.head !== NO_SLOT) {
    if (stays.tail === NO_SLOT) stays.head = moves.head;
    else pool.link(stays.tail, moves.head);
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
