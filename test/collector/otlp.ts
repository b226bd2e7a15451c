/**
 * OTLP for tests: the two export requests as protobufjs knows them, from our own reading of the .proto files.
 * It is the other opinion on every byte that our decoder reads.
 */
import protobuf from "protobufjs";
import type { Decoded } from "../../collector/decode.ts";
import { decodeRequest, type Envelope, type Signal } from "../../collector/request.ts";
import { type DecodedHop, decodedHops } from "./decoded_hop.ts";

/** 2026-09-01T10:00:05Z, when everything in these tests arrives. */
export const RECEIVED_MS = 1_788_256_805_000;

const f = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: "repeated" });
const message = (fields: Record<string, protobuf.IField>, more: Partial<protobuf.IType> = {}) => ({
  fields,
  ...more,
});

const anyValue = message(
  {
    stringValue: f(1, "string"),
    boolValue: f(2, "bool"),
    intValue: f(3, "int64"),
    doubleValue: f(4, "double"),
    arrayValue: f(5, "ArrayValue"),
    kvlistValue: f(6, "KeyValueList"),
    bytesValue: f(7, "bytes"),
  },
  {
    oneofs: {
      value: {
        oneof: [
          "stringValue",
          "boolValue",
          "intValue",
          "doubleValue",
          "arrayValue",
          "kvlistValue",
          "bytesValue",
        ],
      },
    },
  },
);

const root = protobuf.Root.fromJSON({
  nested: {
    AnyValue: anyValue,
    ArrayValue: message({ values: list(1, "AnyValue") }),
    KeyValueList: message({ values: list(1, "KeyValue") }),
    KeyValue: message({ key: f(1, "string"), value: f(2, "AnyValue") }),
    Resource: message({ attributes: list(1, "KeyValue"), droppedAttributesCount: f(2, "uint32") }),
    Scope: message({ name: f(1, "string"), version: f(2, "string"), attributes: list(3, "KeyValue") }),
    Status: message({ message: f(2, "string"), code: f(3, "int32") }),
    Event: message({ timeUnixNano: f(1, "fixed64"), name: f(2, "string"), attributes: list(3, "KeyValue") }),
    Link: message({
      traceId: f(1, "bytes"),
      spanId: f(2, "bytes"),
      traceState: f(3, "string"),
      attributes: list(4, "KeyValue"),
      flags: f(6, "fixed32"),
    }),
    Span: message({
      traceId: f(1, "bytes"),
      spanId: f(2, "bytes"),
      traceState: f(3, "string"),
      parentSpanId: f(4, "bytes"),
      name: f(5, "string"),
      kind: f(6, "int32"),
      startTimeUnixNano: f(7, "fixed64"),
      endTimeUnixNano: f(8, "fixed64"),
      attributes: list(9, "KeyValue"),
      droppedAttributesCount: f(10, "uint32"),
      events: list(11, "Event"),
      droppedEventsCount: f(12, "uint32"),
      links: list(13, "Link"),
      droppedLinksCount: f(14, "uint32"),
      status: f(15, "Status"),
      flags: f(16, "fixed32"),
    }),
    ScopeSpans: message({ scope: f(1, "Scope"), spans: list(2, "Span"), schemaUrl: f(3, "string") }),
    ResourceSpans: message({ resource: f(1, "Resource"), scopeSpans: list(2, "ScopeSpans") }),
    TraceRequest: message({ resourceSpans: list(1, "ResourceSpans") }),
    LogRecord: message({
      timeUnixNano: f(1, "fixed64"),
      severityNumber: f(2, "int32"),
      severityText: f(3, "string"),
      body: f(5, "AnyValue"),
      attributes: list(6, "KeyValue"),
      droppedAttributesCount: f(7, "uint32"),
      flags: f(8, "fixed32"),
      traceId: f(9, "bytes"),
      spanId: f(10, "bytes"),
      observedTimeUnixNano: f(11, "fixed64"),
      eventName: f(12, "string"),
    }),
    ScopeLogs: message({ scope: f(1, "Scope"), logRecords: list(2, "LogRecord") }),
    ResourceLogs: message({ resource: f(1, "Resource"), scopeLogs: list(2, "ScopeLogs") }),
    LogsRequest: message({ resourceLogs: list(1, "ResourceLogs") }),
  },
});

/** A JSON object of OTLP. */
export type Message = Record<string, unknown>;

const TYPES = { traces: "TraceRequest", logs: "LogsRequest" } as const;

/** One message as protobuf, from the very object that is its JSON: ids in hex, 64-bit numbers as text. */
export function protobufOf(type: string, json: Message): Uint8Array {
  const known = root.lookupType(type);
  return known.encode(known.fromObject(forProtobufjs(json))).finish();
}

