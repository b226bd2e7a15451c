/**
 * Columns' memory: where columns live.
 *
 *   [columns_memory] → buffers, fixed → columns
 *
 * Large ones in shared memory, though nobody shares it. V8 takes every other buffer for pressure: for each 64 MB of them
 * it marks the whole heap, however much room there is, and the facts of live journeys make that heap hundreds of
 * megabytes. Columns of 50,000 spans are 64 MB. But what V8 does not count it is in no hurry to collect either, so only a
 * share of the machine's memory is taken this way; beyond it the pressure is real, and V8 hears of it.
 */
import { memoryShare } from "../memory.ts";

/** Of all memory; what is no longer used and not collected yet counts. */
const SHARE = 1 / 32;

/** Smaller ones are not worth the bookkeeping; bytes. */
const LARGE = 32_768;

/** Up to this they lie in V8's own heap: a hundred columns with memory of their own are most of a small delivery; bytes. */
const TINY = 64;

const sharedMax = memoryShare(SHARE);
let sharedBytes = 0;
const collected = new FinalizationRegistry<number>((bytes) => {
  sharedBytes -= bytes;
});

/** So many bytes, all zeros. */
export function newBytesArray(length: number): Uint8Array {
  return length <= TINY ? new Uint8Array(length) : new Uint8Array(room(length));
}

/** So many 32-bit numbers, all zeros. */
export function newWordsArray(length: number): Uint32Array {
  return length * 4 <= TINY ? new Uint32Array(length) : new Uint32Array(room(length * 4));
}

function room(bytes: number): ArrayBufferLike {
  if (bytes < LARGE || sharedBytes + bytes > sharedMax) return new ArrayBuffer(bytes);
  const buffer = new SharedArrayBuffer(bytes);
  collected.register(buffer, bytes);
  sharedBytes += bytes;
  return buffer;
}
