/**
 * Shape: live facts as the numbers that forest.ts reads.
 *
 *   pool → [shape] → forest
 *
 * Pure.
 */
import { append } from "../group.ts";
import type { Cluster, KeySet } from "./cluster.ts";
import type { Pointer, Shape } from "./forest.ts";
import type { Keys } from "./keys.ts";
import type { Pool } from "./pool.ts";
import { NO_SLOT } from "./slots.ts";

/** A cluster's facts as numbers, with the sets of keys that `shape.keyset` means. */
export interface ShapeOfCluster {
  readonly shape: Shape;
  readonly keysets: readonly Keys[];
}

const FIRST_SIZE = 256;
/** Of clusters without carriers, which are most. */
const NO_LINKS = new Map<number, readonly Pointer[]>();
const NOBODY = new Set<number>();

/** Makes shapes, one after the other in the same memory. */
export class Shaper {
  #lists = listsOf(FIRST_SIZE);

  /** The facts of a cluster in the order of its chain. Good until the next call. */
  shape(cluster: Cluster, pool: Pool, keysets: readonly (KeySet | null)[]): ShapeOfCluster {
    if (cluster.size > this.#lists.kind.length) this.#lists = listsOf(cluster.size * 2);
    const lists = this.#lists;
    const own: (KeySet | null | undefined)[] = [keysets[0]];
    const links = cluster.extras === null ? NO_LINKS : new Map<number, readonly Pointer[]>();
    const bound = cluster.extras === null ? NOBODY : new Set<number>();
    let isPlain = true;
    let at = 0;
    for (let slot = cluster.head; slot !== NO_SLOT; slot = pool.next(slot)) {
      lists.keyset[at] = localOf(own, keysets[pool.read(slot, lists, at)]);
      const extra = cluster.extras?.get(slot);
      if (extra !== undefined && extra.links.length > 0) links.set(at, extra.links);
      if (extra?.bound) bound.add(at);
      isPlain &&= extra?.crowded !== true;
      at++;
    }
    return { shape: { size: cluster.size, ...lists, links, bound, isPlain }, keysets: own.map(keysIn) };
  }
}

/** The number of a set of keys in a short list, to which it is added when it is new. Neighbours have the same. */
function localOf(own: (KeySet | null | undefined)[], keys: KeySet | null | undefined): number {
  if (!keys || keys === own[0]) return 0;
  for (let at = own.length - 1; at > 0; at--) if (own[at] === keys) return at;
  return own.push(keys) - 1;
}

/** The names of a set, by kind, as they were read. */
function keysIn(set: KeySet | null | undefined): Keys {
  const keys = new Map<string, string[]>();
  for (const { kind, value } of set?.names ?? []) append(keys, kind, value);
  return keys;
}

function listsOf(size: number) {
  return {
    kind: new Uint8Array(size),
    trace: new Int32Array(size),
    spanLow: new Uint32Array(size),
    spanHigh: new Uint32Array(size),
    aroundLow: new Uint32Array(size),
    aroundHigh: new Uint32Array(size),
    digest: new Uint32Array(size),
    keyset: new Int32Array(size),
  };
}
