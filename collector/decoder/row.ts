/**
 * Row: the checks that every decoder makes on the way into the open row: ids and times.
 *
 *   wire, JSON → [row] → Fixed
 */
import { type HopColumns, listStart } from "./columns.ts";
import { BadRecord, type Reason } from "./reject.ts";
import { type Cursor, cursor } from "./wire.ts";

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
  const begin = c.at;
  c.at += size;
  if (size !== width * 4) return false;
  let any = 0;
  for (let i = 0; i < width; i++) {
    const part = c.view.getUint32(begin + i * 4, true);
    words[row * width + i] = part;
    any |= part;
  }
  return any !== 0;
}

/** Puts an id given as hex in any case. "" is none; anything else that is no id answers false. */
export function putHexId(hex: string, slot: IdSlot): boolean {
  const digits = slot.width * 8;
  if (hex.length !== digits || !/^[0-9a-fA-F]*$/.test(hex)) return false;
  return takeId(cursor(Buffer.from(hex, "hex")), digits / 2, slot);
}

/** Zeros instead of an id. */
export function clearId({ words, width, row }: IdSlot): void {
  for (let i = row * width; i < (row + 1) * width; i++) words[i] = 0;
}

/** A time in two 32-bit words, the lower half first. */
export interface Halves {
  readonly low: number;
  readonly high: number;
}

/**
 * Puts the begin and the end of the open row, and checks the times of its events, which must all be there. An end of 0
 * is none: the row is an instant. An event at 0 has no time of its own: it has that of the begin.
 */
export function putTimes(columns: HopColumns, begin: Halves, end: Halves): void {
  const { fixed, rows } = columns;
  checkTime(columns, begin);
  checkAge(columns, begin);
  const closing = end.low === 0 && end.high === 0 ? begin : end;
  checkTime(columns, closing);
  fixed.at[rows * 2] = begin.low;
  fixed.at[rows * 2 + 1] = begin.high;
  fixed.end[rows * 2] = closing.low;
  fixed.end[rows * 2 + 1] = closing.high;
  for (let i = listStart(columns.events, rows); i < columns.events.name.length; i++)
    putEventTime(columns, i, begin);
}

function putEventTime(columns: HopColumns, index: number, begin: Halves): void {
  const { data } = columns.events.at;
  const at = { low: data[index * 2] ?? 0, high: data[index * 2 + 1] ?? 0 };
  if (at.low !== 0 || at.high !== 0) checkTime(columns, at);
  else data.set([begin.low, begin.high], index * 2);
}

function checkTime({ receivedMs, times }: HopColumns, time: Halves): void {
  const ms = msOf(time);
  if (ms < EARLIEST_MS) throw new BadRecord("time_range", "A time is before 1971");
  if (ms > receivedMs + times.aheadMs)
    throw new BadRecord("time_range", `A time is more than ${hoursOf(times.aheadMs)} ahead of ours`);
}

/** Only of the begin, which says where a row is kept: an old event within a fresh span is no harm. */
function checkAge({ receivedMs, times }: HopColumns, begin: Halves): void {
  if (msOf(begin) < receivedMs - times.pastMs)
    throw new BadRecord("time_range", `Its time is older than hops are kept, ${hoursOf(times.pastMs)}`);
}

function msOf({ low, high }: Halves): number {
  return (high * 4_294_967_296 + low) / 1e6;
}

function hoursOf(ms: number): string {
  return ms % 86_400_000 === 0 ? `${ms / 86_400_000} d` : `${ms / 3_600_000} h`;
}

/** The fault of an id that is none. */
export function badId(reason: Reason, name: string, bytes: number): BadRecord {
  return new BadRecord(reason, `${name} must have ${bytes} bytes and not be all zeros`);
}
