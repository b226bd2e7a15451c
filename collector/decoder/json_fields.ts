/**
 * Json fields: single fields of OTLP/JSON objects, checked.
 *
 *   what stands in a field → [json_fields] → text, number, time
 *
 * Absent and null are the default. Anything of another type is a `BadRecord` that names the field. The caller takes the
 * field out of its object: V8 finds a name that is written where it is read several times as fast as one passed on.
 * No field has a name that every object inherits.
 */
import { BadRecord } from "./reject.ts";
import type { Halves } from "./row.ts";

/** What `parseJson` gives: an integer of 2^53 or more is a bigint. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

/** An object out of it: its own fields only. */
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** What stands in a field of an object; undefined when it is not there, which means the same as null. */
export type Field = Json | undefined;

/** Whether it is an object, and neither a list nor null. */
export function isObject(value: Field): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string, "" by default. */
export function text(value: Field, name: string): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  throw wrong(name, "a string");
}

/** A list of objects, empty by default. */
export function objectsIn(value: Field, name: string): readonly JsonObject[] {
  if (value === null || value === undefined) return NONE;
  if (!Array.isArray(value)) throw wrong(name, "a list");
  if (!value.every(isObject)) throw wrong(name, "a list of objects");
  return value;
}

const NONE: readonly JsonObject[] = [];

/** An enum or a count: an unsigned integer of up to 32 bits, 0 by default. */
export function count(value: Field, name: string): number {
  if (value === null || value === undefined) return 0;
  const number = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 0xffffffff)
    throw wrong(name, "an unsigned integer");
  return number;
}

/** A time or another unsigned 64-bit number, as decimal text or as a number; 0 by default. */
export function uint64(value: Field, name: string): Halves {
  if (value === null || value === undefined) return ZERO;
  const isNumber = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
  const halves = halvesOf(isNumber ? BigInt(value).toString() : value);
  if (halves === null) throw wrong(name, "an unsigned 64-bit integer");
  return halves;
}

const ZERO: Halves = { low: 0, high: 0 };

/** Digits that are added at a time: 32 bits and so many more digits are still exact in a double. */
const SOME_DIGITS = 6;

/** One to twenty decimal digits as two words; null for anything else, and beyond 64 bits. A bigint would take longer. */
function halvesOf(digits: Json): Halves | null {
  if (typeof digits !== "string" || digits.length === 0 || digits.length > 20) return null;
  let [low, high] = [0, 0];
  for (let at = 0; at < digits.length; ) {
    let [some, scale] = [0, 1];
    for (const end = Math.min(at + SOME_DIGITS, digits.length); at < end; at++) {
      const digit = digits.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) return null;
      some = some * 10 + digit;
      scale *= 10;
    }
    const sum = low * scale + some;
    const carry = Math.floor(sum / 2 ** 32);
    low = sum - carry * 2 ** 32;
    high = high * scale + carry;
  }
  return high < 2 ** 32 ? { low, high } : null;
}

/** The fault of a field of the wrong type. */
export function wrong(name: string, wanted: string): BadRecord {
  return new BadRecord("type", `${name} must be ${wanted}`);
}
