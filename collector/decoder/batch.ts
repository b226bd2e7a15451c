/**
 * Batch: one row of the columns as an object.
 *
 *   HopColumns → [batch] → Hop
 *
 * For stitching and for people, so only what is told. Storing needs no objects: the columns go to the store as they are.
 */

import type { Attributes, Hop, HopKind, HopStatus, Link, SpanEvent, SpanKind } from "../hop.ts";
import { endOfText, type Texts, word } from "./buffers.ts";
import { type Flags, type HopBatch, type HopColumns, listStart } from "./columns.ts";
import type { Dictionary } from "./dictionary.ts";
import { hexOf } from "./hex.ts";
import { type Maps, mapEnd, mapStart } from "./maps.ts";

const KINDS: readonly HopKind[] = ["span", "span", "log", "cloudevent"];
const SPAN_KINDS: readonly SpanKind[] = ["internal", "internal", "server", "client", "producer", "consumer"];
const STATUSES: readonly HopStatus[] = ["unset", "ok", "error"];

/** The columns as a batch of hops. Hops of one resource share its map. */
export function batchOf(columns: HopColumns): HopBatch {
  const made: Made = { entries: new Map(), resources: [] };
  return {
    rows: columns.rows,
    bytes: memoryOf(columns),
    columns,
    hop: (row) => {
      const attributes = mapAt(made, columns.attributes, row);
      const events = eventsAt(made, columns, row);
      return hopAt(made, columns, { row, attributes, events, links: linksAt(made, columns, row) });
    },
    outline: (row, flags) => {
      const attributes = flaggedAt(made, columns.attributes, { index: row, flags: flags.attributes });
      const events = hasFlaggedEvent(columns, row, flags) ? eventsAt(made, columns, row) : NO_EVENTS;
      return hopAt(made, columns, { row, attributes, events, links: NO_LINKS });
    },
    carrier: (row, flags) => ({
      kind: kindAt(columns, row),
      spanKind: spanKindAt(columns, row),
      attributes: flaggedAt(made, columns.attributes, { index: row, flags }),
      links: NO_LINKS,
    }),
  };
}

/** What a delivery takes however few its rows, what each adds, and how often its body; bytes, measured with its extract. */
const DELIVERY_BYTES = 25_000;
const ROW_BYTES = 1_100;
const BODY_TIMES = 2;

function memoryOf({ rows, bodyBytes }: HopColumns): number {
  return DELIVERY_BYTES + rows * ROW_BYTES + bodyBytes * BODY_TIMES;
}

/** What many rows share, made once. */
interface Made {
  readonly entries: Map<Dictionary, string[]>;
  readonly resources: Attributes[];
}

const NO_LINKS: readonly Link[] = [];
const NO_EVENTS: readonly SpanEvent[] = [];

interface Row {
  readonly row: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly Link[];
}

function hopAt(made: Made, columns: HopColumns, { row, attributes, events, links }: Row): Hop {
  const { fixed, resources } = columns;
  const kind = kindAt(columns, row);
  const traceId = hexOf(fixed.traceId, row * 4, 4);
  const spanId = hexOf(fixed.spanId, row * 2, 2);
  const sender = fixed.resource[row] ?? 0;
  return {
    id: kind === "span" ? traceId + spanId : hexOf(fixed.factId, row * 4, 4),
    kind,
    atNs: timeAt(fixed.at, row),
    endNs: timeAt(fixed.end, row),
    receivedNs: BigInt(columns.receivedMs) * 1_000_000n,
    service: entryAt(made, resources.services, word(resources.service, sender)),
    name: entryAt(made, columns.names, fixed.name[row] ?? 0),
    spanKind: spanKindAt(columns, row),
    status: STATUSES[fixed.status[row] ?? 0] ?? "unset",
    message: stringAt(columns.message, row),
    body: stringAt(columns.body, row),
    traceId,
    spanId,
    parentId: hexOf(fixed.parentId, row * 2, 2),
    attributes,
    resource: resourceAt(made, columns, sender),
    links,
    events,
    droppedLinks: fixed.droppedLinks[row] ?? 0,
    digest: fixed.digest[row] ?? 0,
  };
}

