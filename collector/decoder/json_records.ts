/**
 * Json records: one span or log record of OTLP/JSON into the open row.
 *
 *   object → [json_records] → HopColumns
 */
import { push, putString } from "./buffers.ts";
import { eventsOf, type HopColumns, linksOf, openRow } from "./columns.ts";
import { entryOf } from "./dictionary.ts";
import { sealRow } from "./identity.ts";
import type { JsonRecordKind } from "./json.ts";
import {
  count,
  type Field,
  isObject,
  type Json,
  type JsonObject,
  objectsIn,
  text,
  uint64,
  wrong,
} from "./json_fields.ts";
import { putAttributes, valueText } from "./json_values.ts";
import { type Context, closeLog, severityOf } from "./logs.ts";
import { closeMap } from "./maps.ts";
import { BadRecord } from "./reject.ts";
import { badId, putHexId, putTimes } from "./row.ts";

/** How spans are read. */
export const JSON_SPANS: JsonRecordKind = {
  take: takeSpan,
  levels: ["resourceSpans", "scopeSpans", "spans"],
};

/** How log records are read. */
export const JSON_LOGS: JsonRecordKind = {
  take: takeLog,
  levels: ["resourceLogs", "scopeLogs", "logRecords"],
};

function takeSpan(span: Json, columns: HopColumns): void {
  if (!isObject(span)) throw wrong("span", "an object");
  const row = openRow(columns, 1);
  const { fixed } = columns;
  if (!putHexId(text(span["traceId"], "traceId"), { words: fixed.traceId, width: 4, row }))
    throw badId("trace_id", "traceId", 16);
  if (!putHexId(text(span["spanId"], "spanId"), { words: fixed.spanId, width: 2, row }))
    throw badId("span_id", "spanId", 8);
  putParent(text(span["parentSpanId"], "parentSpanId"), columns);
  putString(columns.traceState, text(span["traceState"], "traceState"));
  fixed.name[row] = entryOf(columns.names, text(span["name"], "name"));
  const kind = count(span["kind"], "kind");
  fixed.spanKind[row] = kind >= 1 && kind <= 5 ? kind : 1;
  putAttributes(span, columns.attributes);
  for (const event of objectsIn(span["events"], "events")) putEvent(event, columns);
  for (const link of objectsIn(span["links"], "links")) putLink(link, columns);
  putDropped(span, columns);
  putStatus(span["status"], columns);
  const begin = uint64(span["startTimeUnixNano"], "startTimeUnixNano");
  if (begin.low === 0 && begin.high === 0)
    throw new BadRecord("time_missing", "startTimeUnixNano is missing");
  putTimes(columns, begin, uint64(span["endTimeUnixNano"], "endTimeUnixNano"));
  sealRow(columns);
}

function putParent(hex: string, { fixed, rows }: HopColumns): void {
  if (hex === "" || /^0{16}$/.test(hex)) return;
  if (!putHexId(hex, { words: fixed.parentId, width: 2, row: rows }))
    throw new BadRecord("parent_id", "parentSpanId must have 8 bytes or none");
}

function putDropped(span: JsonObject, { fixed, rows }: HopColumns): void {
  fixed.droppedAttributes[rows] = count(span["droppedAttributesCount"], "droppedAttributesCount");
  fixed.droppedEvents[rows] = count(span["droppedEventsCount"], "droppedEventsCount");
  fixed.droppedLinks[rows] = count(span["droppedLinksCount"], "droppedLinksCount");
}

function putStatus(status: Field, columns: HopColumns): void {
  if (status === null || status === undefined) return;
  if (!isObject(status)) throw wrong("status", "an object");
  putString(columns.message, text(status["message"], "message"));
  const code = count(status["code"], "code");
  columns.fixed.status[columns.rows] = code <= 2 ? code : 0;
}

function putEvent(event: JsonObject, columns: HopColumns): void {
  const events = eventsOf(columns);
  const { low, high } = uint64(event["timeUnixNano"], "timeUnixNano");
  putAttributes(event, events.attributes);
  push(events.at, low);
  push(events.at, high);
  push(events.name, entryOf(events.names, text(event["name"], "name")));
  closeMap(events.attributes);
}

const traceWords = new Uint32Array(4);
const spanWords = new Uint32Array(2);

function putLink(link: JsonObject, columns: HopColumns): void {
  const links = linksOf(columns);
  const isTrace = putHexId(text(link["traceId"], "traceId"), { words: traceWords, width: 4, row: 0 });
  const isSpan = putHexId(text(link["spanId"], "spanId"), { words: spanWords, width: 2, row: 0 });
  putAttributes(link, links.attributes);
  for (const part of traceWords) push(links.traceIds, isTrace && isSpan ? part : 0);
  for (const part of spanWords) push(links.spanIds, isTrace && isSpan ? part : 0);
  closeMap(links.attributes);
}

function takeLog(log: Json, columns: HopColumns): void {
  if (!isObject(log)) throw wrong("logRecord", "an object");
  const row = openRow(columns, 2);
  const { fixed } = columns;
  fixed.name[row] = entryOf(columns.names, text(log["eventName"], "eventName"));
  fixed.severity[row] = severityOf(count(log["severityNumber"], "severityNumber"));
  fixed.droppedAttributes[row] = count(log["droppedAttributesCount"], "droppedAttributesCount");
  putAttributes(log, columns.attributes);
  const body = log["body"] ?? null;
  if (body !== null) putString(columns.body, valueText(body));
  const hex = text(log["traceId"], "traceId");
  const isTrace = putHexId(hex, { words: fixed.traceId, width: 4, row });
  const context: Context = hex === "" ? "none" : isTrace ? "valid" : "broken";
  putHexId(text(log["spanId"], "spanId"), { words: fixed.spanId, width: 2, row });
  const time = uint64(log["timeUnixNano"], "timeUnixNano");
  closeLog(columns, {
    context,
    time:
      time.low === 0 && time.high === 0 ? uint64(log["observedTimeUnixNano"], "observedTimeUnixNano") : time,
  });
}
