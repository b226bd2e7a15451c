/**
 * Shape: live facts as the numbers that forest.ts reads.
 *
 *   columns → fill → pool → [shape] → forest
 *
 * Pure.
 */
import type { Fixed } from "../collector/decoder/fixed.ts";
import type { Cluster } from "./cluster.ts";
import type { Pointer, Shape } from "./forest.ts";
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
  slots.spanLow[slot] = fixed.spanId[low] ?? 0;
  slots.spanHigh[slot] = fixed.spanId[high] ?? 0;
  // A log names the span that it was written in where a span names itself.
  const around = kind === 2 ? fixed.spanId : fixed.parentId;
  slots.aroundLow[slot] = around[low] ?? 0;
  slots.aroundHigh[slot] = around[high] ?? 0;
}

/** The words of a span id of 16 hex digits, as columns hold them. */
export function wordsOf(spanId: string): Omit<Pointer, "trace"> {
  if (spanId === "") return { spanLow: 0, spanHigh: 0 };
  const bytes = Buffer.from(spanId, "hex");
  return { spanLow: bytes.readUInt32LE(0), spanHigh: bytes.readUInt32LE(4) };
}

/**
 * The facts of a cluster, in the order of its chain.
 *
 * @param local  number of a set of keys among the live ones → its number in the shape
 */
export function shapeOf(cluster: Cluster, slots: Slots, local: ReadonlyMap<number, number>): Shape {
  const { size, extras } = cluster;
  const shape = {
    size,
    kind: new Uint8Array(size),
    trace: new Int32Array(size),
    spanLow: new Uint32Array(size),
    spanHigh: new Uint32Array(size),
    aroundLow: new Uint32Array(size),
    aroundHigh: new Uint32Array(size),
    digest: new Uint32Array(size),
    keyset: new Int32Array(size),
  };
  const links = new Map<number, readonly Pointer[]>();
  const bound = new Set<number>();
  let isPlain = true;
  let at = 0;
  for (let slot = cluster.head; slot !== -1; slot = slots.next[slot] ?? -1) {
    shape.kind[at] = slots.kind[slot] ?? 0;
    shape.trace[at] = slots.trace[slot] ?? -1;
    shape.spanLow[at] = slots.spanLow[slot] ?? 0;
    shape.spanHigh[at] = slots.spanHigh[slot] ?? 0;
    shape.aroundLow[at] = slots.aroundLow[slot] ?? 0;
    shape.aroundHigh[at] = slots.aroundHigh[slot] ?? 0;
    shape.digest[at] = slots.digest[slot] ?? 0;
    shape.keyset[at] = local.get(slots.keyset[slot] ?? 0) ?? 0;
    const extra = extras.size === 0 ? undefined : extras.get(slot);
    if (extra !== undefined && extra.links.length > 0) links.set(at, extra.links);
    if (extra?.bound) bound.add(at);
    isPlain &&= extra?.crowded !== true;
    at++;
  }
  return { ...shape, links, bound, isPlain };
}
