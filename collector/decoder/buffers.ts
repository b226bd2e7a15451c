/**
 * Buffers: memory that grows at its end, in the layout in which ClickHouse wants columns.
 *
 *   decoder → [Bytes, Words, Texts] → columns, native blocks
 *
 * `Texts` is a Native `String` column: each text as a varint of its length and its UTF-8, one after the other. A
 * protobuf string has the same layout, so a text goes from the wire to the store without ever being a JavaScript
 * string. Promises that every text in it is valid UTF-8.
 */
import { isUtf8 } from "node:buffer";
import { newBytesArray, newWordsArray } from "./columns_memory.ts";
import { BadRecord } from "./reject.ts";
import { type Cursor, cursor } from "./wire.ts";

/** Bytes that grow at the end. Only the first `length` of `data` mean anything. */
export interface Bytes {
  data: Uint8Array;
  view: DataView;
  length: number;
}

/** 32-bit numbers that grow at the end. */
export interface Words {
  data: Uint32Array;
  length: number;
}

/** A Native `String` column, with where each text starts. */
export interface Texts {
  readonly bytes: Bytes;
  readonly starts: Words;
}

/** No bytes yet. */
export function newBytes(capacity: number): Bytes {
  const data = newBytesArray(capacity);
  return { data, view: viewOf(data), length: 0 };
}

/** No numbers yet. */
export function newWords(capacity: number): Words {
  return { data: newWordsArray(capacity), length: 0 };
}

/** No texts yet. */
export function newTexts(count: number, bytes: number): Texts {
  return { bytes: newBytes(bytes), starts: newWords(count) };
}

