/**
 * Shape: live facts as the numbers that forest.ts reads.
 *
 *   columns → fill → pool → [shape] → forest
 *
 * Pure.
 */
import type { Fixed } from "../collector/decoder/fixed.ts";
import type { Cluster, KeySet } from "./cluster.ts";
import type { Pointer, Shape } from "./forest.ts";
import type { Keys } from "./keys.ts";
import type { Slots } from "./pool.ts";

/** A row of a batch, with what was found out about it. */
export interface Filling {
  readonly fixed: Fixed;
  readonly row: number;
  readonly trace: number;
  readonly keyset: number;
}

/** Writes a row into a slot. */
export function fill(slots: Slots, slot: number, { fixed, row, trace, keyset }: Filling): void {
  const kind = fixed.kind[row] ?? 0;
  const [low, high] = [row * 2, row * 2 + 1];
  slots.kind[slot] = kind;
  slots.trace[slot] = trace;
  slots.keyset[slot] = keyset;
  slots.digest[slot] = fixed.digest[row] ?? 0;
  // A CloudEvent is in no tree: its identity is where a span has its own, so that two versions of it are seen.
  slots.spanLow[slot] = (kind === 3 ? fixed.factId[row * 4] : fixed.spanId[low]) ?? 0;
  slots.spanHigh[slot] = (kind === 3 ? fixed.factId[row * 4 + 1] : fixed.spanId[high]) ?? 0;
  // A log names the span that it was written in where a span names itself.
  const around = kind === 2 ? fixed.spanId : fixed.parentId;
  slots.aroundLow[slot] = around[low] ?? 0;
  slots.aroundHigh[slot] = around[high] ?? 0;
}

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
  shape(cluster: Cluster, slots: Slots, keysets: readonly (KeySet | null)[]): ShapeOfCluster {
    if (cluster.size > this.#lists.kind.length) this.#lists = listsOf(cluster.size * 2);
    const lists = this.#lists;
    const own: (KeySet | null | undefined)[] = [keysets[0]];
    const links = cluster.extras === null ? NO_LINKS : new Map<number, readonly Pointer[]>();
    const bound = cluster.extras === null ? NOBODY : new Set<number>();
    let isPlain = true;
    let at = 0;
    for (let slot = cluster.head; slot !== -1; slot = slots.next[slot] ?? -1) {
      lists.kind[at] = slots.kind[slot] ?? 0;
      lists.trace[at] = slots.trace[slot] ?? -1;
      lists.spanLow[at] = slots.spanLow[slot] ?? 0;
      lists.spanHigh[at] = slots.spanHigh[slot] ?? 0;
      lists.aroundLow[at] = slots.aroundLow[slot] ?? 0;
      lists.aroundHigh[at] = slots.aroundHigh[slot] ?? 0;
      lists.digest[at] = slots.digest[slot] ?? 0;
      lists.keyset[at] = localOf(own, keysets[slots.keyset[slot] ?? 0]);
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
  for (const { kind, value } of set?.names ?? []) {
    const values = keys.get(kind);
    if (values === undefined) keys.set(kind, [value]);
    else values.push(value);
  }
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
