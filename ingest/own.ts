/**
 * Own: bytes that take nothing else along.
 *
 *   a view → [own] → port, memory for minutes
 *
 * A view keeps all that it lies in, and through a port all of that goes along.
 */

/** The same bytes, in memory of their own unless they have that already. */
export function own(bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  return isWhole ? bytes : Uint8Array.prototype.slice.call(bytes);
}
