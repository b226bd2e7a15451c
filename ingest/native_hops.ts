/**
 * Native hops: the decoder's columns as a ClickHouse Native block, without an object or a string per row.
 *
 *   HopColumns → [native_hops] → store.insertNative
 *
 * Most columns are in memory as ClickHouse wants them and are handed over as they are. The names and types are those
 * of ingest/schema/001_hops.sql.
 */

import { type Texts, type Words, word } from "../collector/decoder/buffers.ts";
import type { HopBatch, HopColumns } from "../collector/decoder/columns.ts";
import type { Dictionary } from "../collector/decoder/dictionary.ts";
import type { Maps } from "../collector/decoder/maps.ts";
import { DICTIONARY_FLAGS, DICTIONARY_VERSION } from "./native.ts";

/** What a batch does not say itself. */
export interface HopsExtra {
  readonly tenant: string;
  /** one per row */
  readonly localities: BigUint64Array;
}

/** The batch as the parts of one block, to be written one after the other. The parts live as long as the batch. */
export function encodeHops({ rows, columns }: HopBatch, { tenant, localities }: HopsExtra): Uint8Array[] {
  const out = new Parts(rows);
  out.numbers(NAMES.length, rows);
  const write = writers(columns, { tenant, localities });
  for (const name of NAMES) {
    const [type, body] = write[name];
    out.column(name, type);
    body(out);
  }
  return out.parts;
}

const NAMES = [
  "tenant",
  "locality",
  "at",
  "kind",
  "trace_id",
  "span_id",
  "parent_id",
  "fact_id",
  "digest",
  "duration",
  "received_at",
  "service",
  "name",
  "span_kind",
  "status",
  "severity",
  "message",
  "body",
  "trace_state",
  "attributes",
  "resource",
  "scope_name",
  "scope_version",
  "event_at",
  "event_name",
  "event_attributes",
  "link_trace_id",
  "link_span_id",
  "link_attributes",
  "dropped_links",
  "dropped_events",
  "dropped_attributes",
] as const;

type Body = (out: Parts) => void;
type Writer = readonly [type: string, body: Body];
type Writers = Readonly<Record<(typeof NAMES)[number], Writer>>;

const LOW = "LowCardinality(String)";
const MAP = `Map(${LOW}, String)`;
const NS = "DateTime64(9, 'UTC')";
const SPAN_KIND = "Enum8('internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5)";

function writers(columns: HopColumns, extra: HopsExtra): Writers {
  return { ...rowWriters(columns, extra), ...nestedWriters(columns) };
}

/** Columns with one element per row, of one size or text. */
function rowWriters(columns: HopColumns, { tenant, localities }: HopsExtra) {
  const { rows, fixed, resources } = columns;
  const raw = (type: string, column: Uint8Array | Uint32Array, width = 1): Writer => [
    type,
    (out) => out.raw(column, rows * width),
  ];
  const text = ({ bytes }: Texts): Writer => ["String", (out) => out.raw(bytes.data, bytes.length)];
  const services = fixed.resource.subarray(0, rows).map((sender) => word(resources.service, sender));
  const received = new BigInt64Array(rows).fill(BigInt(columns.receivedMs));
  return {
    tenant: [LOW, (out) => out.constant(tenant)],
    locality: ["UInt64", (out) => out.raw(localities, rows)],
    at: raw(NS, fixed.at, 2),
    kind: raw("Enum8('span' = 1, 'log' = 2, 'cloudevent' = 3)", fixed.kind),
    trace_id: raw("FixedString(16)", fixed.traceId, 4),
    span_id: raw("FixedString(8)", fixed.spanId, 2),
    parent_id: raw("FixedString(8)", fixed.parentId, 2),
    fact_id: raw("FixedString(16)", fixed.factId, 4),
    digest: raw("UInt32", fixed.digest),
    duration: ["Int64", (out) => out.raw(durationsOf(columns), rows)],
    received_at: ["DateTime64(3, 'UTC')", (out) => out.raw(received, rows)],
    service: [LOW, (out) => out.lowCardinality(resources.services, services)],
    name: [LOW, (out) => out.lowCardinality(columns.names, fixed.name.subarray(0, rows))],
    span_kind: raw(SPAN_KIND, fixed.spanKind),
    status: raw("Enum8('unset' = 0, 'ok' = 1, 'error' = 2)", fixed.status),
    severity: raw("UInt8", fixed.severity),
    message: text(columns.message),
    body: text(columns.body),
    trace_state: text(columns.traceState),
    dropped_links: raw("UInt32", fixed.droppedLinks),
    dropped_events: raw("UInt32", fixed.droppedEvents),
    dropped_attributes: raw("UInt32", fixed.droppedAttributes),
  } satisfies Partial<Writers>;
}

