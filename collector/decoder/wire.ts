/**
 * Wire: the protobuf wire format, read in place and never past the end of the message it is in.
 *
 *   bytes → [Cursor] → traces.ts, logs.ts
 *
 * Promises that no read leaves the innermost open message, that a varint has at most ten bytes, and that unknown
 * fields and groups of any depth are skipped without recursion. Knows no schema.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
import { BadRecord } from "./reject.ts";

/** A place in a body. `end` is the end of the innermost open message; `high` the upper half of the last 64-bit read. */
export interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  end: number;
  high: number;
}

/** A cursor over all of some bytes. */
export function cursor({ buffer, byteOffset, byteLength }: Uint8Array): Cursor {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const view = new DataView(buffer, byteOffset, byteLength);
  return { bytes, view, at: 0, end: byteLength, high: 0 };
}

/** The fault of a message that cannot be read, with the place. */
export function broken(c: Cursor, what: string): BadRecord {
  return new BadRecord("wire", `${what} at byte ${c.at}`);
}

function byte(c: Cursor): number {
  if (c.at >= c.end) throw broken(c, "The message ends in the middle of a number");
  return c.view.getUint8(c.at++);
}

/** Reads a varint: answers its lower 32 bits, leaves its upper 32 bits in `high`. */
export function varint(c: Cursor): number {
  const first = byte(c);
  c.high = 0;
  return first < 128 ? first : longVarint(c, first & 127);
}

function longVarint(c: Cursor, first: number): number {
  let low = first;
  for (let shift = 7; shift < 28; shift += 7) {
    const next = byte(c);
    low |= (next & 127) << shift;
    if (next < 128) return low;
  }
  const middle = byte(c);
  low = (low | (middle << 28)) >>> 0;
  let high = (middle & 127) >>> 4;
  for (let shift = 3, last = middle; last > 127; shift += 7) {
    if (shift > 31) throw broken(c, "A varint has more than ten bytes");
    last = byte(c);
    high |= (last & 127) << shift;
  }
  c.high = high >>> 0;
  return low;
}

/** Reads a fixed 64-bit number: answers its lower 32 bits, leaves its upper 32 bits in `high`. */
export function fixed64(c: Cursor): number {
  if (c.end - c.at < 8) throw broken(c, "The message ends in the middle of a number");
  const low = c.view.getUint32(c.at, true);
  c.high = c.view.getUint32(c.at + 4, true);
  c.at += 8;
  return low;
}

/** Reads the length of a string, of bytes or of a message, which then begins at `at` and is known to be all there. */
export function length(c: Cursor): number {
  const short = c.bytes[c.at] ?? 0;
  if (short < 128 && c.at + short < c.end) {
    c.at += 1;
    return short;
  }
  const bytes = varint(c);
  if (c.high !== 0 || bytes > c.end - c.at) throw broken(c, "A length leads past the end of the message");
  return bytes;
}

/** Enters a nested message. Answers the end of the outer one, to be given to `leave`. */
export function enter(c: Cursor): number {
  const bytes = length(c);
  const outer = c.end;
  c.end = c.at + bytes;
  return outer;
}

/** Leaves a nested message, whether or not it was read to its end. */
export function leave(c: Cursor, outer: number): void {
  c.at = c.end;
  c.end = outer;
}

/** Reads which field comes next: its number and wire type, as one number. */
export function tag(c: Cursor): number {
  // Nearly all are of one byte.
  const short = c.bytes[c.at] ?? 0;
  if (short > 7 && short < 128 && c.at < c.end) {
    c.at += 1;
    return short;
  }
  const next = varint(c);
  if (c.high !== 0 || next < 8) throw broken(c, "A field number is not valid");
  return next;
}

/** Steps over a field that nobody here knows, or that comes in a wire type it should not have. */
export function skip(c: Cursor, field: number): void {
  let open = stepOver(c, field & 7);
  while (open > 0) open += stepOver(c, tag(c) & 7);
  if (open < 0) throw broken(c, "A group ends that never began");
}

/** Answers how many groups the field opened: 1, 0 or -1. */
function stepOver(c: Cursor, wireType: number): number {
  if (wireType === 3) return 1;
  if (wireType === 4) return -1;
  if (wireType === 0) varint(c);
  else if (wireType === 2) skipBytes(c, length(c));
  else if (wireType === 1 || wireType === 5) skipBytes(c, wireType === 1 ? 8 : 4);
  else throw broken(c, "A wire type is not valid");
  return 0;
}

function skipBytes(c: Cursor, bytes: number): void {
  if (c.end - c.at < bytes) throw broken(c, "The message ends in the middle of a field");
  c.at += bytes;
}