function kindAt({ fixed }: HopColumns, row: number): HopKind {
  return KINDS[fixed.kind[row] ?? 1] ?? "span";
}

function spanKindAt({ fixed }: HopColumns, row: number): SpanKind {
  return SPAN_KINDS[fixed.spanKind[row] ?? 1] ?? "internal";
}

function linksAt(made: Made, { links }: HopColumns, row: number): readonly Link[] {
  if (word(links.ends, row) === listStart(links, row)) return NO_LINKS;
  return range(listStart(links, row), word(links.ends, row)).map((i) => ({
    traceId: hexOf(links.traceIds.data, i * 4, 4),
    spanId: hexOf(links.spanIds.data, i * 2, 2),
    attributes: mapAt(made, links.attributes, i),
  }));
}

function eventsAt(made: Made, { events }: HopColumns, row: number): readonly SpanEvent[] {
  if (word(events.ends, row) === listStart(events, row)) return NO_EVENTS;
  return range(listStart(events, row), word(events.ends, row)).map((i) => ({
    atNs: timeAt(events.at.data, i),
    name: entryAt(made, events.names, word(events.name, i)),
    attributes: mapAt(made, events.attributes, i),
  }));
}

/** Whether any event of a row has an attribute that is flagged. */
export function hasFlaggedEvent({ events }: HopColumns, row: number, flags: Flags): boolean {
  const { attributes } = events;
  const first = listStart(events, row);
  const end = word(events.ends, row);
  if (first === end) return false;
  for (let i = mapStart(attributes, first); i < mapEnd(attributes, end - 1); i++)
    if (flags.events[word(attributes.keys, i)] === 1) return true;
  return false;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function timeAt(words: Uint32Array, index: number): bigint {
  return (BigInt(words[index * 2 + 1] ?? 0) << 32n) | BigInt(words[index * 2] ?? 0);
}

function mapAt(made: Made, maps: Maps, index: number): Attributes {
  const map = new Map<string, string>();
  for (let i = mapStart(maps, index); i < mapEnd(maps, index); i++) {
    map.set(entryAt(made, maps.dictionary, word(maps.keys, i)), stringAt(maps.values, i));
  }
  return map;
}

function flaggedAt(
  made: Made,
  maps: Maps,
  { index, flags }: { readonly index: number; readonly flags: Uint8Array },
): Attributes {
  const map = new Map<string, string>();
  const end = mapEnd(maps, index);
  for (let i = mapStart(maps, index); i < end; i++) {
    const key = word(maps.keys, i);
    if (flags[key] === 1) map.set(entryAt(made, maps.dictionary, key), stringAt(maps.values, i));
  }
  return map;
}

function resourceAt(made: Made, { resources }: HopColumns, index: number): Attributes {
  const known = made.resources[index] ?? mapAt(made, resources.attributes, index);
  made.resources[index] = known;
  return known;
}

function entryAt({ entries }: Made, dictionary: Dictionary, id: number): string {
  const known = entries.get(dictionary) ?? [];
  if (known.length === 0) entries.set(dictionary, known);
  const text = known[id] ?? stringAt(dictionary.entries, id);
  known[id] = text;
  return text;
}

/** The text at an index. Short ASCII is put together here; a call out of the engine would take longer. */
export function stringAt(texts: Texts, index: number): string {
  const { data } = texts.bytes;
  let at = word(texts.starts, index);
  while ((data[at++] ?? 0) > 127);
  const end = endOfText(texts, index);
  if (end - at > SHORT_BYTES) return utf8(data, at, end);
  let text = "";
  for (let i = at; i < end; i++) {
    const byte = data[i] ?? 0;
    if (byte > 127) return utf8(data, at, end);
    text += String.fromCharCode(byte);
  }
  return text;
}

const SHORT_BYTES = 12;

/** The column read last, as a Buffer: making one costs more than most texts do. */
let column: Buffer = Buffer.alloc(0);

function utf8({ buffer, byteOffset, length }: Uint8Array, at: number, end: number): string {
  if (column.buffer !== buffer || column.byteOffset !== byteOffset || column.length !== length)
    column = Buffer.from(buffer, byteOffset, length);
  return column.toString("utf8", at, end);
}
