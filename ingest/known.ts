/**
 * Known: names that hops in the store may go by, as a set that forgets nothing and takes little room.
 *
 *   refs, evictions → [known] → live
 *
 * Bloom filters: may say yes of a name that it never saw (one in 1,000 for each filter that is full), never no of one that
 * it did. A wrong yes costs a journey the way through the store. A full filter gets a second one beside it, as
 * large as all before, for a process runs for weeks; when memory sets an end to that, wrong answers become more. Hashes
 * as ClickHouse does, so that the store can fill it.
 */
import { memoryShare } from "../collector/memory.ts";
import { type Hashes, hashesOf, hashesOfId } from "./hashes.ts";

/** Hashes per name. */
const PROBES = 6;

/** A filter with so many is full. */
const BITS_PER_NAME = 16;
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
    this.addHashed(hashesOf(name));
  }

  /** Adds the trace whose id starts at a word. */
  addTrace(words: Uint32Array, at: number): void {
    this.addHashed(hashesOfId(words, at));
  }

  /** Adds a name by its two hashes. */
  addHashed({ a, b }: Hashes): void {
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
    return this.#size > 0 && this.#hasHashed(hashesOf(name));
  }

  /** Whether the trace whose id starts at a word may have been added. */
  hasTrace(words: Uint32Array, at: number): boolean {
    return this.#size > 0 && this.#hasHashed(hashesOfId(words, at));
  }

  #hasHashed(hashes: Hashes): boolean {
    for (const filter of this.#filters) if (isIn(filter, hashes)) return true;
    return false;
  }

  /** Once there is no room, the newest takes more than is good for it. */
  #grow(): void {
    // A power of two again, whatever the first was: a mask with a gap would leave most of a filter unused.
    const asMuch = 2 ** Math.floor(Math.log2(this.#bytes));
    const bytes = Math.min(FILTER_BYTES_MAX, Math.max(SECOND_BYTES_MIN, asMuch));
    if (this.#bytes + bytes > this.#bytesMax) return;
    this.#bytes += bytes;
    this.#newest = newFilter(bytes);
    this.#filters.push(this.#newest);
  }
}

function newFilter(bytes: number): Filter {
  return { bits: new Uint32Array(bytes / 4), mask: bytes * 8 - 1, size: 0 };
}

function isIn(filter: Filter, { a, b }: Hashes): boolean {
  for (let probe = 0; probe < PROBES; probe++) {
    const bit = (a + Math.imul(probe, b | 1)) & filter.mask;
    if (((filter.bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}
