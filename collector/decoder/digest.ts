/**
 * Digest: a 32-bit checksum that is the same for the same content, whichever way it came in.
 *
 *   columns → [digest] → Hop.digest
 *
 * Made of MurmurHash3 (x86, 32 bit), with a lighter step for long runs. Quicker than the platform's crc32 on the few
 * hundred bytes of a row, because it needs no call out of the engine. Tells versions of a fact apart; not a defence
 * against anyone.
 *
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */

/** Adds one 32-bit word to a running hash. */
export function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const mixed = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** A run of bytes. */
export interface Run {
  readonly view: DataView;
  readonly from: number;
  readonly to: number;
}

/**
 * Adds a word to a strand, at half the price of `mixWord`: two words that differ always leave two strands that differ.
 * A strand must go through `mixWord` in the end, which spreads the difference over all bits.
 */
export function twist(strand: number, word: number): number {
  return Math.imul(((strand << 5) | (strand >>> 27)) ^ word, 0x9e3779b1);
}

/**
 * Adds a run of bytes and its size to a running hash. In two strands, of every other word, because each step of one
 * waits for the step before.
 */
export function mixRun(hash: number, { view, from, to }: Run): number {
  let even = to - from;
  let odd = 0x2c1b3c6d;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    even = twist(even, view.getInt32(at, true));
    odd = twist(odd, view.getInt32(at + 4, true));
  }
  for (; at + 4 <= to; at += 4) even = twist(even, view.getInt32(at, true));
  let rest = 0;
  for (; at < to; at++) rest = (rest << 8) | view.getUint8(at);
  return mixWord(mixWord(hash, even), twist(odd, rest));
}

/** The finished hash, as an unsigned number. */
export function finishHash(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
