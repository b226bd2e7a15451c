/**
 * CloudEvents: version 1.0 over HTTP, in its three modes, into columns.
 *
 *   headers + body → [cloudevents] → HopColumns
 *
 * Context attributes become attributes under their own names. An event is the pair of its source and id. The
 * `traceparent` extension names the trace in which the event began, however many hops ago, so it becomes a link; the
 * header of the same name is the hop that brought it here, so that is the parent.
 *
 * @see https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md
 */
import { isUtf8 } from "node:buffer";
import { Failure } from "../../errors.ts";
import type { RejectedItem } from "../decode.ts";
import { push, putString } from "./buffers.ts";
import { dropRow, type HopColumns, linksOf, openRow } from "./columns.ts";
import { entryOf } from "./dictionary.ts";
import { identify, sealRow } from "./identity.ts";
import { parseJson } from "./json_digits.ts";
import { isObject, type Json, type JsonObject } from "./json_fields.ts";
import { isDeeper, jsonText } from "./json_text.ts";
import { closeMap, putKey } from "./maps.ts";
import { newRefusals, type Refusals, refuse } from "./refuse.ts";
import { attempt, BadRecord } from "./reject.ts";
import { putHexId, putTimes } from "./row.ts";
import { openNamed, openScope } from "./senders.ts";
import { LEVELS_MAX } from "./values.ts";

/** One event, before it is checked. */
interface RawEvent {
  readonly attributes: ReadonlyMap<string, string>;
  readonly data: string;
  /** transport `traceparent` */
  readonly parent: string;
}

const REQUIRED = ["id", "source", "type"] as const;
const NAME = /^[a-z0-9]{1,64}$/;

/**
 * Version ff is forbidden, version 00 ends with its flags (55 characters), and what higher ones add follows a dash.
 *
 * @see https://www.w3.org/TR/trace-context/#versioning-of-traceparent
 */
const TRACEPARENT = /^(?!ff|00-.{53})[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;

/**
 * Reads one event in structured mode, or a batch.
 *
 * @throws {Failure} `malformed` when the body as a whole is not what its content type says
 */
export function takeStructured(
  body: Uint8Array,
  columns: HopColumns,
  { isBatch, headers }: StructuredHead,
): RejectedItem[] {
  const value = parsed(body);
  if (isBatch !== Array.isArray(value))
    throw new Failure("malformed", isBatch ? "A batch must be a list." : "An event must be an object.");
  const events: readonly Json[] = Array.isArray(value) ? value : [value];
  const rejected = newRefusals();
  events.forEach((event, index) => {
    const where = isBatch ? `[${index}]` : "";
    const bytes = () => Buffer.from(jsonText(event));
    takeOne(columns, rejected, { where, bytes, read: () => structured(event, headers) });
  });
  return rejected.items;
}

/** Reads the event that headers and body make together. */
export function takeBinary(body: Uint8Array, columns: HopColumns, head: BinaryHead): RejectedItem[] {
  const rejected = newRefusals();
  takeOne(columns, rejected, { where: "", bytes: () => body, read: () => binary(body, head) });
  return rejected.items;
}

/** What stands outside of events in structured mode. */
export interface StructuredHead {
  readonly isBatch: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** What stands in the headers of an event in binary mode. */
export interface BinaryHead {
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
}

interface Reading {
  readonly where: string;
  readonly bytes: () => Uint8Array;
  readonly read: () => RawEvent;
}

function takeOne(columns: HopColumns, rejected: Refusals, { where, bytes, read }: Reading): void {
  const bad = attempt(() => putEvent(read(), columns));
  if (bad === null) return;
  dropRow(columns);
  refuse(rejected, bad, { where, bytes });
}

function parsed(body: Uint8Array): Json {
  try {
    return parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch (cause) {
    throw new Failure("malformed", "It is not JSON.", cause);
  }
}

function structured(event: Json, headers: StructuredHead["headers"]): RawEvent {
  if (!isObject(event)) throw new BadRecord("attribute", "An event must be an object");
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries(event)) {
    if (name === "data" || name === "data_base64" || value === null || value === undefined) continue;
    if (typeof value === "object")
      throw new BadRecord("attribute", `The attribute ${shown(name)} must be a scalar`);
    attributes.set(name, String(value));
  }
  return { attributes, data: dataIn(event), parent: headers["traceparent"] ?? "" };
}

function dataIn(event: JsonObject): string {
  const encoded = event["data_base64"];
  if (typeof encoded === "string") return textOrBase64(Buffer.from(encoded, "base64"));
  const data = event["data"] ?? null;
  if (data === null || typeof data === "string") return data ?? "";
  if (isDeeper(data, LEVELS_MAX))
    throw new BadRecord("depth", `The data is nested more than ${LEVELS_MAX} levels deep`);
  return jsonText(data);
}

function binary(body: Uint8Array, { headers, contentType }: BinaryHead): RawEvent {
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("ce-")) attributes.set(name.slice(3), headerText(name, value));
  }
  if (contentType !== "") attributes.set("datacontenttype", contentType);
  return { attributes, data: textOrBase64(body), parent: headers["traceparent"] ?? "" };
}

