/**
 * Native hops: the decoder's columns as ClickHouse Native blocks, without an object or a string per row.
 *
 *   HopColumns → [native_hops] → store.insertNative
 *
 * Most columns are in memory as ClickHouse wants them and are handed over as they are. Small batches share a block, for
 * the engine pays by the block: their columns follow each other, their dictionaries too, and what points into those is
 * moved on. Names and types are those of ingest/schema/001_hops.sql.
 */
import { type Texts, type Words, word } from "../collector/decoder/buffers.ts";
import type { HopBatch, HopColumns } from "../collector/decoder/columns.ts";
import type { Dictionary } from "../collector/decoder/dictionary.ts";
import { type Maps, mapEnd, mapStart } from "../collector/decoder/maps.ts";
import { uncountedWords } from "../collector/uncounted.ts";
import { type Coded, type Numbers, Parts } from "./native_parts.ts";

/** A batch, and what it does not say itself. */
export interface Located {
  readonly batch: HopBatch;
  /** one per row */
  readonly localities: BigUint64Array;
}

/** Batches of fewer rows together are one block; count. */
const BLOCK_ROWS = 8_192;

/** The batches of one tenant as the parts of blocks, to be written one after the other. They live as long as the batches. */
export function* encodeHops(tenant: string, all: Iterable<Located>): Generator<Uint8Array> {
  let some: Located[] = [];
  let rows = 0;
  for (const each of all) {
    if (rows > 0 && rows + each.batch.rows > BLOCK_ROWS) {
      yield* blockOf(tenant, some);
      some = [];
      rows = 0;
    }
    some.push(each);
    rows += each.batch.rows;
  }
  if (rows > 0) yield* blockOf(tenant, some);
}

function blockOf(tenant: string, some: readonly Located[]): readonly Uint8Array[] {
  const sources = some.map(({ batch, localities }): Source => ({ ...batch.columns, localities, tenant }));
  const out = new Parts();
  const columns = Object.entries(COLUMNS);
  out.varint(columns.length);
  out.varint(some.reduce((sum, { batch }) => sum + batch.rows, 0));
  for (const [name, [type, write]] of columns) {
    out.text(name);
    out.text(type);
    write(out, sources);
  }
  return out.parts;
}

interface Source extends HopColumns {
  readonly tenant: string;
  readonly localities: BigUint64Array;
}

type Column = readonly [type: string, write: (out: Parts, sources: readonly Source[]) => void];

const LOW = "LowCardinality(String)";
const MAP = `Map(${LOW}, String)`;
const NS = "DateTime64(9, 'UTC')";
const SPAN_KIND = "Enum8('internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5)";

const COLUMNS: Readonly<Record<string, Column>> = {
  tenant: [LOW, (out, all) => out.constant(all[0]?.tenant ?? "", rowsOf(all))],
  locality: raw("UInt64", ({ localities }) => localities),
  at: raw(NS, ({ fixed }) => fixed.at, 2),
  kind: raw("Enum8('span' = 1, 'log' = 2, 'cloudevent' = 3)", ({ fixed }) => fixed.kind),
  trace_id: raw("FixedString(16)", ({ fixed }) => fixed.traceId, 4),
  span_id: raw("FixedString(8)", ({ fixed }) => fixed.spanId, 2),
  parent_id: raw("FixedString(8)", ({ fixed }) => fixed.parentId, 2),
  fact_id: raw("FixedString(16)", ({ fixed }) => fixed.factId, 4),
  digest: raw("UInt32", ({ fixed }) => fixed.digest),
  duration: raw("Int64", durationsOf, 2),
  received_at: raw("DateTime64(3, 'UTC')", ({ rows, receivedMs }) =>
    new BigInt64Array(rows).fill(BigInt(receivedMs)),
  ),
  service: low(
    ({ resources }) => resources.services,
    ({ rows, fixed, resources }) =>
      fixed.resource.subarray(0, rows).map((sender) => word(resources.service, sender)),
  ),
  name: low(
    ({ names }) => names,
    ({ rows, fixed }) => fixed.name.subarray(0, rows),
  ),
  span_kind: raw(SPAN_KIND, ({ fixed }) => fixed.spanKind),
  status: raw("Enum8('unset' = 0, 'ok' = 1, 'error' = 2)", ({ fixed }) => fixed.status),
  severity: raw("UInt8", ({ fixed }) => fixed.severity),
  message: texts(({ message }) => message),
  body: texts(({ body }) => body),
  trace_state: texts(({ traceState }) => traceState),
  attributes: [
    MAP,
    (out, all) =>
      writeMaps(
        out,
        all.map(({ attributes }) => attributes),
        [],
      ),
  ],
  resource: [`Map(${LOW}, ${LOW})`, writeResources],
  scope_name: low(
    ({ scopes }) => scopes.names,
    ({ scopes, ...of }) => ofScope(of, scopes.name),
  ),
  scope_version: low(
    ({ scopes }) => scopes.versions,
    ({ scopes, ...of }) => ofScope(of, scopes.version),
  ),
  event_at: lists(
    NS,
    ({ events }) => events.ends,
    ({ events }) => events.at,
  ),
  event_name: [
    `Array(${LOW})`,
    (out, all) => {
      out.dictionaryVersion();
      out.offsets(all.map(({ events }) => events.ends));
      out.dictionary(
        all.map(({ events: { names, name } }) => ({ entries: names.entries, indexes: used(name) })),
      );
    },
  ],
  event_attributes: [
    `Array(${MAP})`,
    (out, all) =>
      writeMaps(
        out,
        all.map(({ events }) => events.attributes),
        [all.map(({ events }) => events.ends)],
      ),
  ],
  link_trace_id: lists(
    "FixedString(16)",
    ({ links }) => links.ends,
    ({ links }) => links.traceIds,
  ),
  link_span_id: lists(
    "FixedString(8)",
    ({ links }) => links.ends,
    ({ links }) => links.spanIds,
  ),
  link_attributes: [
    `Array(${MAP})`,
    (out, all) =>
      writeMaps(
        out,
        all.map(({ links }) => links.attributes),
        [all.map(({ links }) => links.ends)],
      ),
  ],
  dropped_links: raw("UInt32", ({ fixed }) => fixed.droppedLinks),
  dropped_events: raw("UInt32", ({ fixed }) => fixed.droppedEvents),
  dropped_attributes: raw("UInt32", ({ fixed }) => fixed.droppedAttributes),
};

