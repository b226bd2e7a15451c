/**
 * Pool: live facts as numbers.
 *
 *   extract → [pool] → shape
 *
 * One chain of slots per cluster (slots.ts), so that two clusters become one without copying. Knows neither keys nor
 * clusters; a fact costs 32 bytes.
 */
import type { Fixed } from "../collector/decoder/fixed.ts";
import type { Shape } from "./forest.ts";
import { NO_SLOT, Slots } from "./slots.ts";

/** A row of a batch, with the numbers that its trace and its set of keys go by. */
export interface Fact {
  readonly fixed: Fixed;
  readonly row: number;
  readonly trace: number;
  readonly keyset: number;
}

/** Lists that facts are read into. */
export type FactLists = Pick<
  Shape,
  "kind" | "trace" | "spanLow" | "spanHigh" | "aroundLow" | "aroundHigh" | "digest"
>;

/** Where in a slot what is; words. The last is the number of a set of keys, and the kind in its lowest bits. */
const IN = { trace: 1, spanLow: 2, spanHigh: 3, aroundLow: 4, aroundHigh: 5, digest: 6, keyset: 7 } as const;
const FACT_WORDS = 8;
const KIND_BITS = 2;
const KIND_MASK = 2 ** KIND_BITS - 1;

/** Facts, as many as their owner does not evict. */
export class Pool {
  readonly #slots = new Slots(FACT_WORDS);

  /** Facts that are here; count. */
  get used(): number {
    return this.#slots.used;
  }

  /** Takes in a fact: a chain of its own. */
  add({ fixed, row, trace, keyset }: Fact): number {
    const slot = this.#slots.take(NO_SLOT);
    const [words, at] = [this.#slots.piece(slot), this.#slots.start(slot)];
    const kind = fixed.kind[row] ?? 0;
    const [low, high] = [row * 2, row * 2 + 1];
    words[at + IN.trace] = trace;
    words[at + IN.keyset] = (keyset << KIND_BITS) | kind;
    words[at + IN.digest] = fixed.digest[row] ?? 0;
    // A CloudEvent is in no tree: its identity is where a span has its own, so that two versions of it are seen.
    words[at + IN.spanLow] = (kind === 3 ? fixed.factId[row * 4] : fixed.spanId[low]) ?? 0;
    words[at + IN.spanHigh] = (kind === 3 ? fixed.factId[row * 4 + 1] : fixed.spanId[high]) ?? 0;
    // A log names the span that it was written in where a span names itself.
    const around = kind === 2 ? fixed.spanId : fixed.parentId;
    words[at + IN.aroundLow] = around[low] ?? 0;
    words[at + IN.aroundHigh] = around[high] ?? 0;
    return slot;
  }

  /** Writes a fact into a row of lists. Answers the number of its set of keys. */
  read(slot: number, lists: FactLists, row: number): number {
    const [words, at] = [this.#slots.piece(slot), this.#slots.start(slot)];
    const last = words[at + IN.keyset] ?? 0;
    lists.kind[row] = last & KIND_MASK;
    lists.trace[row] = words[at + IN.trace] ?? 0;
    lists.spanLow[row] = words[at + IN.spanLow] ?? 0;
    lists.spanHigh[row] = words[at + IN.spanHigh] ?? 0;
    lists.aroundLow[row] = words[at + IN.aroundLow] ?? 0;
    lists.aroundHigh[row] = words[at + IN.aroundHigh] ?? 0;
    lists.digest[row] = words[at + IN.digest] ?? 0;
    return last >>> KIND_BITS;
  }

  /** What comes after a fact on its chain. */
  next(slot: number): number {
    return this.#slots.next(slot);
  }

  /** Lets a chain go on with another. */
  link(slot: number, next: number): void {
    this.#slots.link(slot, next);
  }

  /** Lets go of a whole chain. */
  giveBack(chain: number): void {
    this.#slots.giveBack(chain);
  }
}