/** Maps, lists, and what a row has by way of its resource or scope. */
function nestedWriters({ rows, fixed, attributes, events, links, resources, scopes }: HopColumns) {
  const list = (type: string, ends: Words, elements: Words): Writer => [
    `Array(${type})`,
    (out) => out.array(ends, () => out.raw(elements.data, elements.length)),
  ];
  const scoped = (names: Dictionary, index: Words): Writer => [
    LOW,
    (out) =>
      out.lowCardinality(
        names,
        fixed.scope.subarray(0, rows).map((scope) => word(index, scope)),
      ),
  ];
  return {
    attributes: [MAP, (out) => out.maps(attributes, [])],
    resource: [MAP, (out) => out.repeatedMaps(resources.attributes, fixed.resource.subarray(0, rows))],
    scope_name: scoped(scopes.names, scopes.name),
    scope_version: scoped(scopes.versions, scopes.version),
    event_at: list(NS, events.ends, events.at),
    event_name: [`Array(${LOW})`, (out) => out.lowCardinalityLists(events.names, events.ends, events.name)],
    event_attributes: [`Array(${MAP})`, (out) => out.maps(events.attributes, [events.ends])],
    link_trace_id: list("FixedString(16)", links.ends, links.traceIds),
    link_span_id: list("FixedString(8)", links.ends, links.spanIds),
    link_attributes: [`Array(${MAP})`, (out) => out.maps(links.attributes, [links.ends])],
  } satisfies Partial<Writers>;
}

/** Negative where a sender's clock jumped back: the raw difference is kept. */
function durationsOf({ rows, fixed }: HopColumns): BigInt64Array {
  const begins = new BigInt64Array(fixed.at.buffer, fixed.at.byteOffset, rows);
  const ends = new BigInt64Array(fixed.end.buffer, fixed.end.byteOffset, rows);
  return ends.map((end, row) => end - (begins[row] ?? 0n));
}

/** A block in the making, as parts that need no copying. */
class Parts {
  readonly parts: Uint8Array[] = [];
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  column(name: string, type: string): void {
    this.text(name);
    this.text(type);
  }

  text(value: string): void {
    this.numbers(Buffer.byteLength(value));
    this.parts.push(Buffer.from(value));
  }

  /** Varints. */
  numbers(...values: readonly number[]): void {
    const bytes: number[] = [];
    for (let value of values) {
      for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
      bytes.push(value);
    }
    this.parts.push(Uint8Array.from(bytes));
  }

  /** The first `count` elements, as they are in memory. */
  raw(column: Uint8Array | Uint32Array | BigUint64Array | BigInt64Array, count: number): void {
    const own = column.subarray(0, count);
    this.parts.push(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
  }

  uint64s(values: readonly bigint[]): void {
    this.raw(BigUint64Array.from(values), values.length);
  }

  /** The same text in every row. */
  constant(value: string): void {
    this.uint64s([DICTIONARY_VERSION, DICTIONARY_FLAGS, 1n]);
    this.text(value);
    this.uint64s([BigInt(this.#rows)]);
    this.raw(new Uint32Array(this.#rows), this.#rows);
  }

  lowCardinality(dictionary: Dictionary, indexes: Uint32Array): void {
    this.uint64s([DICTIONARY_VERSION]);
    this.dictionary(dictionary, indexes);
  }

  /** All entries, then the number of each element; nothing at all when there are none. */
  dictionary({ entries }: Dictionary, indexes: Uint32Array): void {
    if (indexes.length === 0) return;
    this.uint64s([DICTIONARY_FLAGS, BigInt(entries.starts.length)]);
    this.raw(entries.bytes.data, entries.bytes.length);
    this.uint64s([BigInt(indexes.length)]);
    this.raw(indexes, indexes.length);
  }

  lowCardinalityLists(dictionary: Dictionary, ends: Words, indexes: Words): void {
    this.uint64s([DICTIONARY_VERSION]);
    this.array(ends, () => this.dictionary(dictionary, indexes.data.subarray(0, indexes.length)));
  }

  array(ends: Words, elements: () => void): void {
    this.offsets(ends);
    elements();
  }

  offsets({ data, length }: Words): void {
    const wide = new Uint32Array(length * 2);
    for (let i = 0; i < length; i++) wide[i * 2] = data[i] ?? 0;
    this.raw(wide, wide.length);
  }

  /** A column of maps, or of lists of maps when `outer` says where the lists end. */
  maps(maps: Maps, outer: readonly Words[]): void {
    this.uint64s([DICTIONARY_VERSION]);
    for (const ends of [...outer, maps.ends]) this.offsets(ends);
    this.dictionary(maps.dictionary, maps.keys.data.subarray(0, maps.keys.length));
    this.raw(maps.values.bytes.data, maps.values.bytes.length);
  }

  /** For every row the map that it refers to. */
  repeatedMaps(maps: Maps, rows: Uint32Array): void {
    const ends = new Uint32Array(rows.length);
    const keys: Uint32Array[] = [];
    const values: Uint8Array[] = [];
    let total = 0;
    rows.forEach((index, row) => {
      const [from, to] = [index === 0 ? 0 : (maps.ends.data[index - 1] ?? 0), maps.ends.data[index] ?? 0];
      total += to - from;
      ends[row] = total;
      keys.push(maps.keys.data.subarray(from, to));
      values.push(maps.values.bytes.data.subarray(startOf(maps, from), startOf(maps, to)));
    });
    this.uint64s([DICTIONARY_VERSION]);
    this.offsets({ data: ends, length: ends.length });
    this.dictionary(maps.dictionary, joined(keys, total));
    this.parts.push(...values);
  }
}

function startOf({ values }: Maps, index: number): number {
  return index < values.starts.length ? (values.starts.data[index] ?? 0) : values.bytes.length;
}

function joined(lists: readonly Uint32Array[], length: number): Uint32Array {
  const all = new Uint32Array(length);
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}
