/**
 * Columns' memory: where columns live.
 *
 *   [columns_memory] → buffers, fixed → columns
 *
 * In shared memory, though nobody shares it. V8 takes every other buffer for pressure: for each 64 MB of them it marks
 * the whole heap, however much room there is, and the facts of live journeys make that heap hundreds of megabytes.
 * Columns of 50,000 spans are 64 MB. But what V8 does not count it is in no hurry to collect either, so only a share of
 * the machine's memory is taken this way; beyond it the pressure is real, and V8 hears of it.
 *
 * Small columns are cut from one piece: a request has a hundred of them, and with a buffer for each those of a few spans
 * cost more than decoding them. A piece lives as long as the last of them, which came and go with their neighbours.
 */
import { memoryShare } from "../memory.ts";

/** Of all memory; what is no longer used and not collected yet counts. */
const SHARE = 1 / 32;

/** What small columns are cut from; bytes. */
const PIECE = 2 ** 18;

/** Larger ones have a buffer of their own; bytes. */
const SMALL_MAX = 2 ** 14;

const sharedMax = memoryShare(SHARE);
let sharedBytes = 0;
const collected = new FinalizationRegistry<number>((bytes) => {
  sharedBytes -= bytes;
});

let piece: ArrayBufferLike = new ArrayBuffer(0);
let cut = 0;
/** where in its buffer the last room begins; an answer of two would be an object for each column */
let begins = 0;

/** So many bytes, all zeros. */
export function newBytesArray(length: number): Uint8Array {
  const buffer = room(length);
  return new Uint8Array(buffer, begins, length);
}

/** So many 32-bit numbers, all zeros; where they begin is a multiple of eight. */
export function newWordsArray(length: number): Uint32Array {
  const buffer = room(length * 4);
  return new Uint32Array(buffer, begins, length);
}

/** A buffer with so many bytes of room from `begins` on. */
function room(bytes: number): ArrayBufferLike {
  begins = 0;
  if (bytes > SMALL_MAX) return shared(bytes) ?? new ArrayBuffer(bytes);
  if (cut + bytes > piece.byteLength) {
    piece = shared(PIECE) ?? new ArrayBuffer(PIECE);
    cut = 0;
  }
  begins = cut;
  cut = (cut + bytes + 7) & ~7;
  return piece;
}

/** Null beyond what may be shared. */
function shared(bytes: number): SharedArrayBuffer | null {
  if (sharedBytes + bytes > sharedMax) return null;
  const buffer = new SharedArrayBuffer(bytes);
  collected.register(buffer, bytes);
  sharedBytes += bytes;
  return buffer;
}
