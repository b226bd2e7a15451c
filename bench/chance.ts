/**
 * Chance: ids that look random, are all different, and can be told again from their number.
 *
 *   seed, number of the journey → [chance] → trace, span, order and correlation ids
 *
 * Pure. Nothing is remembered: the request of one service and that of another, a second later, find the same ids by the
 * same arithmetic. MurmurHash3's finalizer maps 32 bits one to one, so no two journeys share an order id.
 */

/** Where the ids of one journey come from. */
export interface Ids {
  /** which journey; 0 to 2³² */
  readonly number: number;
  readonly even: number;
  readonly odd: number;
}

/** The ids of a journey. */
export function idsOf(seed: number, journey: number): Ids {
  return {
    number: mixed(journey ^ seed) >>> 0,
    even: mixed((journey + Math.imul(seed, 0x85ebca6b)) | 0),
    odd: mixed((Math.imul(journey, 0x2c1b3c6d) + seed + 0x165667b1) | 0),
  };
}

/** One of the 32-bit words that belong to a journey. */
export function wordOf({ even, odd }: Ids, slot: number): number {
  return mixed(((slot & 1) === 0 ? even : odd) + Math.imul(slot, 0x9e3779b9)) >>> 0;
}

/** Scatters 32 bits, one to one. */
export function mixed(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Four words are a trace id, two a span id; each trace, span and text has its own. */
export const SLOT = {
  trace: (trace: number) => trace * 4,
  span: (span: number) => 16 + span * 2,
  correlation: 64,
  jitter: 70,
  digits: 72,
} as const;

/** The order id of a journey. */
export function orderId({ number }: Ids): string {
  return `ORD-${number.toString(16).padStart(8, "0")}`;
}
