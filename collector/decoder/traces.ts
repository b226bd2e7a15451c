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
import { type HopColumns, openRow } from "./columns.ts";
import { takeEntry } from "./dictionary.ts";
import type { RecordKind } from "./envelope.ts";
import { sealRow } from "./identity.ts";
import { closeMap } from "./maps.ts";
import { BadRecord } from "./reject.ts";
import { badId, clearId, type Halves, putTimes, takeId } from "./row.ts";
import { reopenText } from "./senders.ts";
import { takeAttribute } from "./values.ts";
import { type Cursor, enter, fixed64, leave, length, skip, tag, varint } from "./wire.ts";

/** How spans are read. */
export const SPANS: RecordKind = { take: takeSpan, levels: ["resourceSpans", "scopeSpans", "spans"] };

const NEVER: Halves = { low: 0, high: 0 };

function takeSpan(c: Cursor, columns: HopColumns): void {
  const row = openRow(columns, 1);
  const { fixed } = columns;
  let [isTrace, isSpan] = [false, false];
  let [begin, end] = [NEVER, NEVER];
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x4a) takeAttribute(c, columns.attributes);
    else if (field === 0x0a) isTrace = takeId(c, length(c), { words: fixed.traceId, width: 4, row });
    else if (field === 0x12) isSpan = takeId(c, length(c), { words: fixed.spanId, width: 2, row });
    else if (field === 0x22) takeParent(c, columns);
    else if (field === 0x2a) fixed.name[row] = takeEntry(columns.names, c, length(c));
    else if (field === 0x39) begin = { low: fixed64(c), high: c.high };
    else if (field === 0x41) end = { low: fixed64(c), high: c.high };
    else if (!takeRest(c, columns, field)) skip(c, field);
  }
  if (!isTrace) throw badId("trace_id", "traceId", 16);
  if (!isSpan) throw badId("span_id", "spanId", 8);
  if (begin === NEVER || (begin.low === 0 && begin.high === 0))
    throw new BadRecord("time_missing", "startTimeUnixNano is missing");
  putTimes(columns, begin, end);
  sealRow(columns);
}

/** The fields that most spans do without. Answers whether it was one of them. */
function takeRest(c: Cursor, columns: HopColumns, field: number): boolean {
  const { fixed, rows: row } = columns;
  if (field === 0x30) fixed.spanKind[row] = kindOf(varint(c));
  else if (field === 0x7a) takeStatus(c, columns);
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
  const column = { words: fixed.parentId, width: 2, row: rows } as const;
  const size = length(c);
  if (size !== 0 && size !== 8) throw new BadRecord("parent_id", "parentSpanId must have 8 bytes or none");
  clearId(column);
  takeId(c, size, column);
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

function takeEvent(c: Cursor, { events }: HopColumns): void {
  const outer = enter(c);
  let [name, at] = [0, NEVER];
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x1a) takeAttribute(c, events.attributes);
    else if (field === 0x12) name = takeEntry(events.names, c, length(c));
    else if (field === 0x09) at = { low: fixed64(c), high: c.high };
    else skip(c, field);
  }
  push(events.at, at.low);
  push(events.at, at.high);
  push(events.name, name);
  closeMap(events.attributes);
  leave(c, outer);
}

const traceWords = new Uint32Array(4);
const spanWords = new Uint32Array(2);

/** A link without a valid context is kept for its attributes: some senders only have a message id to give. */
function takeLink(c: Cursor, { links }: HopColumns): void {
  const outer = enter(c);
  let isValid = 0;
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x22) takeAttribute(c, links.attributes);
    else if (field === 0x0a) isValid += takeId(c, length(c), { words: traceWords, width: 4, row: 0 }) ? 1 : 0;
    else if (field === 0x12) isValid += takeId(c, length(c), { words: spanWords, width: 2, row: 0 }) ? 1 : 0;
    else skip(c, field);
  }
  for (const part of traceWords) push(links.traceIds, isValid === 2 ? part : 0);
  for (const part of spanWords) push(links.spanIds, isValid === 2 ? part : 0);
  closeMap(links.attributes);
  leave(c, outer);
}
