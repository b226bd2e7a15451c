/**
 * Refs: under what a hop can be found, and where it is kept.
 *
 *   Hop → [refs] → store, recent, gather
 *
 * Pure. A ref is a business key, or a carrier written like one with a kind that starts with `@`. The locality is the
 * number by which hops lie side by side on disk: a function of the fact alone, so that every version of it, from any
 * process on any day, lands in the same place.
 */
import { hash } from "node:crypto";
import type { Carrier, Hop } from "../collector/hop.ts";
import { causationOf, type Messages } from "./carriers.ts";
import { type Keys, keyText } from "./keys.ts";

/** Something that hops can be looked up by. */
export interface Ref {
  /** a declared kind of key, or one of `CARRIER` */
  readonly kind: string;
  readonly value: string;
}

/** Where hops are: a locality on one day. */
export interface Place {
  readonly locality: bigint;
  /** days since 1970-01-01 UTC */
  readonly day: number;
  /** every hop there came with the delivery of this number, or a later one of this process; absent when nobody knows */
  readonly since?: number;
}

/** "At this place, hops carry this ref." */
export interface RefRow extends Ref, Place {}

/** Kinds of carriers: the trace a hop is in, a trace it links to, a message, a CloudEvent, the CloudEvent behind one. */
export const CARRIER = {
  trace: "@trace",
  link: "@link",
  message: "@message",
  event: "@event",
  causedBy: "@caused-by",
} as const;

const DAY_NS = 86_400_000_000_000n;

/** The refs of a hop beside its keys, its own trace and those that it links to: messages, events. */
export function carrierRefsOf(hop: Carrier, { sent, received }: Messages): Ref[] {
  const refs: Ref[] = [];
  for (const value of sent) refs.push({ kind: CARRIER.message, value });
  for (const value of received) refs.push({ kind: CARRIER.message, value });
  const event = causationOf(hop);
  if (event !== null) refs.push({ kind: CARRIER.event, value: event.eventId });
  if (event !== null && event.causationId !== "")
    refs.push({ kind: CARRIER.causedBy, value: event.causationId });
  return refs;
}

/** The traces that a hop links to, each once. */
export function linkedTraces(hop: Hop): string[] {
  return [...new Set(hop.links.map((link) => link.traceId))].filter((trace) => trace !== "");
}

/** Where a hop is kept. A log line outside any trace lies with its most authoritative key, so that an order's lie together. */
export function placeOf(hop: Hop, keys: Keys): Place {
  return { locality: localityOf(hop, keys), day: Number(hop.atNs / DAY_NS) };
}

/** The text under which a ref is remembered. */
export function refText(ref: Ref): string {
  return keyText(ref.kind, ref.value);
}

/** The text under which a place is remembered. */
export function placeText(place: Place): string {
  return `${place.locality}/${place.day}`;
}

function localityOf(hop: Hop, keys: Keys): bigint {
  if (hop.kind !== "cloudevent" && hop.traceId !== "") return folded(hop.traceId);
  if (hop.kind === "log") {
    for (const [kind, [value = ""]] of keys) return folded(sha256(keyText(kind, value)));
  }
  return folded(hop.id);
}

/** 64 bits of an id of at least 32 hex digits; both halves, for either may hold a clock instead of chance. */
function folded(id: string): bigint {
  return BigInt(`0x${id.slice(0, 16)}`) ^ BigInt(`0x${id.slice(16, 32)}`);
}

function sha256(text: string): string {
  return hash("sha256", text, "hex");
}