/** The export request as protobuf. */
export function requestBytes(signal: "traces" | "logs", json: Message): Uint8Array {
  return protobufOf(TYPES[signal], json);
}

/** protobufjs alone, for comparing speed: bytes to its own objects, nothing more. */
export function protobufjsDecoder(signal: "traces" | "logs"): (bytes: Uint8Array) => unknown {
  const known = root.lookupType(TYPES[signal]);
  return (bytes) => known.decode(bytes);
}

/** What protobufjs reads from the bytes: 64-bit numbers as text, bytes as base64, doubles by name. */
export function readByProtobufjs(signal: "traces" | "logs", bytes: Uint8Array): Message {
  const known = root.lookupType(TYPES[signal]);
  return known.toObject(known.decode(bytes), { longs: String, bytes: Buffer, arrays: true });
}

const IDS = new Set(["traceId", "spanId", "parentSpanId"]);
const NAMED: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, "-Infinity": -Infinity };

/** protobufjs wants bytes where OTLP/JSON has hex, and numbers where it has names of numbers. */
function forProtobufjs(value: unknown): Message {
  const turned = (name: string, inner: unknown): unknown => {
    if (IDS.has(name)) return Buffer.from(String(inner), "hex");
    if (name === "doubleValue") return NAMED[String(inner)] ?? inner;
    return turnedValue(inner);
  };
  const turnedValue = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(turnedValue);
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, of]) => [name, turned(name, of)]));
  };
  return turnedValue(value) as Message; // an object goes in, so an object comes out
}

/** An envelope as the receiver writes it. */
export function envelope(signal: Signal, contentType: string, more: Partial<Envelope> = {}): Envelope {
  return {
    signal,
    contentType,
    contentEncoding: "",
    receivedMs: RECEIVED_MS,
    tenant: "t",
    sender: "test",
    headers: {},
    ...more,
  };
}

/** Decodes a body the way the receiver does. */
export function decode(signal: Signal, contentType: string, body: Uint8Array | string): Promise<Decoded> {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return decodeRequest(envelope(signal, contentType), bytes, { bodyBytesMax: 64 * 1024 * 1024 });
}

/** Decodes protobuf. */
export function decodeBytes(signal: "traces" | "logs", body: Uint8Array): Promise<Decoded> {
  return decode(signal, "application/x-protobuf", body);
}

/** Decodes JSON. */
export function decodeJson(signal: "traces" | "logs", body: unknown): Promise<Decoded> {
  return decode(signal, "application/json", typeof body === "string" ? body : JSON.stringify(body));
}

/** All hops of a decoded request. */
export function hops({ batch }: Decoded): DecodedHop[] {
  return decodedHops(batch);
}

/** A span that is fine as it is. */
export function span(more: Message = {}): Message {
  return {
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: "eee19b7ec3c1b174",
    name: "charge",
    kind: 2,
    startTimeUnixNano: "1788256800000000001",
    endTimeUnixNano: "1788256801000000002",
    ...more,
  };
}

/** A log record that is fine as it is. */
export function log(more: Message = {}): Message {
  return {
    timeUnixNano: "1788256800000000001",
    severityNumber: 9,
    body: { stringValue: "charged" },
    ...more,
  };
}

const SHOP = { attributes: [{ key: "service.name", value: { stringValue: "payments" } }] };
const SCOPE = { name: "shop", version: "1.2.3" };

/** An export of these spans by one service. */
export function traces(...spans: readonly unknown[]): Message {
  return { resourceSpans: [{ resource: SHOP, scopeSpans: [{ scope: SCOPE, spans }] }] };
}

/** An export of these log records by one service. */
export function logs(...logRecords: readonly unknown[]): Message {
  return { resourceLogs: [{ resource: SHOP, scopeLogs: [{ scope: SCOPE, logRecords }] }] };
}

/** A KeyValue. */
export function attribute(key: string, value: Message = { stringValue: "v" }): Message {
  return { key, value };
}

/** Bytes of a field: its number and wire type as one number, then its content with its length before it. */
export function field(tag: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(tag), varint(bytes.length), bytes]);
}

/** A varint. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

/** The bytes of one span, to be spoilt. */
export function spanBytes(more: Message = {}): Buffer {
  return Buffer.from(protobufOf("Span", span(more)));
}

/** An export of spans given as bytes, good or bad. */
export function tracesOf(...spans: readonly Uint8Array[]): Buffer {
  const scope = field(0x0a, protobufOf("Scope", SCOPE));
  const scopeSpans = Buffer.concat([scope, ...spans.map((bytes) => field(0x12, bytes))]);
  return field(0x0a, Buffer.concat([field(0x0a, protobufOf("Resource", SHOP)), field(0x12, scopeSpans)]));
}
