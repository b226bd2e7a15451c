/**
 * Columns' memory: where columns live.
 *
 *   [columns_memory] → buffers, fixed → columns; blocks for the store
 *
 * Where V8 does not count it (uncounted.ts), for columns live for seconds and go when the heap is marked for another
 * reason. Beyond a share of the machine's memory the pressure is real, and V8 hears of it. Shared memory it is even then:
 * columns go to another thread, and what is not shared would be copied on the way, with all that lies beside it.
 *
 * All but large ones side by side in slabs: a delivery has sixty columns, of a thousand spans a few kilobytes each, of
 * one span a few bytes, and to ask for shared memory for each is a fifth of decoding. A slab is given up with the last
 * delivery in it; deliveries leave about as they came.
 */
import { memoryShare } from "../memory.ts";
import { press, uncounted } from "../uncounted.ts";

/** Of all memory; what is no longer used and not collected yet counts, and so do the tables of live facts. */
const SHARE = 1 / 24;
/** After so much more it is looked again how much there is: to ask takes as long as to decode ten spans; bytes. */
const LOOK_BYTES = 2 ** 24;

/** Up to this they lie in slabs; bytes. */
const SMALL = 32_768;
/** Four times that is mapped anew for each, and decoding takes a twentieth longer; bytes. */
const SLAB = 2 ** 18;
/** Of the largest element. */
const ALIGNMENT = 8;

const sharedMax = memoryShare(SHARE);
let isFull = false;
let sinceLook = LOOK_BYTES;

let slab = uncounted(0);
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
  if (slabUsed + bytes > slab.byteLength) {
    slab = room(SLAB);
    slabUsed = 0;
  }
  const at = slabUsed;
  slabUsed += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
  return at;
}

/** A registry that hears of each that is collected would keep those that die young until the heap is marked. */
function room(bytes: number): SharedArrayBuffer {
  sinceLook += bytes;
  if (sinceLook >= LOOK_BYTES) {
    // What V8 counts is in both.
    const { arrayBuffers, external } = process.memoryUsage();
    isFull = arrayBuffers - external > sharedMax;
    sinceLook = 0;
  }
  if (isFull) press(bytes);
  return uncounted(bytes);
}

/** Whether columns take more than their share: who holds them in another thread has to collect there too. */
export function areTooMany(): boolean {
  return isFull;
}
