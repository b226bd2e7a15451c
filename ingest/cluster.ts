/**
 * Cluster: live facts that share a key, a trace, a link or a message, directly or by way of others.
 *
 *   live → [cluster] → sole, settle
 *
 * Whatever can change what one of them belongs to is among them, as long as nothing older is only in the store:
 * `isWhole` says so. A cluster says nothing about subjects; one with several is as good a cluster as any.
 */
import type { Hop } from "../collector/hop.ts";
import type { Extract } from "./extract.ts";
import type { Pointer } from "./forest.ts";

/** Rows of a batch that were added since the cluster was settled last. */
export interface Addition {
  readonly from: Extract;
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

/** Facts that have to do with each other. */
export interface Cluster {
  /** set once this one has become part of another */
  into: Cluster | null;
  /** the chain of slots */
  head: number;
  tail: number;
  size: number;
  /** by what it is found; texts of refs */
  readonly names: string[];
  readonly keysets: number[];
  /** the hops that a definition may match, or that hold a tag; by id */
  readonly hops: Map<string, Hop>;
  readonly extras: Map<number, Extra>;
  /** since it was settled last */
  added: Addition[];
  /** false once the store may hold facts that belong here and are not here */
  isWhole: boolean;
  /** epoch ms; when the first unsettled fact came, null when all is settled */
  dirtyMs: number | null;
  touchedMs: number;
  /** number of the delivery that brought the first unsettled fact */
  serial: number;
}

/** A cluster of nothing. */
export function newCluster(nowMs: number, serial: number): Cluster {
  return {
    into: null,
    head: -1,
    tail: -1,
    size: 0,
    names: [],
    keysets: [],
    hops: new Map(),
    extras: new Map(),
    added: [],
    isWhole: true,
    dirtyMs: null,
    touchedMs: nowMs,
    serial,
  };
}

/** The cluster that this one is part of by now. */
export function current(cluster: Cluster): Cluster {
  let found = cluster;
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
  const [stays, moves] = a.size + a.names.length >= b.size + b.names.length ? [a, b] : [b, a];
  moves.into = stays;
  if (moves.head !== -1) {
    if (stays.tail === -1) stays.head = moves.head;
    else next[stays.tail] = moves.head;
    stays.tail = moves.tail;
  }
  stays.size += moves.size;
  for (const name of moves.names) stays.names.push(name);
  for (const keyset of moves.keysets) stays.keysets.push(keyset);
  for (const [id, hop] of moves.hops) keep(stays, id, hop);
  for (const [slot, extra] of moves.extras) stays.extras.set(slot, extra);
  for (const addition of moves.added) stays.added.push(addition);
  stays.isWhole &&= moves.isWhole;
  stays.touchedMs = Math.max(stays.touchedMs, moves.touchedMs);
  if (moves.dirtyMs !== null) {
    stays.serial = stays.dirtyMs === null ? moves.serial : Math.min(stays.serial, moves.serial);
    stays.dirtyMs = stays.dirtyMs === null ? moves.dirtyMs : Math.min(stays.dirtyMs, moves.dirtyMs);
  }
  return stays;
}

function keep(cluster: Cluster, id: string, hop: Hop): void {
  cluster.hops.set(id, hop);
}
