/**
 * Gzip: compresses what is known to repeat itself, at a tenth of what a search for repetitions costs.
 *
 *   copies of a block, with what differs between them → [gzip] → RFC 1952
 *
 * The load generator shares the machine with what it measures. All copies of a block have one size, so whatever is not
 * a hole is a match one block back; holes go out as literals. One deflate block with the fixed codes of RFC 1951. Any
 * gunzip reads it; what it costs there is what other gzip of this ratio costs.
 */
import { crc32 } from "node:zlib";

/** Bytes that repeat with a period, after bytes that do not. */
export interface Section {
  /** where it begins; the first copy is written in full */
  readonly from: number;
  /** size of one copy, at most 32,768; bytes */
  readonly period: number;
  readonly copies: number;
  /** what may differ from copy to copy, in order: begin and size, begin and size, … */
  readonly differing: readonly number[];
}

/** All of `raw`, compressed. Whatever lies outside the sections is written in full. */
export function gzipOf(raw: Uint8Array, sections: readonly Section[]): Uint8Array {
  const bits = new Bits(Math.ceil(raw.length * 1.2) + 64);
  bits.put(1, 1);
  bits.put(1, 2);
  let at = 0;
  for (const section of sections) {
    const second = section.from + section.period;
    for (; at < second; at++) bits.literal(raw[at] ?? 0);
    const plan = planOf(section);
    for (let copy = 1; copy < section.copies; copy++)
      writeCopy(bits, raw, { at: section.from + copy * section.period, plan });
    at = section.from + section.copies * section.period;
  }
  for (; at < raw.length; at++) bits.literal(raw[at] ?? 0);
  bits.put(0, 7);
  return bits.finish(crc32(raw), raw.length);
}

/** In turns: how many bytes to match, how many to write in full. */
function planOf({ period, differing }: Section): Step[] {
  const steps: Step[] = [];
  let at = 0;
  for (let i = 0; i <= differing.length; i += 2) {
    const next = differing[i] ?? period;
    const size = differing[i + 1] ?? 0;
    steps.push({
      matches: next - at < 3 ? [] : matchesOf(next - at, period),
      matched: next - at < 3 ? 0 : next - at,
      literals: next - at < 3 ? next - at + size : size,
    });
    at = next + size;
  }
  return steps;
}

interface Step {
  /** code and number of its bits, in turns */
  readonly matches: readonly number[];
  readonly matched: number;
  readonly literals: number;
}

function writeCopy(bits: Bits, raw: Uint8Array, { at, plan }: { at: number; plan: readonly Step[] }): void {
  let place = at;
  for (const { matches, matched, literals } of plan) {
    for (let i = 0; i < matches.length; i += 2) bits.put(matches[i] ?? 0, matches[i + 1] ?? 0);
    place += matched;
    for (const end = place + literals; place < end; place++) bits.literal(raw[place] ?? 0);
  }
}

/** Matches of at most 258 and at least 3 bytes, that together are so many. */
function matchesOf(total: number, distance: number): number[] {
  const codes: number[] = [];
  for (let rest = total; rest > 0; ) {
    const size = rest <= 258 ? rest : rest - 258 < 3 ? 255 : 258;
    codes.push(...lengthCode(size), ...distanceCode(distance));
    rest -= size;
  }
  return codes;
}

function lengthCode(size: number): number[] {
  if (size === 258) return [reversed(0b11000101, 8), 8];
  const index = size - 3;
  const extra = index < 8 ? 0 : Math.floor(Math.log2(index)) - 2;
  const symbol = 257 + (index < 8 ? index : extra * 4 + (index >> extra));
  const code = symbol < 280 ? [reversed(symbol - 256, 7), 7] : [reversed(0b11000000 + symbol - 280, 8), 8];
  return extra === 0 ? code : [...code, index & ((1 << extra) - 1), extra];
}

function distanceCode(distance: number): number[] {
  const index = distance - 1;
  const extra = index < 4 ? 0 : Math.floor(Math.log2(index)) - 1;
  const symbol = index < 4 ? index : extra * 2 + (index >> extra);
  const code = [reversed(symbol, 5), 5];
  return extra === 0 ? code : [...code, index & ((1 << extra) - 1), extra];
}

/** Huffman codes stand in the stream with their first bit first. */
function reversed(code: number, size: number): number {
  let turned = 0;
  for (let i = 0; i < size; i++) turned |= ((code >> i) & 1) << (size - 1 - i);
  return turned;
}

const LITERALS = Uint16Array.from({ length: 256 }, (_, byte) =>
  byte < 144 ? reversed(0x30 + byte, 8) : reversed(0x190 + byte - 144, 9),
);

/** A stream of bits, lowest first. */
class Bits {
  readonly #data: Uint8Array;
  #length = 10;
  #held = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#data = new Uint8Array(capacity);
    this.#data.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
  }

  /** At most 16 bits. */
  put(code: number, size: number): void {
    this.#held |= code << this.#count;
    this.#count += size;
    if (this.#count < 16) return;
    this.#data[this.#length++] = this.#held;
    this.#data[this.#length++] = this.#held >>> 8;
    this.#held >>>= 16;
    this.#count -= 16;
  }

  literal(byte: number): void {
    this.put(LITERALS[byte] ?? 0, byte < 144 ? 8 : 9);
  }

  finish(checksum: number, size: number): Uint8Array {
    for (; this.#count > 0; this.#count -= 8, this.#held >>>= 8) this.#data[this.#length++] = this.#held;
    const view = new DataView(this.#data.buffer);
    view.setUint32(this.#length, checksum, true);
    view.setUint32(this.#length + 4, size, true);
    return this.#data.subarray(0, this.#length + 8);
  }
}
