/**
 * Past: hops that are only in the store, as far as their names tell.
 *
 *   known, refs → [past] → clusters
 *
 * One name for all refs by which facts join: a link goes by the trace that it leads to, what an event caused by the event.
 */
import type { Known } from "./known.ts";
import { CARRIER, type Ref } from "./refs.ts";

/** What live facts ask about the past, and tell it. */
export interface Past {
  /** whether hops that are only in the store may go by a name, or be in the trace whose id starts at a word */
  readonly has: (name: string) => boolean;
  readonly hasTrace: (words: Uint32Array, at: number) => boolean;
  /** from now on there are some */
  readonly add: (name: string) => void;
  readonly addTrace: (words: Uint32Array, at: number) => void;
}

/** The past as the known names tell it. While nobody knows what is in the store, anything may be. */
export function pastIn(known: () => Known | null): Past {
  return {
    has: (name) => known()?.has(name) ?? true,
    hasTrace: (words, at) => known()?.hasTrace(words, at) ?? true,
    add: (name) => known()?.add(name),
    addTrace: (words, at) => known()?.addTrace(words, at),
  };
}

/** Notes that hops in the store go by a ref. */
export function noteIn(known: Known, { kind, value }: Ref): void {
  if (isTrace(kind)) known.addTrace(traceWords(value), 0);
  else known.add(`${joiningKind(kind)}=${value}`);
}

/** Whether a ref goes by a trace. */
export function isTrace(kind: string): boolean {
  return kind === CARRIER.trace || kind === CARRIER.link;
}

/** The kind under which facts join by a ref that does not go by a trace. */
export function joiningKind(kind: string): string {
  return kind === CARRIER.causedBy ? CARRIER.event : kind;
}

/** The words of a trace id of 32 hex digits, as columns hold them. */
export function traceWords(traceId: string): Uint32Array {
  return new Uint32Array(Uint8Array.from(Buffer.from(traceId, "hex")).buffer);
}
