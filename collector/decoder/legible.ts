/**
 * Legible: an export in protobuf as OTLP/JSON, for people who look at what was refused and for mending it.
 *
 *   bytes → [legible] → object in the names of OTLP/JSON
 *
 * Driven by the tables below, and slow: hops never come this way. Reads as far as it can: of a record that breaks off
 * in the middle everything before that is there, with the fault beside it. Fields that nobody knows are left out.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import type { Signal } from "../request.ts";
import { attempt, BadRecord } from "./reject.ts";
import { type Cursor, cursor, enter, fixed64, leave, length, skip, tag, varint } from "./wire.ts";

/** An object under construction. */
export type Legible = { [name: string]: unknown };

/** What was read, and why no more than that; null when that is all. */
export interface Read {
  readonly value: Legible;
  readonly fault: string | null;
}

type Scalar = "text" | "hex" | "base64" | "time" | "count" | "long" | "double" | "bool" | "flags";
/** A scalar, or the name of a message; `list` when there may be several. */
type Field = readonly [name: string, kind: Scalar | MessageName, list?: "list"];
type MessageName = keyof typeof MESSAGES;

const WIRE_TYPE: Readonly<Record<Scalar, number>> = {
  text: 2,
  hex: 2,
  base64: 2,
  time: 1,
  count: 0,
  long: 0,
  double: 1,
  bool: 0,
  flags: 5,
};

const ATTRIBUTES = ["attributes", "KeyValue", "list"] as const;
const DROPPED = ["droppedAttributesCount", "count"] as const;

const MESSAGES = {
  Traces: { 1: ["resourceSpans", "ResourceSpans", "list"] },
  ResourceSpans: { 1: ["resource", "Resource"], 2: ["scopeSpans", "ScopeSpans", "list"] },
  ScopeSpans: { 1: ["scope", "Scope"], 2: ["spans", "Span", "list"] },
  Logs: { 1: ["resourceLogs", "ResourceLogs", "list"] },
  ResourceLogs: { 1: ["resource", "Resource"], 2: ["scopeLogs", "ScopeLogs", "list"] },
  ScopeLogs: { 1: ["scope", "Scope"], 2: ["logRecords", "LogRecord", "list"] },
  Resource: { 1: ATTRIBUTES, 2: DROPPED },
  Scope: { 1: ["name", "text"], 2: ["version", "text"], 3: ATTRIBUTES, 4: DROPPED },
  Span: {
    1: ["traceId", "hex"],
    2: ["spanId", "hex"],
    3: ["traceState", "text"],
    4: ["parentSpanId", "hex"],
    5: ["name", "text"],
    6: ["kind", "count"],
    7: ["startTimeUnixNano", "time"],
    8: ["endTimeUnixNano", "time"],
    9: ATTRIBUTES,
    10: DROPPED,
    11: ["events", "Event", "list"],
    12: ["droppedEventsCount", "count"],
    13: ["links", "Link", "list"],
    14: ["droppedLinksCount", "count"],
    15: ["status", "Status"],
    16: ["flags", "flags"],
  },
  Event: { 1: ["timeUnixNano", "time"], 2: ["name", "text"], 3: ATTRIBUTES, 4: DROPPED },
  Link: {
    1: ["traceId", "hex"],
    2: ["spanId", "hex"],
    3: ["traceState", "text"],
    4: ATTRIBUTES,
    5: DROPPED,
    6: ["flags", "flags"],
  },
  Status: { 2: ["message", "text"], 3: ["code", "count"] },
  LogRecord: {
    1: ["timeUnixNano", "time"],
    2: ["severityNumber", "count"],
    3: ["severityText", "text"],
    5: ["body", "AnyValue"],
    6: ATTRIBUTES,
    7: DROPPED,
    8: ["flags", "flags"],
    9: ["traceId", "hex"],
    10: ["spanId", "hex"],
    11: ["observedTimeUnixNano", "time"],
    12: ["eventName", "text"],
  },
  KeyValue: { 1: ["key", "text"], 2: ["value", "AnyValue"] },
  AnyValue: {
    1: ["stringValue", "text"],
    2: ["boolValue", "bool"],
    3: ["intValue", "long"],
    4: ["doubleValue", "double"],
    5: ["arrayValue", "ArrayValue"],
    6: ["kvlistValue", "KeyValueList"],
    7: ["bytesValue", "base64"],
  },
  ArrayValue: { 1: ["values", "AnyValue", "list"] },
  KeyValueList: { 1: ["values", "KeyValue", "list"] },
} as const satisfies Record<string, Readonly<Record<number, readonly [string, string, "list"?]>>>;

