/**
 * Memory: where columns live.
 *
 *   [memory] → buffers, fixed → columns
 *
 * Shared memory, though nobody shares it. V8 takes every other buffer for pressure: for each 64 MB of them it marks the
 * whole heap, however much room there is, and the facts of live journeys make that heap hundreds of megabytes. Columns
 * of 50,000 spans are 64 MB. Like any buffer it goes with the last object that looks at it.
 */

/** So many bytes, all zeros. */
export function newBytesArray(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** So many 32-bit numbers, all zeros. */
export function newWordsArray(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}
