/**
 * Past: hops that memory does not have, as far as their names tell.
 *
 *   heard, refs → [past] → clusters
 *
 * One name for all refs by which facts join: a link goes by the trace that it leads to, what an event caused by the event.
 */
import type { Heard, Whereabouts } from "./heard.ts";
import { CARRIER, type Ref } from "./refs.ts";

/** Where hops may be; `unheard` while nobody knows what is in the store. */
export type Rumour = Whereabouts | "unheard";

/** What live facts ask about the past, and tell it. */
export interface Past {
  /** whether it is known which names the store has; not while other processes write too */
  readonly isHeard: () => boolean;
  /** where hops may be that go by a name, or are in the trace whose id starts at a word */
  readonly of: (name: string) => Rumour;
  readonly ofTrace: (words: Uint32Array, at: number) => Rumour;
  /** whether memory may still lack hops of what it found to be in the journal */
  readonly isInDoubt: () => boolean;
  /** from now on there are some that are only in the store */
  readonly add: (name: string) => void;
  readonly addTrace: (words: Uint32Array, at: number) => void;
}

/** The past as the names tell it that were heard of. */
export function pastIn(heard: () => Heard | null): Past {
  return {
    isHeard: () => heard() !== null,
    of: (name) => heard()?.of(name) ?? "unheard",
    ofTrace: (words, at) => heard()?.ofTrace(words, at) ?? "unheard",
    isInDoubt: () => heard()?.isInDoubt ?? true,
    add: (name) => heard()?.add(name),
    addTrace: (words, at) => heard()?.addTrace(words, at),
  };
}

/** Notes that hops in the store go by a ref. */
export function noteIn(heard: Heard, { kind, value }: Ref): void {
  if (isTrace(kind)) heard.addTrace(traceWords(value), 0);
  else heard.add(`${joiningKind(kind)}=${value}`);
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