/** Makes room for so many more bytes. */
export function reserve(bytes: Bytes, more: number): void {
  const wanted = bytes.length + more;
  if (wanted <= bytes.data.length) return;
  const data = newBytesArray(Math.max(wanted, bytes.data.length * 2));
  data.set(bytes.data.subarray(0, bytes.length));
  bytes.data = data;
  bytes.view = viewOf(data);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Appends one number. */
export function push(words: Words, value: number): void {
  if (words.length === words.data.length) {
    const data = newWordsArray(Math.max(16, words.length * 2));
    data.set(words.data);
    words.data = data;
  }
  words.data[words.length++] = value;
}

/** The number at `index`, 0 before the first. */
export function word(words: Words, index: number): number {
  return words.data[index] ?? 0;
}

/** Appends a number of up to 32 bits as a varint. The caller has reserved five bytes. */
export function putVarint(bytes: Bytes, value: number): void {
  const { data } = bytes;
  let rest = value;
  for (; rest > 127; rest >>>= 7) data[bytes.length++] = (rest & 127) | 128;
  data[bytes.length++] = rest;
}

/** Appends the next bytes of a message as they are. */
export function takeBytes(bytes: Bytes, c: Cursor, size: number): void {
  reserve(bytes, size);
  bytes.data.set(c.bytes.subarray(c.at, c.at + size), bytes.length);
  bytes.length += size;
  c.at += size;
}

/** A long copy is quicker through the engine, whose call costs as much as this many bytes by hand. */
const SHORT_BYTES = 256;

/** Appends the next bytes of a message, known to be all there, as one text. */
export function takeText(texts: Texts, c: Cursor, size: number): void {
  const { bytes, starts } = texts;
  push(starts, bytes.length);
  reserve(bytes, size + 5);
  putVarint(bytes, size);
  if (size > SHORT_BYTES || copyShort(bytes, c, size) !== 0) checkUtf8(texts, c, size);
  if (size > SHORT_BYTES) takeBytes(bytes, c, size);
  else {
    bytes.length += size;
    c.at += size;
  }
}

/** Appends the next bytes of a message, known to be all there and fewer than 128, as one text. */
export function takeShortText(texts: Texts, c: Cursor, size: number): void {
  const { bytes, starts } = texts;
  push(starts, bytes.length);
  if (bytes.length + size >= bytes.data.length) reserve(bytes, size + 1);
  bytes.data[bytes.length++] = size;
  if (copyShort(bytes, c, size) !== 0) checkUtf8(texts, c, size);
  bytes.length += size;
  c.at += size;
}

/** Copies behind the end. Answers what is not ASCII in it, or-ed together: 0 for a text that is. */
function copyShort(bytes: Bytes, c: Cursor, size: number): number {
  if (size < 4) return copyTiny(bytes, c, size);
  const { view: to, length: start } = bytes;
  const { view: from, at } = c;
  const last = size - 4;
  let seen = 0;
  for (let i = 0; i < last; i += 4) {
    const four = from.getInt32(at + i, true);
    to.setInt32(start + i, four, true);
    seen |= four;
  }
  // The last four once more, whichever of them went before.
  const four = from.getInt32(at + last, true);
  to.setInt32(start + last, four, true);
  return (seen | four) & 0x80808080;
}

function copyTiny({ data: to, length: start }: Bytes, { bytes: from, at }: Cursor, size: number): number {
  let seen = 0;
  for (let i = 0; i < size; i++) {
    const one = from[at + i] ?? 0;
    to[start + i] = one;
    seen |= one;
  }
  return seen & 0x80;
}

/** Takes the text begun last back again when it is not valid. */
function checkUtf8(texts: Texts, c: Cursor, size: number): void {
  if (isUtf8(c.bytes.subarray(c.at, c.at + size))) return;
  truncateTexts(texts, texts.starts.length - 1);
  throw new BadRecord("utf8", `The string at byte ${c.at} is not valid UTF-8`);
}

/** Appends one text that is known to be ASCII. */
export function putAscii(texts: Texts, text: string): void {
  const { bytes, starts } = texts;
  push(starts, bytes.length);
  reserve(bytes, text.length + 5);
  putVarint(bytes, text.length);
  for (let i = 0; i < text.length; i++) bytes.data[bytes.length++] = text.charCodeAt(i);
}

/** Appends a text without anything in it. */
export function putEmpty({ bytes, starts }: Texts): void {
  push(starts, bytes.length);
  reserve(bytes, 1);
  bytes.data[bytes.length++] = 0;
}

/** Appends a whole number below 2³¹ in decimal. */
export function putDecimal({ bytes, starts }: Texts, value: number): void {
  push(starts, bytes.length);
  reserve(bytes, 11);
  const { data, length: begin } = bytes;
  let digits = 1;
  for (let rest = value; rest > 9; rest = (rest / 10) | 0) digits++;
  data[begin] = digits;
  let rest = value;
  for (let at = begin + digits; at > begin; at--) {
    const tenth = (rest / 10) | 0;
    data[at] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  bytes.length = begin + 1 + digits;
}

/** Appends one text. Short ASCII, which is most of it, needs no call out of the engine. */
export function putString(texts: Texts, text: string): void {
  if (text.length < 128 && putShortAscii(texts, text)) return;
  const c = cursor(Buffer.from(text));
  takeText(texts, c, c.end);
}

/** Answers false, and has done nothing that counts, when not all of it is ASCII. */
function putShortAscii({ bytes, starts }: Texts, text: string): boolean {
  const size = text.length;
  reserve(bytes, size + 1);
  const { data, length: begin } = bytes;
  for (let i = 0; i < size; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return false;
    data[begin + 1 + i] = unit;
  }
  data[begin] = size;
  push(starts, begin);
  bytes.length = begin + 1 + size;
  return true;
}

/** Forgets all texts but the first `count`. */
export function truncateTexts(texts: Texts, count: number): void {
  const { bytes, starts } = texts;
  if (starts.length <= count) return;
  bytes.length = word(starts, count);
  starts.length = count;
}

/** Where the text at `index` ends, and with it where the next one starts. */
export function endOfText(texts: Texts, index: number): number {
  return index + 1 < texts.starts.length ? word(texts.starts, index + 1) : texts.bytes.length;
}

/** A cursor over the UTF-8 of the text at `index`. */
export function textAt(texts: Texts, index: number): Cursor {
  const { data } = texts.bytes;
  let begin = word(texts.starts, index);
  while ((data[begin++] ?? 0) > 127);
  return cursor(data.subarray(begin, endOfText(texts, index)));
}
