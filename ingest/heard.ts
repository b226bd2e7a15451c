/**
 * Heard: which names hops in the store may go by, and whether memory will have those hops too.
 *
 *   refs, evictions → [heard] → past → clusters
 *
 * After a start, what is in the store came either with deliveries that the journal let go of, or with some that it still
 * has: those are read back, and then memory has all that the store has under such a name. Until they are read, nobody
 * knows; and when a part of them cannot be read, nobody ever will.
 */
import type { Known } from "./known.ts";

/** `nowhere` else than in memory · `journal`: being read back, or that failed · `store`: who knows since when */
export type Whereabouts = "nowhere" | "journal" | "store";

/** Names in the store. */
export class Heard {
  readonly #old: Known;
  #kept: Known | null;
  #isReading = true;

  /**
   * @param old   names that came with deliveries of which the journal knows nothing, for good
   * @param kept  names that came only with deliveries that the journal had when this process started
   */
  constructor(old: Known, kept: Known) {
    this.#old = old;
    this.#kept = kept.size > 0 ? kept : null;
  }

  /** Whether what is in doubt is still being read back. */
  get isReading(): boolean {
    return this.#isReading && this.#kept !== null;
  }

  /** Whether any name is in doubt because of what the journal had. */
  get isInDoubt(): boolean {
    return this.#kept !== null;
  }

  /** What the journal had is in memory; `isWhole` unless some of it could not be read. */
  noteRead(isWhole: boolean): void {
    this.#isReading = false;
    if (isWhole) this.#kept = null;
  }

  /** Where else hops may go by a name. */
  of(name: string): Whereabouts {
    if (this.#old.has(name)) return "store";
    return this.#kept?.has(name) === true ? "journal" : "nowhere";
  }

  /** Where else hops of the trace may be whose id starts at a word. */
  ofTrace(words: Uint32Array, at: number): Whereabouts {
    if (this.#old.hasTrace(words, at)) return "store";
    return this.#kept?.hasTrace(words, at) === true ? "journal" : "nowhere";
  }

  /** From now on hops that are only in the store go by a name. */
  add(name: string): void {
    this.#old.add(name);
  }

  /** The same for a trace. */
  addTrace(words: Uint32Array, at: number): void {
    this.#old.addTrace(words, at);
  }
}
