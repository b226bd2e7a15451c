/**
 * Fill: writes the ids, times and numbers of one journey into the holes of a copy.
 *
 *   Piece, ids → [fill] → bytes
 *
 * In protobuf ids and times are binary, in JSON hex and decimal.
 */
import { type Ids, SLOT, wordOf } from "../chance.ts";
import type { Hole, Placed } from "./piece.ts";

/** When a journey begins; the same moment twice, as JSON and as protobuf write it. */
export interface Moment {
  /** epoch milliseconds */
  readonly ms: number;
  /** the same in nanoseconds, the lower and the upper 32 bits */
  readonly low: number;
  readonly high: number;
}

/** What is written, and where. */
export interface Filling {
  readonly to: Uint8Array;
  /** where the copy begins; bytes */
  readonly at: number;
  readonly ids: Ids;
  readonly moment: Moment;
  readonly isText: boolean;
}

/** A moment. */
export function momentOf(ms: number): Moment {
  const ns = BigInt(Math.floor(ms)) * 1_000_000n;
  return { ms: Math.floor(ms), low: Number(ns & 0xffffffffn), high: Number(ns >> 32n) };
}

/** Fills every hole of one copy. */
export function fill(filling: Filling, holes: readonly Placed[]): void {
  const { ids } = filling;
  for (const { hole, at, size } of holes) {
    const place = filling.at + at;
    if (hole.kind === "order") putHex(filling.to, place, ids.number);
    else if (hole.kind === "correlation")
      putWords(filling.to, place, { ids, slot: SLOT.correlation, words: 4, isText: true });
    else if (hole.kind === "time")
      putTime(filling, place, hole.atNs + (wordOf(ids, SLOT.jitter) % JITTER_NS));
    else if (hole.kind === "digits")
      putDecimal(filling.to, place + size, { value: wordOf(ids, hole.slot), size });
    else if (hole.kind !== "fixed") putId(filling, place, hole);
  }
}

/** Two journeys of one moment do not begin at the same nanosecond. */
const JITTER_NS = 40_000_000;

function putId({ to, ids, isText }: Filling, at: number, hole: Hole & { kind: "trace" | "span" }): void {
  if (hole.kind === "trace") putWords(to, at, { ids, slot: SLOT.trace(hole.trace), words: 4, isText });
  else putWords(to, at, { ids, slot: SLOT.span(hole.span), words: 2, isText });
}

interface Run {
  readonly ids: Ids;
  readonly slot: number;
  readonly words: number;
  readonly isText: boolean;
}

function putWords(to: Uint8Array, at: number, { ids, slot, words, isText }: Run): void {
  for (let i = 0; i < words; i++) {
    const word = wordOf(ids, slot + i);
    if (isText) putHex(to, at + i * 8, word);
    else putBinary(to, at + i * 4, word);
  }
}

/** Big-endian, so that the hex of the bytes reads like the text. */
function putBinary(to: Uint8Array, at: number, word: number): void {
  to[at] = word >>> 24;
  to[at + 1] = word >>> 16;
  to[at + 2] = word >>> 8;
  to[at + 3] = word;
}

const HEX = Buffer.from("0123456789abcdef");

function putHex(to: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 8; i++) to[at + i] = HEX[(word >>> (28 - i * 4)) & 15] ?? 48;
}

function putTime({ to, moment, isText }: Filling, at: number, afterNs: number): void {
  if (isText) {
    putDecimal(to, at + 13, { value: moment.ms + Math.floor(afterNs / 1e6), size: 13 });
    putDecimal(to, at + 19, { value: afterNs % 1e6, size: 6 });
    return;
  }
  const low = moment.low + afterNs;
  putLittle(to, at, low >>> 0);
  putLittle(to, at + 4, moment.high + (low > 0xffffffff ? 1 : 0));
}

function putLittle(to: Uint8Array, at: number, word: number): void {
  to[at] = word;
  to[at + 1] = word >>> 8;
  to[at + 2] = word >>> 16;
  to[at + 3] = word >>> 24;
}

/** The last digits of a whole number, ending at `end`. */
function putDecimal(to: Uint8Array, end: number, { value, size }: { value: number; size: number }): void {
  let rest = value;
  for (let i = 1; i <= size; i++) {
    const tenth = Math.floor(rest / 10);
    to[end - i] = 48 + (rest - tenth * 10);
    rest = tenth;
  }
}
