/**
 * Known: names that hops in the store may go by, as a set that forgets nothing and takes little room.
 *
 *   refs, evictions → [known] → live
 *
 * A Bloom filter: it may say yes of a name it never saw (one in a hundred when it is full), never no of one it did. A
 * wrong yes costs one question to the store. Hashes as ClickHouse does, so that the store can fill it.
 */
import { finishHash, mixWord } from "../collector/decoder/digest.ts";

/** Hashes per name. With ten bits a name, seven would be best; four are nearly as good and cost half. */
const PROBES = 4;

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

  add(name: string): void {
    const [a, b] = hashesOf(name);
    this.addHashed(a, b);
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

  has(name: string): boolean {
    const [a, b] = hashesOf(name);
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

/** `murmurHash3_32('a' || name)` and `murmurHash3_32('b' || name)`, as unsigned numbers. */
export function hashesOf(name: string): readonly [number, number] {
  const bytes = Buffer.from(`a${name}`, "utf8");
  const a = murmur(bytes);
  bytes[0] = 0x62;
  return [a, murmur(bytes)];
}

function murmur(bytes: Buffer): number {
  const whole = bytes.length & ~3;
  let hash = 0;
  for (let at = 0; at < whole; at += 4) hash = mixWord(hash, bytes.readInt32LE(at));
  let tail = 0;
  for (let at = bytes.length - 1; at >= whole; at--) tail = (tail << 8) | (bytes[at] ?? 0);
  if (whole < bytes.length) {
    let k = Math.imul(tail, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    hash ^= Math.imul(k, 0x1b873593);
  }
  return finishHash(hash ^ bytes.length);
}
