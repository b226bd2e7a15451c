/**
 * Values: OTLP attributes as text, by the rule that `Attributes` states.
 *
 *   KeyValue, AnyValue → [values] → Maps, Texts
 *
 * A string goes over byte by byte; everything else is rare or short and takes the way through a JavaScript string.
 * Nested values become JSON: bytes as base64, nothing as `null`, NaN and the infinities as strings, integers in full.
 */
import { putAscii, putDecimal, putString, type Texts, takeShortText, takeText } from "./buffers.ts";
import { type Maps, takeKey } from "./maps.ts";
import { BadRecord } from "./reject.ts";
import { type Cursor, enter, fixed64, leave, length, skip, tag, varint } from "./wire.ts";

/** The attribute's own value is the first level. */
export const LEVELS_MAX = 100;

/** Appends a KeyValue to the open map, and with it those of the same field that follow it at once. */
export function takeAttributes(c: Cursor, maps: Maps, field: number): void {
  const { bytes } = c;
  for (;;) {
    if (!takeShort(c, maps)) takeLong(c, maps);
    if (c.at >= c.end || bytes[c.at] !== field) return;
    c.at += 1;
  }
}

function takeLong(c: Cursor, maps: Maps): void {
  const outer = enter(c);
  takeAny(c, maps);
  leave(c, outer);
}

/**
 * Appends a KeyValue that is laid out as nearly all are: below 128 bytes, a key, then a value of one string or of one
 * small number. Its headers are then at known places. Answers false, and has done nothing, when it is not.
 */
function takeShort(c: Cursor, maps: Maps): boolean {
  const { bytes, at } = c;
  const size = bytes[at] ?? 0;
  const end = at + 1 + size;
  const keySize = bytes[at + 2] ?? 0;
  const valueAt = at + 3 + keySize;
  // Nothing is read as what it is not: whatever lies behind the end of the message fails the comparison of the sizes.
  if (size > 127 || end > c.end || bytes[at + 1] !== 0x0a || keySize > size) return false;
  if (bytes[valueAt] !== 0x12 || bytes[valueAt + 1] !== end - valueAt - 2) return false;
  const field = bytes[valueAt + 2];
  if (field === STRING && bytes[valueAt + 3] === end - valueAt - 4) {
    c.at = at + 3;
    takeKey(maps, c, keySize);
    c.at = valueAt + 4;
    takeShortText(maps.values, c, end - valueAt - 4);
    return true;
  }
  return field === INT && takeSmall(c, maps);
}

/** The same for a number of one or two bytes, which is most that are not identifiers. */
function takeSmall(c: Cursor, maps: Maps): boolean {
  const { bytes, at } = c;
  const end = at + 1 + (bytes[at] ?? 0);
  const keySize = bytes[at + 2] ?? 0;
  const numberAt = at + 6 + keySize;
  const low = bytes[numberAt] ?? 0;
  const high = bytes[numberAt + 1] ?? 0;
  const isOne = end === numberAt + 1 && low < 128;
  const isTwo = end === numberAt + 2 && low > 127 && high < 128;
  if (!isOne && !isTwo) return false;
  c.at = at + 3;
  takeKey(maps, c, keySize);
  putDecimal(maps.values, isOne ? low : (low & 127) | (high << 7));
  c.at = end;
  return true;
}

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
  else if (value.field === INT && value.high === 0 && value.low < SMALL) putDecimal(texts, value.low);
  else putAscii(texts, scalar(c, value));
  c.at = c.end;
}

/** What `putDecimal` takes. */
const SMALL = 0x7fffffff;

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
