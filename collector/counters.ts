/**
 * Counters: what came through each door, as plain numbers.
 *
 *   receiver → [counters] → /metrics
 *
 * The words are the Collector's: *accepted* items are ours, *refused* ones are still the sender's and come again.
 * *Rejected* items are neither: they went to dead letters. Reasons are codes of our own, so the maps stay small.
 */
import type { Signal } from "./request.ts";

/** The doors that are counted; `other` is every request for an address that does not exist. */
export type CountedDoor = Signal | "metrics" | "other";

/** Running totals of one door since the process started. */
export interface DoorCounters {
  /** items answered with success, durable; count */
  accepted: number;
  /** items decoded but answered 503; count */
  refused: number;
  /** items that will never be accepted, by the reason of their `Rejection`; counts */
  readonly rejected: Map<string, number>;
  /** requests by outcome: `ok`, a `FailureCode`, `aborted` (the sender left) or `bug`; counts */
  readonly requests: Map<string, number>;
  /** bodies of accepted requests as they came, compressed; bytes */
  bodyBytes: number;
}

/** All doors. */
export type Counters = Readonly<Record<CountedDoor, DoorCounters>>;

/** Counters at zero. */
export function createCounters(): Counters {
  return { traces: zero(), logs: zero(), events: zero(), metrics: zero(), other: zero() };
}

/** Adds to one entry of a map of totals. */
export function count(totals: Map<string, number>, name: string, by = 1): void {
  totals.set(name, (totals.get(name) ?? 0) + by);
}

function zero(): DoorCounters {
  return { accepted: 0, refused: 0, rejected: new Map(), requests: new Map(), bodyBytes: 0 };
}
