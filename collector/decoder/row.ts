/**
 * Row: the checks that every decoder makes on the way into the open row: ids and times.
 *
 *   wire, JSON → [row] → Fixed
 */
import { type HopColumns, listStart } from "./columns.ts";
import { BadRecord, type Reason } from "./reject.ts";
import type { Cursor } from "./wire.ts";

/** 1971-01-01; a clock before it was never set. ms */
const EARLIEST_MS = 31_536_000_000;

/** One id in a column, and how many 32-bit words it has. */
interface IdSlot {
  readonly words: Uint32Array;
  readonly width: 2 | 4;
  readonly row: number;
}

/** Puts the next `size` bytes as an id. Answers whether they are one: of the right length and not all zero. */
export function takeId(c: Cursor, size: number, { words, width, row }: IdSlot): boolean {
  if (size === width * 4) return width === 4 ? takeTraceId(c, words, row) : takeSpanId(c, words, row);
  c.at += size;
  return false;
}

/** Puts the next 16 bytes. Answers whether they are an id. */
export function takeTraceId(c: Cursor, words: Uint32Array, row: number): boolean {
  const { view, at } = c;
  const first = view.getUint32(at, true);
  const second = view.getUint32(at + 4, true);
  const third = view.getUint32(at + 8, true);
  const fourth = view.getUint32(at + 12, true);
  words[row * 4] = first;
  words[row * 4 + 1] = second;
  words[row * 4 + 2] = third;
  words[row * 4 + 3] = fourth;
  c.at = at + 16;
  return (first | second | third | fourth) !== 0;
}

/** Puts the next 8 bytes. Answers whether they are an id. */
export function takeSpanId(c: Cursor, words: Uint32Array, row: number): boolean {
  const { view, at } = c;
  const first = view.getUint32(at, true);
  const second = view.getUint32(at + 4, true);
  words[row * 2] = first;
  words[row * 2 + 1] = second;
  c.at = at + 8;
  return (first | second) !== 0;
}

/** Puts an id given as hex in any case. Answers whether it is one; of what has other digits zeros are put. */
export function putHexId(hex: string, slot: IdSlot): boolean {
  const { words, width, row } = slot;
  if (hex.length !== width * 8) return false;
  let [all, isHex] = [0, true];
  for (let i = 0; i < width; i++) {
    let four = 0;
    for (let digit = 7; digit >= 0; digit--) {
      // The first byte is the lowest, and in each byte the first digit the highest.
      const value = HEX[hex.charCodeAt(i * 8 + (digit ^ 1))] ?? NO_DIGIT;
      isHex &&= value !== NO_DIGIT;
      four = (four << 4) | value;
    }
    words[row * width + i] = four;
    all |= four;
  }
  if (!isHex) clearId(slot);
  return isHex && all !== 0;
}

const NO_DIGIT = 16;
const HEX = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? NO_DIGIT : value;
});

/** Zeros instead of an id. */
export function clearId({ words, width, row }: IdSlot): void {
  for (let i = row * width; i < (row + 1) * width; i++) words[i] = 0;
}

/** A time in two 32-bit words, the lower half first. */
export interface Halves {
  readonly low: number;
  readonly high: number;
}

/** Puts the begin and the end of the open row, and checks them as `checkTimes` does. */
export function putTimes(columns: HopColumns, begin: Halves, end: Halves): void {
  const { fixed, rows } = columns;
  fixed.at[rows * 2] = begin.low;
  fixed.at[rows * 2 + 1] = begin.high;
  fixed.end[rows * 2] = end.low;
  fixed.end[rows * 2 + 1] = end.high;
  checkTimes(columns);
}

/**
 * Checks the begin and the end of the open row, and the times of its events, which must all be there. An end of 0 is
 * none: the row is an instant. An event at 0 has no time of its own: it has that of the begin.
 */
export function checkTimes(columns: HopColumns): void {
  const { fixed, rows, events } = columns;
  const low = rows * 2;
  const high = low + 1;
  if (fixed.end[low] === 0 && fixed.end[high] === 0) {
    fixed.end[low] = fixed.at[low] ?? 0;
    fixed.end[high] = fixed.at[high] ?? 0;
  }
  const beginMs = msOf(fixed.at, low);
  checkTime(columns, beginMs);
  checkAge(columns, beginMs);
  checkTime(columns, msOf(fixed.end, low));
  for (let i = listStart(events, rows); i < events.name.length; i++) {
    const { data } = events.at;
    if (data[i * 2] === 0 && data[i * 2 + 1] === 0) {
      data[i * 2] = fixed.at[low] ?? 0;
      data[i * 2 + 1] = fixed.at[high] ?? 0;
    } else checkTime(columns, msOf(data, i * 2));
  }
}

function checkTime({ receivedMs, times }: HopColumns, ms: number): void {
  if (ms < EARLIEST_MS) throw new BadRecord("time_range", "A time is before 1971");
  if (ms > receivedMs + times.aheadMs)
    throw new BadRecord("time_range", `A time is more than ${hoursOf(times.aheadMs)} ahead of ours`);
}

/** Only of the begin, which says where a row is kept: an old event within a fresh span is no harm. */
function checkAge({ receivedMs, times }: HopColumns, beginMs: number): void {
  if (beginMs < receivedMs - times.pastMs)
    throw new BadRecord("time_range", `Its time is older than hops are kept, ${hoursOf(times.pastMs)}`);
}

function msOf(words: Uint32Array, at: number): number {
  return ((words[at + 1] ?? 0) * 4_294_967_296 + (words[at] ?? 0)) / 1e6;
}

function hoursOf(ms: number): string {
  return ms % 86_400_000 === 0 ? `${ms / 86_400_000} d` : `${ms / 3_600_000} h`;
}

/** The fault of an id that is none. */
export function badId(reason: Reason, name: string, bytes: number): BadRecord {
  return new BadRecord(reason, `${name} must have ${bytes} bytes and not be all zeros`);
}
