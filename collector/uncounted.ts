/**
 * Uncounted: memory that V8 does not take for pressure.
 *
 *   [uncounted] → columns' memory; tables of live facts; pieces of blocks
 *
 * It is shared memory, though nobody shares it. For each 64 MB of other buffers that come, live or dead, V8 marks the
 * whole heap, however much room there is; the facts of live journeys make that heap hundreds of megabytes, and while it
 * is marked requests wait. But what V8 does not count it is in no hurry to collect either: who takes memory here bounds
 * it himself, or lets go of it at once, as of any other object that dies young.
 */

import { memoryShare } from "./memory.ts";

/** What V8 lets come, live or dead, before it marks the heap, however little memory there is; bytes. */
const V8_PATIENCE = 2 ** 26;
const TIMES_MAX = 8;
const TIMES = timesTold(memoryShare(1 / 16));

/** So many bytes, all zeros. */
export function uncounted(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

/**
 * V8 is to hear of so many bytes all the same, and to collect as soon as if they were counted; sooner where there is little
 * memory, for what was shared is gone only when every thread has collected.
 */
export function press(bytes: number): void {
  // Garbage at once, which counts until it is collected. Nobody touches it, so it takes no memory.
  new ArrayBuffer(Math.ceil(bytes * TIMES));
}

/** How many times a buffer has to be told of, for V8 to collect when no more than so many bytes have come. */
export function timesTold(patience: number): number {
  return Math.min(TIMES_MAX, Math.max(1, V8_PATIENCE / patience));
}

/** So many 32-bit numbers, all zeros. */
export function uncountedWords(count: number): Uint32Array {
  return new Uint32Array(uncounted(count * Uint32Array.BYTES_PER_ELEMENT));
}

/** So many signed 32-bit numbers, all zeros. */
export function uncountedNumbers(count: number): Int32Array {
  return new Int32Array(uncounted(count * Int32Array.BYTES_PER_ELEMENT));
}