/** Quotes taken off, then one round of percent-decoding. A `%` of nothing stands for itself: not all senders encode it. */
function headerText(name: string, value: string): string {
  const unquoted = /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/gs, "$1") : value;
  try {
    return unquoted.replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch {
    throw new BadRecord("utf8", `The header ${shown(name)} is not percent-encoded UTF-8`);
  }
}

function textOrBase64(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString(isUtf8(buffer) ? "utf8" : "base64");
}

function putEvent({ attributes, data, parent }: RawEvent, columns: HopColumns): void {
  check(attributes);
  const of = (name: string) => attributes.get(name) ?? "";
  openNamed(columns, of("source"));
  openScope(columns, "", "");
  const row = openRow(columns, 3);
  columns.fixed.name[row] = entryOf(columns.names, of("type"));
  for (const [name, value] of attributes) {
    // What an event says of its data is JSON unless it says otherwise, so saying it adds nothing.
    if (name === "datacontenttype" && /^application\/json\b/i.test(value)) continue;
    putKey(columns.attributes, entryOf(columns.attributes.dictionary, name));
    putString(columns.attributes.values, value);
  }
  putString(columns.body, data);
  putContexts(columns, of("traceparent"), parent);
  if (of("time") !== "") putInstant(columns, of("time"));
  identify(columns, Buffer.from(`${of("source")}\n${of("id")}`));
  sealRow(columns);
}

function check(attributes: ReadonlyMap<string, string>): void {
  const missing = REQUIRED.find((name) => (attributes.get(name) ?? "") === "");
  if (missing !== undefined) throw new BadRecord("attribute", `The attribute ${missing} is missing`);
  if (attributes.get("specversion") !== "1.0") throw new BadRecord("attribute", 'specversion must be "1.0"');
  const odd = [...attributes.keys()].find((name) => !NAME.test(name));
  if (odd !== undefined)
    throw new BadRecord("attribute", `${shown(odd)} is not a name of lowercase letters and digits`);
}

function putContexts(columns: HopColumns, origin: string, transport: string): void {
  const { fixed, rows } = columns;
  const [, trace = "", span = ""] = TRACEPARENT.exec(transport) ?? [];
  if (putHexId(trace, { words: fixed.traceId, width: 4, row: rows }))
    putHexId(span, { words: fixed.parentId, width: 2, row: rows });
  const [, originTrace = "", originSpan = ""] = TRACEPARENT.exec(origin) ?? [];
  const [traceWords, spanWords] = [new Uint32Array(4), new Uint32Array(2)];
  const isTrace = putHexId(originTrace, { words: traceWords, width: 4, row: 0 });
  if (!isTrace || !putHexId(originSpan, { words: spanWords, width: 2, row: 0 })) return;
  const links = linksOf(columns);
  for (const part of traceWords) push(links.traceIds, part);
  for (const part of spanWords) push(links.spanIds, part);
  closeMap(links.attributes);
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|z|[+-]\d\d:\d\d)$/;

function putInstant(columns: HopColumns, time: string): void {
  const [, seconds = "", fraction = "", zone = ""] = RFC_3339.exec(time) ?? [];
  const ms = Date.parse(`${seconds.replace(/[t ]/, "T")}${zone.toUpperCase()}`);
  if (Number.isNaN(ms)) throw new BadRecord("type", "time must be an RFC 3339 time");
  const ns = ms < 0 ? 0n : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
  const halves = { low: Number(ns & 0xffffffffn), high: Number(ns >> 32n) };
  putTimes(columns, halves, halves);
}

/** A name from outside, fit for one line. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}
