/**
 * Hex: ids as they are in columns, as the text that they go by.
 *
 *   words → [hex] → batch, outlines, live
 *
 * Pure. By way of one small buffer: a buffer for each id is as much memory as the rest of a hop.
 */

const WORDS = new Int32Array(4);
const BYTES = Buffer.from(WORDS.buffer);

/** Lowercase hex of an id of so many words, 4 at the most, that begins at a word; "" for zeros. */
export function hexOf(words: Uint32Array | Int32Array, at: number, count: number): string {
  let any = 0;
  for (let i = 0; i < count; i++) {
    const word = words[at + i] ?? 0;
    WORDS[i] = word;
    any |= word;
  }
  return any === 0 ? "" : BYTES.toString("hex", 0, count * 4);
}
