/**
 * Envelope: the three levels around OTLP records, which traces and logs share field by field.
 *
 *   Export…ServiceRequest → resource → scope → [record] → traces.ts, logs.ts
 *
 * One bad record costs one record. A resource that cannot be read costs its records, because nobody could say whose
 * they are. Only when the levels themselves cannot be read is the body as a whole refused.
 */

import type { RejectedItem } from "../decode.ts";
import type { HopColumns } from "./columns.ts";
import { dropRow } from "./columns.ts";
import { newRefusals, type Refusals, refuse } from "./refuse.ts";
import { attempt, BadRecord } from "./reject.ts";
import { openResource, openScope, takeResource, takeScope } from "./senders.ts";
import { singleExport } from "./single.ts";
import { type Cursor, cursor, enter, leave, skip, tag } from "./wire.ts";

/** How the records of one signal are read, and what they are called. */
export interface RecordKind {
  /** Reads the message that the cursor is in into the open row, and seals it. */
  readonly take: (c: Cursor, columns: HopColumns) => void;
  /** names of the levels, for `where`: `resourceSpans`, `scopeSpans`, `spans` */
  readonly levels: readonly [string, string, string];
}

/**
 * Reads an export into columns.
 *
 * @throws {BadRecord} when the levels around the records cannot be read
 */
export function takeExport(body: Uint8Array, columns: HopColumns, kind: RecordKind): RejectedItem[] {
  const rejected = newRefusals();
  const c = cursor(body);
  let index = 0;
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x0a)
      within(c, () => takeSender(c, { columns, kind, rejected, path: `${kind.levels[0]}[${index++}]` }));
    else skip(c, field);
  }
  return rejected.items;
}

interface Level {
  readonly columns: HopColumns;
  readonly kind: RecordKind;
  readonly rejected: Refusals;
  readonly path: string;
}

/** The message around a level that says what it is; where a sender writes it twice the last one holds. */
interface Said {
  readonly bytes: Uint8Array | null;
  readonly fault: BadRecord | null;
}

/** The resource may stand behind its records, so it is looked for first. */
function takeSender(c: Cursor, level: Level): void {
  const start = c.at;
  let resource: Said = { bytes: null, fault: null };
  eachMessage(c, 0x0a, () => {
    const bytes = c.bytes.subarray(c.at, c.end);
    resource = { bytes, fault: openResource(level.columns, (attributes) => takeResource(c, attributes)) };
  });
  if (resource.bytes === null) openResource(level.columns, () => undefined);
  c.at = start;
  let index = 0;
  eachMessage(c, 0x12, () =>
    takeScoped(c, { ...level, path: `${level.path}.${level.kind.levels[1]}[${index++}]` }, resource),
  );
}

function takeScoped(c: Cursor, level: Level, resource: Said): void {
  const start = c.at;
  let { fault } = resource;
  let scope: Uint8Array | null = null;
  eachMessage(c, 0x0a, () => {
    scope = c.bytes.subarray(c.at, c.end);
    fault = attempt(() => takeScope(c, level.columns)) ?? fault;
  });
  if (scope === null || fault !== null) openScope(level.columns, "", "");
  c.at = start;
  const records: Records = { ...level, fault, said: { resource: resource.bytes, scope } };
  for (let index = 0; c.at < c.end; ) {
    const field = tag(c);
    if (field === 0x12) takeRecord(c, records, index++);
    else skip(c, field);
  }
}

interface Records extends Level {
  /** what is wrong with the scope or the resource, and so with every record */
  readonly fault: BadRecord | null;
  readonly said: { readonly resource: Uint8Array | null; readonly scope: Uint8Array | null };
}

/** The hot loop passes here once for each record: nothing is made, not even a closure, unless one is refused. */
function takeRecord(c: Cursor, records: Records, index: number): void {
  const outer = enter(c);
  const { at, end } = c;
  const bad = records.fault ?? faultIn(c, records);
  c.end = end;
  if (bad !== null) refuseRecord(c.bytes.subarray(at, end), bad, { ...records, index });
  leave(c, outer);
}

function refuseRecord(
  record: Uint8Array,
  bad: BadRecord,
  records: Records & { readonly index: number },
): void {
  dropRow(records.columns);
  const where = `${records.path}.${records.kind.levels[2]}[${records.index}]`;
  refuse(records.rejected, bad, { where, bytes: () => singleExport({ ...records.said, record }) });
}

function faultIn(c: Cursor, { kind, columns }: Records): BadRecord | null {
  try {
    kind.take(c, columns);
    return null;
  } catch (cause) {
    if (cause instanceof BadRecord) return cause;
    throw cause;
  }
}

/** Visits every message in one field of the message that the cursor is in, and leaves the cursor at its end. */
function eachMessage(c: Cursor, wanted: number, visit: () => void): void {
  while (c.at < c.end) {
    const field = tag(c);
    if (field === wanted) within(c, visit);
    else skip(c, field);
  }
}

/** A visit may end in the middle, with the cursor inside what could not be read; the message ends where it ends. */
function within(c: Cursor, visit: () => void): void {
  const outer = enter(c);
  const { end } = c;
  visit();
  c.end = end;
  leave(c, outer);
}
