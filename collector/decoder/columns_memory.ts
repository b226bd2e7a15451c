/**
 * Columns' memory: where columns live.
 *
 *   [columns_memory] → buffers, fixed → columns
 *
 * Large ones in shared memory, though nobody shares it. V8 takes every other buffer for pressure: for each 64 MB of them
 * it marks the whole heap, however much room there is, and the facts of live journeys make that heap hundreds of
 * megabytes. Columns of 50,000 spans are 64 MB. But what V8 does not count it is in no hurry to collect either, so only a
 * share of the machine's memory is taken this way; beyond it the pressure is real, and V8 hears of it.
 *
 * Small ones side by side in slabs: a delivery of one span has sixty columns of a few bytes each, and with memory of
 * its own each would cost hundreds. A slab is given up with the last delivery in it; deliveries leave about as they came.
 */
import { memoryShare } from "../memory.ts";

/** Of all memory; what is no longer used and not collected yet counts. */
const SHARE = 1 / 32;

/** Smaller ones are not worth the bookkeeping; bytes. */
const LARGE = 32_768;

/** Up to this they lie in slabs; bytes. */
const SMALL = 2_048;
const SLAB = 65_536;
/** Of the largest element. */
const ALIGNMENT = 8;

const sharedMax = memoryShare(SHARE);
let sharedBytes = 0;
const collected = new FinalizationRegistry<number>((bytes) => {
  sharedBytes -= bytes;
});

let slab = new ArrayBuffer(SLAB);
let slabUsed = 0;

/** So many bytes, all zeros. The buffer they are in may be shared with others. */
export function newBytesArray(length: number): Uint8Array {
  if (length > SMALL) return new Uint8Array(room(length));
  const at = placed(length);
  return new Uint8Array(slab, at, length);
}

/** So many 32-bit numbers, all zeros. The buffer they are in may be shared with others. */
export function newWordsArray(length: number): Uint32Array {
  if (length * 4 > SMALL) return new Uint32Array(room(length * 4));
  const at = placed(length * 4);
  return new Uint32Array(slab, at, length);
}

/** Where they lie in what is the slab from then on. No place is given twice, so that it is all zeros. */
function placed(bytes: number): number {
  if (slabUsed + bytes > SLAB) {
    slab = new ArrayBuffer(SLAB);
    slabUsed = 0;
  }
  const at = slabUsed;
  slabUsed += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
  return at;
}

function room(bytes: number): ArrayBufferLike {
  if (bytes < LARGE || sharedBytes + bytes > sharedMax) return new ArrayBuffer(bytes);
  const buffer = new SharedArrayBuffer(bytes);
  collected.register(buffer, bytes);
  sharedBytes += bytes;
  return buffer;
}
