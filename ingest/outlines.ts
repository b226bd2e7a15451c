/**
 * Outlines: the live hops that folding looks at, as numbers.
 *
 *   extract, alike → [outlines] → Hop → fold
 *
 * One chain of slots per cluster (slots.ts) for ids and times; all else is shared with the hops that are alike.
 */
import type { Alike } from "../collector/decoder/alike.ts";
import type { Fixed } from "../collector/decoder/fixed.ts";
import { hexOf } from "../collector/decoder/hex.ts";
import type { Attributes, Hop } from "../collector/hop.ts";
import { NO_SLOT, Slots } from "./slots.ts";

/** The chain that nothing is on. */
export const NO_OUTLINES = NO_SLOT;

/** A row of a batch, and what it has in common with others. */
export interface Outline {
  readonly fixed: Fixed;
  readonly row: number;
  readonly alike: Alike;
}

/** Where in a slot what is; words. */
const IN = { digest: 1, at: 2, end: 4, span: 6, parent: 8, trace: 10, fact: 14 } as const;
const OUTLINE_WORDS = 18;

/** Outlines, as many as their owner lets there be. */
export class Outlines {
  readonly #slots = new Slots(OUTLINE_WORDS);
  readonly #alikes: (Alike | null)[] = [];

  /** Puts an outline on a chain. Answers the chain as it begins now. */
  add(chain: number, { fixed, row, alike }: Outline): number {
    const slot = this.#slots.take(chain);
    const [words, from] = [this.#slots.piece(slot), this.#slots.start(slot)];
    words[from + IN.digest] = fixed.digest[row] ?? 0;
    for (let i = 0; i < 2; i++) {
      words[from + IN.at + i] = fixed.at[row * 2 + i] ?? 0;
      words[from + IN.end + i] = fixed.end[row * 2 + i] ?? 0;
      words[from + IN.span + i] = fixed.spanId[row * 2 + i] ?? 0;
      words[from + IN.parent + i] = fixed.parentId[row * 2 + i] ?? 0;
    }
    for (let i = 0; i < 4; i++) {
      words[from + IN.trace + i] = fixed.traceId[row * 4 + i] ?? 0;
      words[from + IN.fact + i] = fixed.factId[row * 4 + i] ?? 0;
    }
    this.#alikes[slot] = alike;
    return slot;
  }

  /** Makes one chain of two. Quicker the shorter the first is. */
  joined(first: number, second: number): number {
    if (first === NO_OUTLINES) return second;
    let last = first;
    for (let at = first; at !== NO_OUTLINES; at = this.#slots.next(at)) last = at;
    this.#slots.link(last, second);
    return first;
  }

  /** The hops of a chain, each fact once; of two versions any: those are stitched in full (forest.ts). */
  hops(chain: number): Hop[] {
    const byId = new Map<string, Hop>();
    for (let at = chain; at !== NO_OUTLINES; at = this.#slots.next(at)) {
      const hop = this.#hop(at);
      byId.set(hop.id, hop);
    }
    // The first to come stands at the end of a chain, and mostly was the first to happen.
    return [...byId.values()].reverse();
  }

  /** Gives a whole chain back. */
  giveBack(chain: number): void {
    for (let at = chain; at !== NO_OUTLINES; at = this.#slots.next(at)) this.#alikes[at] = null;
    this.#slots.giveBack(chain);
  }

  /** Field by field: to spread what it shares with others takes twice the memory. */
  #hop(slot: number): Hop {
    const alike = this.#alikes[slot];
    if (!alike) throw new RangeError(`There is no outline in slot ${slot}.`);
    const { like, attributes } = alike;
    const [words, from] = [this.#slots.piece(slot), this.#slots.start(slot)];
    const traceId = hexOf(words, from + IN.trace, 4);
    const spanId = hexOf(words, from + IN.span, 2);
    return {
      id: like.kind === "span" ? traceId + spanId : hexOf(words, from + IN.fact, 4),
      kind: like.kind,
      atNs: timeIn(words, from + IN.at),
      endNs: timeIn(words, from + IN.end),
      receivedNs: like.receivedNs,
      service: like.service,
      name: like.name,
      spanKind: like.spanKind,
      status: like.status,
      message: like.message,
      body: like.body,
      traceId,
      spanId,
      parentId: hexOf(words, from + IN.parent, 2),
      attributes: mapOf(attributes),
      resource: like.resource,
      links: like.links,
      events: like.events,
      droppedLinks: like.droppedLinks,
      digest: words[from + IN.digest] ?? 0,
    };
  }
}

function timeIn(words: Uint32Array, at: number): bigint {
  return (BigInt(words[at + 1] ?? 0) << 32n) | BigInt(words[at] ?? 0);
}

function mapOf(namesAndValues: readonly string[]): Attributes {
  const map = new Map<string, string>();
  for (let i = 0; i < namesAndValues.length; i += 2)
    map.set(namesAndValues[i] ?? "", namesAndValues[i + 1] ?? "");
  return map;
}
