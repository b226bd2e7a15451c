/**
 * Refuse: bad records as data, for the dead letters and for the answer to their sender.
 *
 *   BadRecord → [refuse] → RejectedItem
 *
 * The bytes that are kept are bounded: a body may put one large resource around a hundred thousand bad records, and
 * each of them is kept with it.
 */
import { Failure } from "../../errors.ts";
import type { RejectedItem } from "../decode.ts";
import type { BadRecord } from "./reject.ts";

/** Two bytes can make a bad record: beyond this many the request is garbage, and its list would fill the memory. */
const REJECTED_MAX = 100_000;

/** A record with its resource and scope beyond this is told of, but not kept. */
const LETTER_BYTES_MAX = 256 * 1024;

/** As much work, and memory, the bytes of all refused records of one request may take. */
const REQUEST_BYTES_MAX = 16 * 1024 * 1024;

/** What was refused in one request so far. */
export interface Refusals {
  readonly items: RejectedItem[];
  /** spent on bytes to keep */
  bytes: number;
}

/** Nothing refused yet. */
export function newRefusals(): Refusals {
  return { items: [], bytes: 0 };
}

/** A record to refuse: where it stood, and how to get its bytes, which is only done while there is room. */
export interface Refused {
  readonly where: string;
  readonly bytes: () => Uint8Array;
}

/** Notes a refused record. */
export function refuse(refusals: Refusals, bad: BadRecord, { where, bytes }: Refused): void {
  if (refusals.items.length === REJECTED_MAX)
    throw new Failure("malformed", `More than ${REJECTED_MAX} of its records are not valid.`);
  const kept = refusals.bytes < REQUEST_BYTES_MAX ? bytes() : new Uint8Array();
  refusals.bytes += kept.length;
  refusals.items.push({
    reason: bad.reason,
    text: `${bad.message}.`,
    where,
    bytes: kept.length > LETTER_BYTES_MAX ? new Uint8Array() : kept,
  });
}
