/**
 * Keys: the business identifiers that a hop carries, read out of it by the declared sources.
 *
 *   Hop → [keys] → stitch
 *
 * Pure, and done at reading time from the raw fact, so a changed declaration also holds for what is already stored.
 * A place is the hop itself, each of its events, each of its links; the resource counts only when no place has the kind.
 * In one place the first source that has a value wins, unless the kind is `many`; an array is one key per element.
 * Values become text by one rule: trimmed, case kept, 42 = "42", an integer to its last digit. None are: empty ones,
 * those over 512 characters, and what programs write when they have no value (`null`, `undefined`, …): an id that
 * everybody carries identifies nobody.
 */
import { parseJson } from "../collector/decoder/json_digits.ts";
import type { Json } from "../collector/decoder/json_fields.ts";
import { jsonText } from "../collector/decoder/json_text.ts";
import type { Attributes, Hop } from "../collector/hop.ts";
import type { KeyKind, KeySource } from "./definitions.ts";

/** Kind → values, kinds by authority, values in the order found, none twice. */
export type Keys = ReadonlyMap<string, readonly string[]>;

/** A longer value is no key, and nothing can be looked up by it; UTF-16 units. */
export const KEY_CHARACTERS_MAX = 512;

/** In lower case. */
const NO_VALUES = new Set([
  "null",
  "nil",
  "none",
  "undefined",
  "unknown",
  "nan",
  "n/a",
  "-",
  "00000000-0000-0000-0000-000000000000",
]);
const NO_VALUE_CHARACTERS_MAX = 36;

/** What of a hop can hold keys. */
export type KeyHolder = Pick<Hop, "kind" | "attributes" | "events" | "links" | "resource" | "body">;

/**
 * Every key on a hop, those on its events and links included.
 *
 * @param leftOut  takes the kind of each value that is too long to be a key
 */
export function keysOf(hop: KeyHolder, kinds: readonly KeyKind[], leftOut: string[] = []): Keys {
  const keys = new Map<string, readonly string[]>();
  for (const kind of kinds) {
    const found: string[] = [];
    addValues(found, kind, { attributes: hop.attributes, hop });
    for (const { attributes } of hop.events) addValues(found, kind, { attributes, hop: null });
    for (const { attributes } of hop.links) addValues(found, kind, { attributes, hop: null });
    if (!found.some(isKey)) addValues(found, kind, { attributes: hop.resource, hop: null });
    if (found.length === 0) continue;
    const values = found.filter(isKey);
    for (let long = found.length - values.length; long > 0; long--) leftOut.push(kind.kind);
    // A copy has no room for more: an array that was pushed to keeps sixteen places.
    if (values.length > 0) keys.set(kind.kind, values.slice());
  }
  return keys;
}

function isKey(value: string): boolean {
  return value.length <= KEY_CHARACTERS_MAX;
}

/** The keys in one set of attributes alone, such as those of a link. */
export function keysIn(attributes: Attributes, kinds: readonly KeyKind[]): Keys {
  const keys = new Map<string, readonly string[]>();
  if (attributes.size === 0) return keys;
  for (const kind of kinds) {
    const found: string[] = [];
    addValues(found, kind, { attributes, hop: null });
    const values = found.filter(isKey);
    if (values.length > 0) keys.set(kind.kind, values);
  }
  return keys;
}

/** `order.id=ORD-42`, as evidence and refs write it. */
export function keyText(kind: string, value: string): string {
  return `${kind}=${value}`;
}

/** `name@version` of the message schema that a hop says it follows, or null. Of a schema's URI the last segment. */
export function contractOf(hop: Hop): string | null {
  const said = hop.attributes.get("waybill.contract") ?? hop.attributes.get("dataschema") ?? "";
  return said.split("/").findLast((segment) => segment !== "") ?? null;
}

/** Where values are looked for. */
interface Holding {
  readonly attributes: Attributes;
  /** the hop itself when its own attributes are looked at, for what only it has: body, CloudEvent context */
  readonly hop: KeyHolder | null;
}

/** Adds the values of a place, each once. Those too long to be keys are among them. */
function addValues(found: string[], { from, many }: KeyKind, { attributes, hop }: Holding): void {
  for (const source of from) {
    const raw = rawValue(source, attributes, hop);
    if (raw !== null && addNormalised(found, raw) && !many) return;
  }
}

function rawValue(source: KeySource, attributes: Attributes, hop: KeyHolder | null): string | null {
  switch (source.kind) {
    case "attribute":
      return attributes.get(source.name) ?? null;
    case "pointer":
      return pointed(attributes.get(source.attribute), source.pointer);
    case "cloudevent":
      return hop?.kind === "cloudevent" ? (attributes.get(source.name) ?? null) : null;
    case "body":
      return hop?.kind === "log" ? source.pattern.find(hop.body) : null;
  }
}

/** Answers whether any of it can be a key. */
function addNormalised(found: string[], raw: string): boolean {
  const text = raw.trim();
  const list = text.startsWith("[") && text.endsWith("]") ? parsedJson(text) : null;
  if (!Array.isArray(list)) return addScalar(found, text);
  let isAny = false;
  for (const element of list) if (isScalar(element) && addScalar(found, String(element).trim())) isAny = true;
  return isAny;
}

function addScalar(found: string[], text: string): boolean {
  if (text === "") return false;
  if (text.length <= NO_VALUE_CHARACTERS_MAX && NO_VALUES.has(text.toLowerCase())) return false;
  if (!found.includes(text)) found.push(text);
  return isKey(text);
}

/** RFC 6901: the scalar, or array of scalars, that a JSON pointer finds inside a JSON text. */
function pointed(text: string | undefined, pointer: string): string | null {
  if (text === undefined) return null;
  let at = parsedJson(text);
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return null;
    at = Reflect.get(at, name) as Json; // own members of Json are Json
  }
  if (isScalar(at)) return String(at);
  return Array.isArray(at) ? jsonText(at.filter(isScalar)) : null;
}

function parsedJson(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return null; // not JSON is an ordinary value here, not an error
  }
}

/** Whether it can be a key. What overflows a number is Infinity, whoever's id it was. */
function isScalar(value: Json): value is string | number | bigint | boolean {
  return Number.isFinite(value) || ["string", "bigint", "boolean"].includes(typeof value);
}
