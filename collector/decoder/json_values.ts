/**
 * Json values: attributes of OTLP/JSON as text, by the rule that `Attributes` states.
 *
 *   KeyValue, AnyValue → [json_values] → Maps, text
 *
 * The counterpart of values.ts: both write the same text for the same value.
 */
import { putString } from "./buffers.ts";
import { entryOf } from "./dictionary.ts";
import { type Field, isObject, type Json, type JsonObject, objectsIn, text, wrong } from "./json_fields.ts";
import { type Maps, putKey } from "./maps.ts";
import { BadRecord } from "./reject.ts";
import { LEVELS_MAX } from "./values.ts";

/** Appends the field `attributes` of an object to the open map. */
export function putAttributes(of: JsonObject, maps: Maps): void {
  for (const attribute of objectsIn(of["attributes"], "attributes")) {
    putKey(maps, entryOf(maps.dictionary, text(attribute["key"], "key")));
    putString(maps.values, valueText(attribute["value"]));
  }
}

/** An AnyValue as text; "" for none. */
export function valueText(value: Field): string {
  const { name, inner } = alternative(value);
  if (name === "stringValue") return plain(inner, name);
  if (name === "arrayValue" || name === "kvlistValue") return nested(value, 1);
  return name === null ? "" : scalar(inner, name);
}

/** Of several the last in this order counts. */
const ALTERNATIVES = [
  "stringValue",
  "boolValue",
  "intValue",
  "doubleValue",
  "arrayValue",
  "kvlistValue",
  "bytesValue",
] as const;
const RANKS = new Map<string, number>(ALTERNATIVES.map((name, rank) => [name, rank]));

interface Alternative {
  readonly name: (typeof ALTERNATIVES)[number] | null;
  readonly inner: Json;
}

function alternative(value: Field): Alternative {
  if (value === null || value === undefined) return { name: null, inner: null };
  if (!isObject(value)) throw wrong("value", 'an object such as {"stringValue": …}');
  let found = -1;
  let inner: Json = null;
  // It has one field, as a rule: to look for each of seven would take longer than all else about a value.
  for (const name in value) {
    const rank = RANKS.get(name) ?? -1;
    const field = value[name] ?? null;
    if (rank > found && field !== null) [found, inner] = [rank, field];
  }
  return { name: ALTERNATIVES[found] ?? null, inner };
}

function plain(inner: Json, name: string): string {
  if (typeof inner !== "string") throw wrong(name, "a string");
  return inner;
}

function scalar(inner: Json, name: string): string {
  if (name === "boolValue") {
    if (typeof inner !== "boolean") throw wrong(name, "true or false");
    return String(inner);
  }
  if (name === "intValue") return integer(inner);
  if (name === "doubleValue") return String(double(inner));
  return Buffer.from(plain(inner, name), "base64").toString("base64");
}

function integer(inner: Json): string {
  const isText = typeof inner === "string" && /^-?\d{1,19}$/.test(inner);
  const isNumber = typeof inner === "bigint" || (typeof inner === "number" && Number.isInteger(inner));
  if (!isText && !isNumber) throw wrong("intValue", "an integer");
  const number = BigInt(inner);
  if (number !== BigInt.asIntN(64, number)) throw wrong("intValue", "an integer of 64 bits");
  return number.toString();
}

function double(inner: Json): number {
  if (typeof inner === "number" || typeof inner === "bigint") return Number(inner);
  const named =
    typeof inner === "string" && /^(?:NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(inner);
  if (!named) throw wrong("doubleValue", "a number");
  return Number(inner);
}

/** A value inside another, as JSON: bytes as base64, nothing as null, NaN and the infinities as strings. */
function nested(value: Field, level: number): string {
  if (level > LEVELS_MAX)
    throw new BadRecord("depth", `A value is nested more than ${LEVELS_MAX} levels deep`);
  const { name, inner } = alternative(value);
  if (name === null) return "null";
  if (name === "stringValue") return JSON.stringify(plain(inner, name));
  if (name === "bytesValue") return JSON.stringify(scalar(inner, name));
  if (name === "doubleValue" && !Number.isFinite(double(inner))) return JSON.stringify(scalar(inner, name));
  if (name !== "arrayValue" && name !== "kvlistValue") return scalar(inner, name);
  if (!isObject(inner)) throw wrong(name, "an object");
  if (name === "arrayValue") return `[${elementsOf(inner).map((element) => nested(element, level + 1))}]`;
  const members = objectsIn(inner["values"], "values").map(
    (member) => `${JSON.stringify(text(member["key"], "key"))}:${nested(member["value"], level + 1)}`,
  );
  return `{${members}}`;
}

function elementsOf(array: JsonObject): readonly Json[] {
  const values = array["values"] ?? null;
  if (values === null) return [];
  if (!Array.isArray(values)) throw wrong("values", "a list");
  return values;
}
