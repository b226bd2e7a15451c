/**
 * Native: rows of our own making as one block in ClickHouse's Native format.
 *
 *   journeys, refs, dead letters → [native] → store.insertNative
 *
 * The format costs the engine about a tenth of what JSON does, and nothing in it can be read as SQL. Names and types
 * travel with the data, so the engine converts where a table says it otherwise (text into an enum).
 */

import { newBytesArray } from "../collector/decoder/columns_memory.ts";

/** One column: its values in the order of the rows. Times are ticks since 1970 UTC in the type's own precision. */
export type NativeColumn = { readonly name: string } & (
  | { readonly type: "String" | "LowCardinality(String)"; readonly values: readonly string[] }
  | {
      readonly type: "UInt64" | "Int64" | "DateTime64(9, 'UTC')" | "DateTime64(3, 'UTC')";
      readonly values: readonly bigint[];
    }
  | { readonly type: "Nullable(DateTime64(9, 'UTC'))"; readonly values: readonly (bigint | null)[] }
  | { readonly type: "Date" | "UInt32"; readonly values: readonly number[] }
  /** a UInt64 as two words, the lower half first: two values per row */
  | { readonly type: "Halves"; readonly values: readonly number[] }
  | { readonly type: "Bool"; readonly values: readonly boolean[] }
  | { readonly type: "Bytes"; readonly values: readonly Uint8Array[] }
  | { readonly type: "Array(LowCardinality(String))"; readonly values: readonly (readonly string[])[] }
  | {
      readonly type: "Array(Nullable(DateTime64(9, 'UTC')))";
      readonly values: readonly (readonly (bigint | null)[])[];
    }
  | {
      readonly type: "Map(LowCardinality(String), String)";
      readonly values: readonly ReadonlyMap<string, string>[];
    }
);

/**
 * One block of at least one row.
 *
 * @throws {RangeError} when the columns differ in length: a caller's bug
 */
export function encodeBlock(columns: readonly NativeColumn[]): Uint8Array {
  const rows = columns[0]?.values.length ?? 0;
  const out = new Writer();
  out.varint(columns.length);
  out.varint(rows);
  for (const column of columns) {
    if (column.values.length !== (column.type === "Halves" ? rows * 2 : rows))
      throw new RangeError(`${column.name} has ${column.values.length} of ${rows} rows`);
    out.text(column.name);
    out.text(TYPES[column.type] ?? column.type);
    writeColumn(out, column);
  }
  return out.done();
}

/** The engine's names of types that are ours. */
const TYPES: Partial<Record<NativeColumn["type"], string>> = { Bytes: "String", Halves: "UInt64" };

function writeColumn(out: Writer, column: NativeColumn): void {
  switch (column.type) {
    case "String":
      column.values.forEach((value) => void out.text(value));
      return;
    case "Bytes":
      column.values.forEach((value) => void out.bytes(value));
      return;
    case "LowCardinality(String)":
      out.uint64(DICTIONARY_VERSION);
      writeDictionary(out, column.values);
      return;
    case "Halves":
    case "UInt32":
      column.values.forEach((value) => void out.uint32(value));
      return;
    case "Date":
      column.values.forEach((value) => void out.uint16(value));
      return;
    case "Bool":
      column.values.forEach((value) => void out.byte(value ? 1 : 0));
      return;
    case "Nullable(DateTime64(9, 'UTC'))":
      writeNullable(out, column.values);
      return;
    case "Array(LowCardinality(String))":
      out.uint64(DICTIONARY_VERSION);
      writeOffsets(
        out,
        column.values.map((list) => list.length),
      );
      writeDictionary(out, column.values.flat());
      return;
    case "Array(Nullable(DateTime64(9, 'UTC')))":
      writeOffsets(
        out,
        column.values.map((list) => list.length),
      );
      writeNullable(out, column.values.flat());
      return;
    case "Map(LowCardinality(String), String)":
      writeMaps(out, column.values);
      return;
    default:
      column.values.forEach((value) => void out.uint64(value));
  }
}

/** What begins every column of dictionary-coded texts. */
export const DICTIONARY_VERSION = 1n;
/** A dictionary of its own, replacing what was before; 32-bit indexes. */
export const DICTIONARY_FLAGS = (1n << 9n) | (1n << 10n) | 2n;

/** Each text once, then per row its number. Nothing at all for no rows. */
function writeDictionary(out: Writer, values: readonly string[]): void {
  if (values.length === 0) return;
  const numbers = new Map<string, number>();
  for (const value of values) if (!numbers.has(value)) numbers.set(value, numbers.size);
  out.uint64(DICTIONARY_FLAGS);
  out.uint64(BigInt(numbers.size));
  for (const value of numbers.keys()) out.text(value);
  out.uint64(BigInt(values.length));
  for (const value of values) out.uint32(numbers.get(value) ?? 0);
}

function writeNullable(out: Writer, values: readonly (bigint | null)[]): void {
  for (const value of values) out.byte(value === null ? 1 : 0);
  for (const value of values) out.uint64(value ?? 0n);
}

function writeMaps(out: Writer, maps: readonly ReadonlyMap<string, string>[]): void {
  out.uint64(DICTIONARY_VERSION);
  writeOffsets(
    out,
    maps.map((map) => map.size),
  );
  writeDictionary(
    out,
    maps.flatMap((map) => [...map.keys()]),
  );
  for (const map of maps) for (const value of map.values()) out.text(value);
}

function writeOffsets(out: Writer, lengths: readonly number[]): void {
  let end = 0n;
  for (const length of lengths) {
    end += BigInt(length);
    out.uint64(end);
  }
}

/** Where blocks are made, one after the other: grown anew for each, they would leave twice their size as garbage. */
let scratch = Buffer.allocUnsafeSlow(2 ** 16);
/** A larger one is not kept for the next; bytes. */
const SCRATCH_MAX = 2 ** 22;

/** Bytes that grow at their end; one at a time. */
class Writer {
  #data = scratch;
  #view = viewOf(this.#data);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#length = this.#data.writeUInt8(value, this.#length);
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#length = this.#data.writeUInt16LE(value, this.#length);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#data.writeUInt32LE(value, this.#length);
  }

  /** Of a number below zero its two's complement. A view writes it whole, a buffer makes four numbers of it. */
  uint64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 128);
    this.byte(rest);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#reserve(length);
    this.#length += this.#data.write(value, this.#length, "utf8");
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#reserve(value.length);
    this.#data.set(value, this.#length);
    this.#length += value.length;
  }

  /** A copy of what was written. */
  done(): Uint8Array {
    const block = newBytesArray(this.#length);
    block.set(this.#data.subarray(0, this.#length));
    return block;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#data.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#length + more, this.#data.length * 2));
    this.#data.copy(grown, 0, 0, this.#length);
    this.#data = grown;
    this.#view = viewOf(grown);
    if (grown.length <= SCRATCH_MAX) scratch = grown;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
