/**
 * Known: names that hops in the store may go by, as a set that forgets nothing and takes little room.
 *
 *   refs, evictions → [known] → live
 *
 * Bloom filters: may say yes of a name that it never saw (one in 150 for each filter that is full), never no of one that
 * it did. A wrong yes costs a journey the way through the store. A full filter gets a second one beside it, as
 * large as all before, for a process runs for weeks; when memory sets an end to that, wrong answers become more. Hashes
 * as ClickHouse does, so that the store can fill it.
 */

import { finishHash, mixWord } from "../collector/decoder/digest.ts";
import { memoryShare } from "../collector/memory.ts";

/** Hashes per name. */
const PROBES = 4;
/** What is put behind a name to get a second hash of it. */
const [SALT_A, SALT_B] = [0x61, 0x62];

/** A filter with so many is full. */
const BITS_PER_NAME = 12;
/** A second filter is not smaller; bytes. */
const SECOND_BYTES_MIN = 2 ** 16;
/** So many bits can be told apart by a hash of 32. */
const FILTER_BYTES_MAX = 2 ** 29;
/** Of the memory, for all filters of a set. */
const SHARE = 1 / 16;

/** One filter. */
interface Filter {
  readonly bits: Uint32Array;
  readonly mask: number;
  /** names added, those added twice counted twice */
  size: number;
}

/** Names seen. */
export class Known {
  readonly #bytesMax: number;
  readonly #filters: Filter[];
  #newest: Filter;
  #bytes = 0;
  #size = 0;

  /**
   * @param bytes     memory to begin with; a power of two, ≥ 4
   * @param bytesMax  and at the most; bytes
   */
  constructor(bytes: number, bytesMax = memoryShare(SHARE)) {
    this.#bytesMax = bytesMax;
    this.#bytes = Math.min(bytes, FILTER_BYTES_MAX);
    this.#newest = newFilter(this.#bytes);
    this.#filters = [this.#newest];
  }

  /** names added, those added twice counted twice */
  get size(): number {
    return this.#size;
  }

  /** what it takes; bytes */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a name. */
  add(name: string): void {
    const { a, b } = hashesOf(name);
    this.addHashed(a, b);
  }

  /** Adds the trace whose id starts at a word. */
  addTrace(words: Uint32Array, at: number): void {
    this.addHashed(hashId(words, at, SALT_A), hashId(words, at, SALT_B));
  }

  /** Adds a name by its two hashes. */
  addHashed(a: number, b: number): void {
    if (this.#newest.size * BITS_PER_NAME > this.#newest.mask) this.#grow();
    const filter = this.#newest;
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = (a + Math.imul(probe, b | 1)) & filter.mask;
      const word = bit >>> 5;
      filter.bits[word] = (filter.bits[word] ?? 0) | (1 << (bit & 31));
    }
    filter.size++;
    this.#size++;
  }

  /** Whether a name may have been added. */
  has(name: string): boolean {
    if (this.#size === 0) return false;
    const { a, b } = hashesOf(name);
    return this.#hasHashed(a, b);
  }

  /** Whether the trace whose id starts at a word may have been added. */
  hasTrace(words: Uint32Array, at: number): boolean {
    return this.#size > 0 && this.#hasHashed(hashId(words, at, SALT_A), hashId(words, at, SALT_B));
  }

  #hasHashed(a: number, b: number): boolean {
    for (const filter of this.#filters) if (isIn(filter, a, b)) return true;
    return false;
  }

  /** Once there is no room, the newest takes more than is good for it. */
  #grow(): void {
    const bytes = Math.min(FILTER_BYTES_MAX, Math.max(SECOND_BYTES_MIN, this.#bytes));
    if (this.#bytes + bytes > this.#bytesMax) return;
    this.#bytes += bytes;
    this.#newest = newFilter(bytes);
    this.#filters.push(this.#newest);
  }
}

function newFilter(bytes: number): Filter {
  return { bits: new Uint32Array(bytes / 4), mask: bytes * 8 - 1, size: 0 };
}

function isIn(filter: Filter, a: number, b: number): boolean {
  for (let probe = 0; probe < PROBES; probe++) {
    const bit = (a + Math.imul(probe, b | 1)) & filter.mask;
    if (((filter.bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

/** Room for the bytes of most texts: a buffer for each is what the garbage collector has most to do with. */
const SCRATCH = Buffer.allocUnsafeSlow(4_096);

/** `murmurHash3_32(text || salt)` with either salt: two numbers of 32 bits. */
export function hashesOf(text: string): { readonly a: number; readonly b: number } {
  const fits = text.length * 3 <= SCRATCH.length;
  const bytes = fits ? SCRATCH : Buffer.from(text, "utf8");
  const length = fits ? SCRATCH.write(text, "utf8") : bytes.length;
  return { a: hashOf(bytes, length, SALT_A), b: hashOf(bytes, length, SALT_B) };
}

function hashOf(bytes: Buffer, length: number, salt: number): number {
  const whole = length & ~3;
  let hash = 0;
  for (let at = 0; at < whole; at += 4) hash = mixWord(hash, bytes.readInt32LE(at));
  let tail = salt;
  for (let at = length - 1; at >= whole; at--) tail = (tail << 8) | (bytes[at] ?? 0);
  // Three bytes and the salt are a word of their own.
  hash = length - whole === 3 ? mixWord(hash, tail) : hash ^ scrambled(tail);
  return finishHash(hash ^ (length + 1));
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
