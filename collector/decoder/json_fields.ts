/**
 * Json fields: single fields of OTLP/JSON objects, checked.
 *
 *   object, name → [json_fields] → text, number, time
 *
 * Absent and null are the default. Anything of another type is a `BadRecord` that names the field.
 */
import { BadRecord } from "./reject.ts";
import type { Halves } from "./row.ts";

/** What `parseJson` gives: an integer of 2^53 or more is a bigint. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

/** An object out of it: its own fields only. */
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** Whether it is an object, and neither a list nor null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string, "" by default. */
export function text(of: JsonObject, name: string): string {
  const value = own(of, name);
  if (value === null) return "";
  if (typeof value !== "string") throw wrong(name, "a string");
  return value;
}

/** A list of objects, empty by default. */
export function objectsIn(of: JsonObject, name: string): JsonObject[] {
  const value = own(of, name);
  if (value === null) return [];
  if (!Array.isArray(value)) throw wrong(name, "a list");
  return value.map((element) => {
    if (!isObject(element)) throw wrong(name, "a list of objects");
    return element;
  });
}

/** An enum or a count: an unsigned integer of up to 32 bits, 0 by default. */
export function count(of: JsonObject, name: string): number {
  const value = own(of, name);
  if (value === null) return 0;
  const number = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 0xffffffff)
    throw wrong(name, "an unsigned integer");
  return number;
}

/** A time or another unsigned 64-bit number, as decimal text or as a number; 0 by default. */
export function uint64(of: JsonObject, name: string): Halves {
  const value = own(of, name);
  if (value === null) return { low: 0, high: 0 };
  const isText = typeof value === "string" && /^\d{1,20}$/.test(value);
  const isNumber = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
  if (!isText && !(isNumber && value >= 0)) throw wrong(name, "an unsigned 64-bit integer");
  const number = BigInt(value);
  if (number > 0xffffffffffffffffn) throw wrong(name, "an unsigned 64-bit integer");
  return { low: Number(number & 0xffffffffn), high: Number(number >> 32n) };
}

/** The field itself; null when it is absent. Never one that every object inherits. */
export function own(of: JsonObject, name: string): Json {
  return (Object.hasOwn(of, name) ? of[name] : null) ?? null;
}

/** The fault of a field of the wrong type. */
export function wrong(name: string, wanted: string): BadRecord {
  return new BadRecord("type", `${name} must be ${wanted}`);
}
