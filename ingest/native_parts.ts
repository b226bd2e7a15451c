/**
 * Native parts: a Native block in the making, as parts that need no copying.
 *
 *   native_hops → [native_parts] → pages
 *
 * Knows how ClickHouse writes texts, dictionaries and lists, whose ends and indexes are moved on where several pieces
 * follow each other. Knows no column.
 */
import type { Texts, Words } from "../collector/decoder/buffers.ts";
import { uncountedWords } from "../collector/uncounted.ts";
import { DICTIONARY_FLAGS, DICTIONARY_VERSION } from "./native.ts";

/** What can be handed over as it is in memory. */
export type Numbers = Uint8Array | Uint32Array | BigUint64Array | BigInt64Array;

/** Texts by their numbers among the entries of a dictionary, or of any list: an entry may come twice. */
export interface Coded {
  readonly entries: Texts;
  readonly indexes: Uint32Array;
}

/** The parts of one block. */
export class Parts {
  readonly parts: Uint8Array[] = [];

  text(value: string): void {
    this.varint(Buffer.byteLength(value));
    this.parts.push(Buffer.from(value));
  }

  varint(value: number): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
    bytes.push(rest);
    this.parts.push(Uint8Array.from(bytes));
  }

  /** The first `count` elements. */
  raw(column: Numbers, count: number): void {
    const own = column.subarray(0, count);
    this.parts.push(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
  }

  texts({ bytes }: Texts): void {
    this.raw(bytes.data, bytes.length);
  }

  /** The same text in every row. */
  constant(value: string, rows: number): void {
    this.#uint64s(DICTIONARY_VERSION, DICTIONARY_FLAGS, 1n);
    this.text(value);
    this.#uint64s(BigInt(rows));
    this.raw(uncountedWords(rows), rows);
  }

  /** What a column with a dictionary in it begins with. */
  dictionaryVersion(): void {
    this.#uint64s(DICTIONARY_VERSION);
  }

  /** All entries, then the number of each element; nothing at all when there are no elements. */
  dictionary(all: readonly Coded[]): void {
    const some = all.filter(({ indexes }) => indexes.length > 0);
    if (some.length === 0) return;
    const count = (total: number, { entries }: Coded) => total + entries.starts.length;
    this.#uint64s(DICTIONARY_FLAGS, BigInt(some.reduce(count, 0)));
    for (const { entries } of some) this.texts(entries);
    const indexes = joined(some);
    this.#uint64s(BigInt(indexes.length));
    this.raw(indexes, indexes.length);
  }

  /** Where lists end. */
  offsets(all: readonly Words[]): void {
    const wide = uncountedWords(2 * all.reduce((total, { length }) => total + length, 0));
    let at = 0;
    let before = 0;
    for (const { data, length } of all) {
      for (let i = 0; i < length; i++, at += 2) wide[at] = before + (data[i] ?? 0);
      if (length > 0) before += data[length - 1] ?? 0;
    }
    this.raw(wide, wide.length);
  }

  #uint64s(...values: readonly bigint[]): void {
    this.raw(BigUint64Array.from(values), values.length);
  }
}

/** The numbers of all, moved on behind the entries of those before. One list as it is. */
function joined(all: readonly Coded[]): Uint32Array {
  const [only, ...others] = all;
  if (only !== undefined && others.length === 0) return only.indexes;
  const numbers = uncountedWords(all.reduce((total, { indexes }) => total + indexes.length, 0));
  let at = 0;
  let before = 0;
  for (const { entries, indexes } of all) {
    for (let i = 0; i < indexes.length; i++) numbers[at++] = before + (indexes[i] ?? 0);
    before += entries.starts.length;
  }
  return numbers;
}
