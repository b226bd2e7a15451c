/**
 * Known: names that hops in the store may go by, as a set that forgets nothing and takes little room.
 *
 *   refs, evictions → [known] → live
 *
 * A Bloom filter: it may say yes of a name it never saw (one in five hundred when it is full), never no of one it did. A
 * wrong yes costs a journey the way through the store. Hashes as ClickHouse does, so that the store can fill it.
 */
import { finishHash, mixWord } from "../collector/decoder/digest.ts";

/** Hashes per name. */
const PROBES = 4;
/** What is put behind a name to get a second hash of it. */
const [SALT_A, SALT_B] = [0x61, 0x62];

/** Names seen. */
export class Known {
  readonly #bits: Uint32Array;
  readonly #mask: number;
  /** names added, those added twice counted twice */
  size = 0;

  /** @param bytes  memory to use; a power of two, ≥ 4 */
  constructor(bytes: number) {
    this.#bits = new Uint32Array(bytes / 4);
    this.#mask = bytes * 8 - 1;
  }

  /** Adds a name. */
  add(name: string): void {
    const bytes = Buffer.from(name, "utf8");
    this.addHashed(hashText(bytes, SALT_A), hashText(bytes, SALT_B));
  }

  /** Adds the trace whose id starts at a word. */
  addTrace(words: Uint32Array, at: number): void {
    this.addHashed(hashId(words, at, SALT_A), hashId(words, at, SALT_B));
  }

  /** Adds a name by its two hashes. */
  addHashed(a: number, b: number): void {
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = this.#bit(a, b, probe);
      const word = bit >>> 5;
      this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (bit & 31));
    }
    this.size++;
  }

  /** Whether a name may have been added. */
  has(name: string): boolean {
    if (this.size === 0) return false;
    const bytes = Buffer.from(name, "utf8");
    return this.#hasHashed(hashText(bytes, SALT_A), hashText(bytes, SALT_B));
  }

  /** Whether the trace whose id starts at a word may have been added. */
  hasTrace(words: Uint32Array, at: number): boolean {
    return this.size > 0 && this.#hasHashed(hashId(words, at, SALT_A), hashId(words, at, SALT_B));
  }

  #hasHashed(a: number, b: number): boolean {
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = this.#bit(a, b, probe);
      if (((this.#bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  #bit(a: number, b: number, probe: number): number {
    return (a + Math.imul(probe, b | 1)) & this.#mask;
  }
}

/** `murmurHash3_32(name || salt)`. */
export function hashText(bytes: Buffer, salt: number): number {
  const whole = bytes.length & ~3;
  let hash = 0;
  for (let at = 0; at < whole; at += 4) hash = mixWord(hash, bytes.readInt32LE(at));
  let tail = salt;
  for (let at = bytes.length - 1; at >= whole; at--) tail = (tail << 8) | (bytes[at] ?? 0);
  // Three bytes and the salt are a word of their own.
  hash = bytes.length - whole === 3 ? mixWord(hash, tail) : hash ^ scrambled(tail);
  return finishHash(hash ^ (bytes.length + 1));
}

/** `murmurHash3_32(id || salt)`, the id as its sixteen bytes. */
export function hashId(words: Uint32Array, at: number, salt: number): number {
  let hash = 0;
  for (let i = 0; i < 4; i++) hash = mixWord(hash, words[at + i] ?? 0);
  return finishHash(hash ^ scrambled(salt) ^ 17);
}

function scrambled(tail: number): number {
  const k = Math.imul(tail, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}
