/**
 * Letter record: the one record in a dead letter as JSON, to be looked at and to be mended.
 *
 *   letter → [letter_record] → record, resource → mended by hand → [letter_record] → letter
 *
 * Pure. A mended record becomes a body in JSON, whatever it came in: what the decoder reads is the same either way.
 */
import { parseJson } from "../collector/decoder/json_digits.ts";
import { isObject, type Json, type JsonObject } from "../collector/decoder/json_fields.ts";
import { JSON_LOGS, JSON_SPANS } from "../collector/decoder/json_records.ts";
import { jsonText } from "../collector/decoder/json_text.ts";
import { legible } from "../collector/decoder/legible.ts";
import { singleJsonExport } from "../collector/decoder/single.ts";
import { mediaTypeOf } from "../collector/door.ts";
import { Failure } from "../errors.ts";
import { BODY_REASON } from "./letter_block.ts";
import type { WholeLetter } from "./letter_store.ts";

/** What is in a letter; parts that are not there, or cannot be read, are null. */
export interface LetterRecord {
  readonly record: Json;
  readonly resource: Json;
  readonly scope: Json;
  /** why not all of it could be read; null when it could */
  readonly fault: string | null;
}

const NOTHING: LetterRecord = { record: null, resource: null, scope: null, fault: null };
const STRUCTURED = "application/cloudevents+json";

/** The record in a letter, as far as it can be read. */
export function recordOf(letter: WholeLetter): LetterRecord {
  if (letter.bytes.length === 0) return { ...NOTHING, fault: "It was too large to be kept." };
  if (letter.reason === BODY_REASON)
    return { ...NOTHING, fault: "It is a whole body, and no record of it can be told." };
  if (letter.signal === "events") return eventIn(letter);
  if (mediaTypeOf(letter.contentType) === "application/json")
    return partsOf(letter, parsed(letter.bytes), null);
  const { value, fault } = legible(letter.signal, letter.bytes);
  return partsOf(letter, value as Json, fault); // made of objects, lists and scalars only
}

function partsOf({ signal }: WholeLetter, body: Json, fault: string | null): LetterRecord {
  const [senders, scopes, records] = levelsOf(signal);
  const sender = first(body, senders);
  const scoped = first(sender, scopes);
  return {
    record: first(scoped, records),
    resource: within(sender, "resource"),
    scope: within(scoped, "scope"),
    fault,
  };
}

function levelsOf(signal: WholeLetter["signal"]) {
  return signal === "traces" ? JSON_SPANS.levels : JSON_LOGS.levels;
}

function first(of: Json, name: string): Json {
  const list = within(of, name);
  return Array.isArray(list) ? (list[0] ?? null) : null;
}

function within(of: Json, name: string): Json {
  return isObject(of) && Object.hasOwn(of, name) ? (of[name] ?? null) : null;
}

function parsed(bytes: Uint8Array): Json {
  try {
    return parseJson(Buffer.from(bytes).toString("utf8"));
  } catch {
    return null; // shown as nothing; the letter says why it was refused
  }
}

/** An event of binary mode in the form of structured mode. Header values stay as they came. */
function eventIn({ contentType, headers, bytes }: WholeLetter): LetterRecord {
  if (mediaTypeOf(contentType) === STRUCTURED) return { ...NOTHING, record: parsed(bytes) };
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith("ce-"));
  const record = Object.fromEntries(attributes.map(([name, value]) => [name.slice(3), value]));
  const type = contentType === "" ? {} : { datacontenttype: contentType };
  return { ...NOTHING, record: { ...record, ...type, data: Buffer.from(bytes).toString("utf8") } };
}

/** What to change of a record: all of it, or the parts that a JSON merge patch (RFC 7386) names. */
export interface Mending {
  readonly record?: Json | undefined;
  readonly patch?: Json | undefined;
  /** a resource in place of the one it came with */
  readonly resource?: Json | undefined;
}

/**
 * The letter with another record in it.
 *
 * @throws {Failure} `bad_request` when there is nothing to mend: a whole body, or a record that was not kept
 */
export function mended(letter: WholeLetter, mending: Mending): WholeLetter {
  const { record, resource, scope, fault } = recordOf(letter);
  const isWhole =
    letter.reason === BODY_REASON || (letter.bytes.length === 0 && mending.record === undefined);
  if (isWhole) throw new Failure("bad_request", fault ?? "");
  const base = mending.record === undefined ? record : mending.record;
  const next = mending.patch === undefined ? base : merged(base, mending.patch);
  if (letter.signal === "events") {
    const headers = Object.entries(letter.headers).filter(([name]) => !name.startsWith("ce-"));
    const bytes = Buffer.from(jsonText(next));
    return { ...letter, contentType: STRUCTURED, headers: Object.fromEntries(headers), bytes };
  }
  const bytes = singleJsonExport({
    levels: levelsOf(letter.signal),
    sender: { resource: mending.resource === undefined ? resource : mending.resource },
    scoped: { scope },
    record: next,
  });
  return { ...letter, contentType: "application/json", bytes };
}

/** RFC 7386: null takes a member away, an object goes into an object, anything else replaces. */
function merged(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const members = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined) members.delete(name);
    else members.set(name, merged(members.get(name) ?? null, value));
  }
  return Object.fromEntries(members) satisfies JsonObject;
}
