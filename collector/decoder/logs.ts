/**
 * Logs: OTLP log records in protobuf, in one pass into columns.
 *
 *   LogRecord → [logs] → HopColumns
 *
 * A record that names a trace badly is kept without it; one without a time is dated by its arrival.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
import { textAt, truncateTexts } from "./buffers.ts";
import { type HopColumns, openRow } from "./columns.ts";
import { findEntry, takeEntry } from "./dictionary.ts";
import type { RecordKind } from "./envelope.ts";
import { identifyLog, sealRow } from "./identity.ts";
import { findValue } from "./maps.ts";
import { clearId, type Halves, putTimes, takeId } from "./row.ts";
import { takeAttributes, takeValue } from "./values.ts";
import { type Cursor, enter, fixed64, leave, length, skip, tag, varint } from "./wire.ts";

/** How log records are read. */
export const LOG_RECORDS: RecordKind = { take: takeLog, levels: ["resourceLogs", "scopeLogs", "logRecords"] };

const NEVER: Halves = { low: 0, high: 0 };

function takeLog(c: Cursor, columns: HopColumns): void {
  const row = openRow(columns, 2);
  const { fixed } = columns;
  let [time, observed] = [NEVER, NEVER];
  let context: Context = "none";
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x32) takeAttributes(c, columns.attributes, field);
    else if (field === 0x09) time = { low: fixed64(c), high: c.high };
    else if (field === 0x59) observed = { low: fixed64(c), high: c.high };
    else if (field === 0x10) fixed.severity[row] = severityOf(varint(c));
    else if (field === 0x2a) takeBody(c, columns);
    else if (field === 0x4a) context = takeTrace(c, columns);
    else if (field === 0x52) takeId(c, length(c), { words: fixed.spanId, width: 2, row });
    else if (field === 0x62) fixed.name[row] = takeEntry(columns.names, c, length(c));
    else if (field === 0x38) fixed.droppedAttributes[row] = varint(c);
    else skip(c, field);
  }
  closeLog(columns, { context, time: time.low === 0 && time.high === 0 ? observed : time });
}

/** Whether a log says in which trace it was written. */
export type Context = "none" | "valid" | "broken";

/** Finishes the open row of a log, whichever encoding it came in. A time of zero is none. */
export function closeLog(columns: HopColumns, { context, time }: { context: Context; time: Halves }): void {
  const { fixed, rows: row } = columns;
  if (context !== "valid") {
    clearId({ words: fixed.traceId, width: 4, row });
    clearId({ words: fixed.spanId, width: 2, row });
  }
  if (time.low !== 0 || time.high !== 0) putTimes(columns, time, time);
  if ((fixed.severity[row] ?? 0) >= 17) fixed.status[row] = 2;
  if (fixed.name[row] === 0) fixed.name[row] = eventName(columns);
  identifyLog(columns);
  sealRow(columns);
  if (context === "broken") columns.unlinked++;
}

/** Severities end at 24; what is beyond says nothing. */
export function severityOf(number: number): number {
  return number <= 24 ? number : 0;
}

function takeTrace(c: Cursor, { fixed, rows }: HopColumns): Context {
  const size = length(c);
  if (size === 0) return "none";
  return takeId(c, size, { words: fixed.traceId, width: 4, row: rows }) ? "valid" : "broken";
}

function takeBody(c: Cursor, columns: HopColumns): void {
  truncateTexts(columns.body, columns.rows);
  const outer = enter(c);
  takeValue(c, columns.body);
  leave(c, outer);
}

/** Bridges that cannot set the field write the event's name as an attribute, under its new or its old name. */
function eventName({ attributes, names, rows }: HopColumns): number {
  for (const key of ["otel.event.name", "event.name"]) {
    const at = findValue(attributes, findEntry(attributes.dictionary, key), rows);
    if (at === null) continue;
    const text = textAt(attributes.values, at);
    return takeEntry(names, text, text.end);
  }
  return 0;
}
