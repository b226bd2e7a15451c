/**
 * Traces: OTLP spans in protobuf, in one pass into columns.
 *
 *   Span → [traces] → HopColumns
 *
 * No object per span and no string: what is text on the wire is text in the column. Where a sender writes a single
 * field twice the last one holds, as protobuf says.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
import { push, takeText } from "./buffers.ts";
import { eventsOf, type HopColumns, linksOf, openRow } from "./columns.ts";
import { takeEntry } from "./dictionary.ts";
import type { RecordKind } from "./envelope.ts";
import { sealRow } from "./identity.ts";
import { closeMap, expect } from "./maps.ts";
import { BadRecord } from "./reject.ts";
import { badId, checkTimes, clearId, takeSpanId, takeTraceId } from "./row.ts";
import { reopenText } from "./senders.ts";
import { takeAttributes } from "./values.ts";
import { type Cursor, enter, fixed64, leave, length, skip, tag, varint } from "./wire.ts";

/** How spans are read. */
export const SPANS: RecordKind = { take: takeSpan, levels: ["resourceSpans", "scopeSpans", "spans"] };

/** What a span must have, as bits. */
const TRACE = 1;
const SPAN = 2;
const BOTH = 3;

function takeSpan(c: Cursor, columns: HopColumns): void {
  const row = openRow(columns, 1);
  const { fixed, attributes } = columns;
  let ids = 0;
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x4a) takeAttributes(c, attributes, field);
    else if (field === 0x0a) ids = isTrace(c, fixed.traceId, row) ? ids | TRACE : ids & SPAN;
    else if (field === 0x12) ids = isSpan(c, fixed.spanId, row) ? ids | SPAN : ids & TRACE;
    else if (field === 0x22) takeParent(c, columns);
    else if (field === 0x2a) takeName(c, columns);
    else if (field === 0x30) fixed.spanKind[row] = kindOf(varint(c));
    else if (field === 0x39) takeTime(c, fixed.at, row);
    else if (field === 0x41) takeTime(c, fixed.end, row);
    else if (!takeRest(c, columns, field)) skip(c, field);
  }
  if ((ids & TRACE) === 0) throw badId("trace_id", "traceId", 16);
  if (ids !== BOTH) throw badId("span_id", "spanId", 8);
  if (fixed.at[row * 2] === 0 && fixed.at[row * 2 + 1] === 0)
    throw new BadRecord("time_missing", "startTimeUnixNano is missing");
  checkTimes(columns);
  sealRow(columns);
}

function isTrace(c: Cursor, words: Uint32Array, row: number): boolean {
  const size = length(c);
  if (size === 16) return takeTraceId(c, words, row);
  c.at += size;
  return false;
}

function isSpan(c: Cursor, words: Uint32Array, row: number): boolean {
  const size = length(c);
  if (size === 8) return takeSpanId(c, words, row);
  c.at += size;
  return false;
}

/** Spans of one name usually have the same attributes in the same order. */
function takeName(c: Cursor, { fixed, rows, names, attributes }: HopColumns): void {
  const name = takeEntry(names, c, length(c));
  fixed.name[rows] = name;
  expect(attributes, name);
}

function takeTime(c: Cursor, words: Uint32Array, row: number): void {
  words[row * 2] = fixed64(c);
  words[row * 2 + 1] = c.high;
}

/** The fields that most spans do without. Answers whether it was one of them. */
function takeRest(c: Cursor, columns: HopColumns, field: number): boolean {
  const { fixed, rows: row } = columns;
  if (field === 0x7a) takeStatus(c, columns);
  else if (field === 0x5a) takeEvent(c, columns);
  else if (field === 0x6a) takeLink(c, columns);
  else if (field === 0x50) fixed.droppedAttributes[row] = varint(c);
  else if (field === 0x60) fixed.droppedEvents[row] = varint(c);
  else if (field === 0x70) fixed.droppedLinks[row] = varint(c);
  else if (field === 0x1a) {
    reopenText(columns, "traceState");
    takeText(columns.traceState, c, length(c));
  } else return false;
  return true;
}

/** Unspecified and unknown kinds read as internal. */
function kindOf(kind: number): number {
  return kind >= 1 && kind <= 5 ? kind : 1;
}

/** A root has no parent, or one of zeros. */
function takeParent(c: Cursor, { fixed, rows }: HopColumns): void {
  const size = length(c);
  if (size === 8) takeSpanId(c, fixed.parentId, rows);
  else if (size === 0) clearId({ words: fixed.parentId, width: 2, row: rows });
  else throw new BadRecord("parent_id", "parentSpanId must have 8 bytes or none");
}

function takeStatus(c: Cursor, columns: HopColumns): void {
  const outer = enter(c);
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x12) {
      reopenText(columns, "message");
      takeText(columns.message, c, length(c));
    } else if (field === 0x18) {
      const code = varint(c);
      columns.fixed.status[columns.rows] = code <= 2 ? code : 0;
    } else skip(c, field);
  }
  leave(c, outer);
}

function takeEvent(c: Cursor, columns: HopColumns): void {
  const events = eventsOf(columns);
  const outer = enter(c);
  let name = 0;
  let low = 0;
  let high = 0;
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x1a) takeAttributes(c, events.attributes, field);
    else if (field === 0x12) name = takeEntry(events.names, c, length(c));
    else if (field === 0x09) {
      low = fixed64(c);
      high = c.high;
    } else skip(c, field);
  }
  push(events.at, low);
  push(events.at, high);
  push(events.name, name);
  closeMap(events.attributes);
  leave(c, outer);
}

const traceWords = new Uint32Array(4);
const spanWords = new Uint32Array(2);

/** A link without a valid context is kept for its attributes: some senders only have a message id to give. */
function takeLink(c: Cursor, columns: HopColumns): void {
  const links = linksOf(columns);
  const outer = enter(c);
  let isValid = 0;
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x22) takeAttributes(c, links.attributes, field);
    else if (field === 0x0a) isValid += isTrace(c, traceWords, 0) ? 1 : 0;
    else if (field === 0x12) isValid += isSpan(c, spanWords, 0) ? 1 : 0;
    else skip(c, field);
  }
  for (const part of traceWords) push(links.traceIds, isValid === 2 ? part : 0);
  for (const part of spanWords) push(links.spanIds, isValid === 2 ? part : 0);
  closeMap(links.attributes);
  leave(c, outer);
}