function rowsOf(all: readonly Source[]): number {
  return all.reduce((sum, { rows }) => sum + rows, 0);
}

/** Values of one size, so many elements per row. */
function raw(type: string, of: (source: Source) => Numbers, width = 1): Column {
  return [
    type,
    (out, all) => {
      for (const source of all) out.raw(of(source), source.rows * width);
    },
  ];
}

function texts(of: (source: Source) => Texts): Column {
  return [
    "String",
    (out, all) => {
      for (const source of all) out.texts(of(source));
    },
  ];
}

/** Entries of a dictionary, one per row. */
function low(of: (source: Source) => Dictionary, indexes: (source: Source) => Uint32Array): Column {
  return [
    LOW,
    (out, all) => {
      out.dictionaryVersion();
      out.dictionary(all.map((source) => ({ entries: of(source).entries, indexes: indexes(source) })));
    },
  ];
}

/** Lists of values of one size. */
function lists(type: string, ends: (source: Source) => Words, elements: (source: Source) => Words): Column {
  return [
    `Array(${type})`,
    (out, all) => {
      out.offsets(all.map(ends));
      for (const source of all) out.raw(elements(source).data, elements(source).length);
    },
  ];
}

/** Maps, or lists of maps when `outer` says where the lists end. */
function writeMaps(out: Parts, all: readonly Maps[], outer: readonly (readonly Words[])[]): void {
  out.dictionaryVersion();
  for (const ends of [...outer, all.map(({ ends }) => ends)]) out.offsets(ends);
  out.dictionary(all.map(({ dictionary: { entries }, keys }) => ({ entries, indexes: used(keys) })));
  for (const { values } of all) out.texts(values);
}

/** For every row the map of its resource, by the numbers of its keys and of its values. */
function writeResources(out: Parts, all: readonly Source[]): void {
  const rows = all.map(resourcesOf);
  out.dictionaryVersion();
  out.dictionaryVersion();
  out.offsets(rows.map(({ ends }) => ends));
  out.dictionary(rows.map(({ keys }) => keys));
  out.dictionary(rows.map(({ values }) => values));
}

/** Where the maps of the rows end, and their keys and values: a value's number is its place among all resources. */
function resourcesOf({ resources, fixed, rows }: Source): { ends: Words; keys: Coded; values: Coded } {
  const maps = resources.attributes;
  const ends = uncountedWords(rows);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const index = fixed.resource[row] ?? 0;
    total += mapEnd(maps, index) - mapStart(maps, index);
    ends[row] = total;
  }
  const [keys, values] = [uncountedWords(total), uncountedWords(total)];
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const index = fixed.resource[row] ?? 0;
    for (let at = mapStart(maps, index); at < mapEnd(maps, index); at++, to++) {
      keys[to] = word(maps.keys, at);
      values[to] = at;
    }
  }
  return {
    ends: { data: ends, length: rows },
    keys: { entries: maps.dictionary.entries, indexes: keys },
    values: { entries: maps.values, indexes: values },
  };
}

function ofScope({ fixed, rows }: Pick<Source, "fixed" | "rows">, index: Words): Uint32Array {
  return fixed.scope.subarray(0, rows).map((scope) => word(index, scope));
}

function used({ data, length }: Words): Uint32Array {
  return data.subarray(0, length);
}

/** Negative where a sender's clock jumped back: the raw difference is kept. Low word first; a BigInt each is garbage. */
function durationsOf({ rows, fixed: { at, end } }: HopColumns): Uint32Array {
  const differences = uncountedWords(rows * 2);
  for (let low = 0; low < differences.length; low += 2) {
    const [began, ended] = [at[low] ?? 0, end[low] ?? 0];
    const borrowed = ended < began ? 1 : 0;
    differences[low] = ended - began;
    differences[low + 1] = (end[low + 1] ?? 0) - (at[low + 1] ?? 0) - borrowed;
  }
  return differences;
}
