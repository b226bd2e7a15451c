/**
 * Values: OTLP attributes as text, by the rule that `Attributes` states.
 *
 *   KeyValue, AnyValue → [values] → Maps, Texts
 *
 * A string goes over byte by byte; everything else is rare or short and takes the way through a JavaScript string.
 * Nested values become JSON: bytes as base64, nothing as `null`, NaN and the infinities as strings, integers in full.
 */
import { putAscii, putString, type Texts, takeText } from "./buffers.ts";
import { type Maps, takeKey } from "./maps.ts";
import { BadRecord } from "./reject.ts";
import { type Cursor, enter, fixed64, leave, length, skip, tag, varint } from "./wire.ts";

/** The attribute's own value is the first level. */
export const LEVELS_MAX = 100;

/** Appends a KeyValue to the open map. */
export function takeAttribute(c: Cursor, maps: Maps): void {
  const outer = enter(c);
  if (!takeShort(c, maps)) takeAny(c, maps);
  leave(c, outer);
}

/**
 * Appends a KeyValue that is laid out as nearly all are: a key, then a value of one string, none longer than 120 bytes.
 * Answers false, and has done nothing, when it is not. The four headers are then at known places.
 */
function takeShort(c: Cursor, maps: Maps): boolean {
  const { view, at, end } = c;
  if (end - at < 6 || end - at > SHORT_BYTES) return false;
  const keySize = view.getUint8(at + 1);
  const valueAt = at + 2 + keySize;
  const valueSize = end - valueAt - 4;
  if (valueSize < 0 || view.getUint8(at) !== 0x0a || view.getUint8(valueAt) !== 0x12) return false;
  if (view.getUint8(valueAt + 1) !== valueSize + 2) return false;
  if (view.getUint8(valueAt + 2) !== STRING || view.getUint8(valueAt + 3) !== valueSize) return false;
  c.at = at + 2;
  takeKey(maps, c, keySize);
  c.at = valueAt + 4;
  takeText(maps.values, c, valueSize);
  return true;
}

/** Every length below 128 is one byte. */
const SHORT_BYTES = 120;

function takeAny(c: Cursor, maps: Maps): void {
  const { end } = c;
  const { keyAt, keySize, valueAt, valueSize } = readKeyValue(c);
  c.at = keyAt;
  takeKey(maps, c, keySize);
  c.at = valueAt;
  c.end = valueAt + valueSize;
  takeValue(c, maps.values);
  c.end = end;
}

/** Appends the AnyValue that the cursor is in as one text. */
export function takeValue(c: Cursor, texts: Texts): void {
  const value = readValue(c);
  c.at = value.at;
  if (value.field === STRING) takeText(texts, c, value.size);
  else if (value.field === ARRAY || value.field === MAP) putString(texts, json(c, value, 1));
  else putAscii(texts, scalar(c, value));
  c.at = c.end;
}

interface KeyValue {
  readonly keyAt: number;
  readonly keySize: number;
  readonly valueAt: number;
  readonly valueSize: number;
}

function readKeyValue(c: Cursor): KeyValue {
  let keyAt = c.at;
  let keySize = 0;
  let valueAt = c.at;
  let valueSize = 0;
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x0a) {
      keySize = length(c);
      keyAt = c.at;
      c.at += keySize;
    } else if (field === 0x12) {
      valueSize = length(c);
      valueAt = c.at;
      c.at += valueSize;
    } else skip(c, field);
  }
  return { keyAt, keySize, valueAt, valueSize };
}

const STRING = 0x0a;
const BOOL = 0x10;
const INT = 0x18;
const DOUBLE = 0x21;
const ARRAY = 0x2a;
const MAP = 0x32;
const BYTES = 0x3a;

/** What an AnyValue holds: of several the last, as the wire format says of a oneof. `field` is 0 for none. */
interface Value {
  readonly field: number;
  /** where its bytes are */
  readonly at: number;
  readonly size: number;
  /** its number */
  readonly low: number;
  readonly high: number;
}

function readValue(c: Cursor): Value {
  let field = 0;
  let { at } = c;
  let size = 0;
  let low = 0;
  let high = 0;
  while (c.at < c.end) {
    const next = tag(c);
    if (next === BOOL || next === INT) low = varint(c);
    else if (next === DOUBLE) low = fixed64(c);
    else if (next === STRING || next === ARRAY || next === MAP || next === BYTES) {
      size = length(c);
      at = c.at;
      c.at += size;
    } else {
      skip(c, next);
      continue;
    }
    high = c.high;
    field = next;
  }
  return { field, at, size, low, high };
}

function scalar(c: Cursor, { field, at, size, low, high }: Value): string {
  if (field === BOOL) return low === 0 && high === 0 ? "false" : "true";
  if (field === INT) return integer(low, high);
  if (field === DOUBLE) return String(double(low, high));
  if (field === BYTES) return Buffer.from(c.bytes.subarray(at, at + size)).toString("base64");
  return "";
}

function integer(low: number, high: number): string {
  if (high === 0) return String(low);
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString();
}

const halves = new Uint32Array(2);
const whole = new Float64Array(halves.buffer);

function double(low: number, high: number): number {
  halves[0] = low;
  halves[1] = high;
  return whole[0] ?? 0;
}

function json(c: Cursor, value: Value, level: number): string {
  const { field, at, size, low, high } = value;
  if (level > LEVELS_MAX)
    throw new BadRecord("depth", `A value is nested more than ${LEVELS_MAX} levels deep`);
  if (field === 0) return "null";
  if (field === STRING) return JSON.stringify(textOf(c, at, size));
  if (field === BOOL || field === INT) return scalar(c, value);
  if (field === DOUBLE && Number.isFinite(double(low, high))) return scalar(c, value);
  if (field === DOUBLE || field === BYTES) return JSON.stringify(scalar(c, value));
  const { at: back, end } = c;
  c.at = at;
  c.end = at + size;
  const text = field === ARRAY ? `[${items(c, level)}]` : `{${members(c, level)}}`;
  c.at = back;
  c.end = end;
  return text;
}

function items(c: Cursor, level: number): string {
  const texts: string[] = [];
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x0a) {
      const outer = enter(c);
      texts.push(json(c, readValue(c), level + 1));
      leave(c, outer);
    } else skip(c, field);
  }
  return texts.join(",");
}

function members(c: Cursor, level: number): string {
  const texts: string[] = [];
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x0a) {
      const outer = enter(c);
      texts.push(member(c, level));
      leave(c, outer);
    } else skip(c, field);
  }
  return texts.join(",");
}

function member(c: Cursor, level: number): string {
  const { end } = c;
  const { keyAt, keySize, valueAt, valueSize } = readKeyValue(c);
  const key = JSON.stringify(textOf(c, keyAt, keySize));
  c.at = valueAt;
  c.end = valueAt + valueSize;
  const text = json(c, readValue(c), level + 1);
  c.end = end;
  return `${key}:${text}`;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(c: Cursor, at: number, size: number): string {
  try {
    return utf8.decode(c.bytes.subarray(at, at + size));
  } catch {
    throw new BadRecord("utf8", `The string at byte ${at} is not valid UTF-8`);
  }
}
