/**
 * Memory: how much of it this process may expect to have, so that what waits there can be bounded by size.
 *
 *   cgroup, machine → [memory] → columns, backlog, pipeline
 */
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

/** Enough for anybody; bytes. */
const SHARE_MAX = 2 ** 30;

/** A share of the memory of the container, or else of the machine; bytes. */
export function memoryShare(ratio: number): number {
  const [constrained, total] = [process.constrainedMemory(), totalmem()];
  // 0: unknown. Without a limit some kernels tell more than there is.
  const here = constrained > 0 ? Math.min(constrained, total) : total;
  return Math.min(SHARE_MAX, Math.floor(here * ratio));
}

/** A share of what JavaScript objects may take; bytes. */
export function heapShare(ratio: number): number {
  return Math.floor(getHeapStatistics().heap_size_limit * ratio);
}

/** What the bodies of all requests together may hold: two of the largest if there is room for them, one at least; bytes. */
export function heldBytes(bodyBytesMax: number): number {
  return Math.max(bodyBytesMax, Math.min(2 * bodyBytesMax, memoryShare(1 / 16)));
}
