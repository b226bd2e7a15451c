/**
 * Hashes: two hashes of a name that know nothing of each other, as the store has them too.
 *
 *   names → [hashes] → known, journeys
 *
 * Two functions, MurmurHash3 and MurmurHash2, not one with two endings: that goes through one state of 32 bits, so names
 * that agree there agree in both, and among twenty million traces every two-hundredth new one did. Not a defence against
 * anyone.
 *
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash2.cpp
 */
import { finishHash, mixWord } from "../collector/decoder/digest.ts";

/** `murmurHash3_32` and `murmurHash2_32` of the same bytes: two numbers of 32 bits. */
export interface Hashes {
  readonly a: number;
  readonly b: number;
}

/** Room for the bytes of most texts: a buffer for each is what the garbage collector has most to do with. */
const SCRATCH = Buffer.allocUnsafeSlow(4_096);

/** Of a text, as UTF-8. */
export function hashesOf(text: string): Hashes {
  const fits = text.length * 3 <= SCRATCH.length;
  const bytes = fits ? SCRATCH : Buffer.from(text, "utf8");
  const length = fits ? SCRATCH.write(text, "utf8") : bytes.length;
  const whole = length & ~3;
  let [a, b] = [0, length];
  for (let at = 0; at < whole; at += 4) {
    const word = bytes.readInt32LE(at);
    a = mixWord(a, word);
    b = mixSecond(b, word);
  }
  let tail = 0;
  for (let at = length - 1; at >= whole; at--) tail = (tail << 8) | (bytes[at] ?? 0);
  if (whole < length) b = Math.imul(b ^ tail, M);
  return { a: finishHash(a ^ scrambled(tail) ^ length), b: finishSecond(b) };
}

/** Of the id whose sixteen bytes start at a word. */
export function hashesOfId(words: Uint32Array, at: number): Hashes {
  let [a, b] = [0, ID_BYTES];
  for (let i = 0; i < ID_BYTES / 4; i++) {
    const word = words[at + i] ?? 0;
    a = mixWord(a, word);
    b = mixSecond(b, word);
  }
  return { a: finishHash(a ^ ID_BYTES), b: finishSecond(b) };
}

const ID_BYTES = 16;

function scrambled(tail: number): number {
  const k = Math.imul(tail, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

const M = 0x5bd1e995;

/** MurmurHash2's step. */
function mixSecond(hash: number, word: number): number {
  let k = Math.imul(word, M);
  k ^= k >>> 24;
  return Math.imul(hash, M) ^ Math.imul(k, M);
}

function finishSecond(hash: number): number {
  let mixed = hash ^ (hash >>> 13);
  mixed = Math.imul(mixed, M);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