/** Nested values take two or three messages a level; a hundred levels are what the decoder itself takes. */
const MESSAGES_DEEP_MAX = 320;

/** Reads an export of spans or log records. */
export function legible(signal: Exclude<Signal, "events">, bytes: Uint8Array): Read {
  const value: Legible = {};
  const bad = attempt(() =>
    take(cursor(bytes), signal === "traces" ? "Traces" : "Logs", { into: value, depth: 0 }),
  );
  return { value, fault: bad === null ? null : `${bad.message}.` };
}

interface Taking {
  readonly into: Legible;
  readonly depth: number;
}

function take(c: Cursor, message: MessageName, { into, depth }: Taking): void {
  if (depth > MESSAGES_DEEP_MAX) throw new BadRecord("depth", "It is nested too deeply to be shown");
  const fields: Readonly<Record<number, Field>> = MESSAGES[message];
  while (c.at < c.end) {
    const next = tag(c);
    const field = fields[next >>> 3];
    if (field === undefined || !fits(field, next & 7)) skip(c, next);
    else takeField(c, field, { into, depth });
  }
}

function fits([, kind]: Field, wireType: number): boolean {
  return wireType === (isScalar(kind) ? WIRE_TYPE[kind] : 2);
}

function isScalar(kind: Scalar | MessageName): kind is Scalar {
  return Object.hasOwn(WIRE_TYPE, kind);
}

function takeField(c: Cursor, [name, kind, list]: Field, { into, depth }: Taking): void {
  if (isScalar(kind)) {
    into[name] = scalar(c, kind);
    return;
  }
  // Put in before it is read, so that what was read of it stays when it breaks off.
  const inner: Legible = {};
  const known = into[name];
  if (list === undefined) into[name] = inner;
  else if (Array.isArray(known)) known.push(inner);
  else into[name] = [inner];
  const outer = enter(c);
  take(c, kind, { into: inner, depth: depth + 1 });
  leave(c, outer);
}

function scalar(c: Cursor, kind: Scalar): unknown {
  switch (kind) {
    case "text":
      return chunk(c).toString("utf8");
    case "hex":
      return chunk(c).toString("hex");
    case "base64":
      return chunk(c).toString("base64");
    case "time":
      return String(wide(fixed64(c), c.high));
    case "count":
      return varint(c);
    case "long":
      return String(BigInt.asIntN(64, wide(varint(c), c.high)));
    case "bool":
      return (varint(c) | c.high) !== 0;
    case "double":
      return double(c);
    case "flags":
      return flags(c);
  }
}

function chunk(c: Cursor): Buffer {
  const size = length(c);
  const { buffer, byteOffset } = c.bytes;
  const bytes = Buffer.from(buffer, byteOffset + c.at, size);
  c.at += size;
  return bytes;
}

function wide(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** JSON has no number for these three. */
function double(c: Cursor): number | string {
  const low = fixed64(c);
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, low, true);
  view.setUint32(4, c.high, true);
  const value = view.getFloat64(0, true);
  return Number.isFinite(value) ? value : String(value);
}

function flags(c: Cursor): number {
  if (c.end - c.at < 4) throw new BadRecord("wire", "The message ends in the middle of a number");
  const value = c.view.getUint32(c.at, true);
  c.at += 4;
  return value;
}
