/**
 * Adding: where one batch has got to while it is added to the live facts.
 *
 *   extract → [adding] → live
 *
 * Neighbours mostly go to the same place: what was found for the last row is kept at hand.
 */
import { type Cluster, type KeySet, NO_KEYSET } from "./cluster.ts";
import type { Extract } from "./extract.ts";
import type { Keys } from "./keys.ts";
import { RefList } from "./reflist.ts";
import type { Spot } from "./spots.ts";

/** A delivery as it is added: its number, the segment of the journal that has it, and when; epoch ms. */
export interface Arrival {
  readonly serial: number;
  readonly segment: number;
  /** deliveries of later segments came before: a ref that they told of has to be told again, with this segment */
  readonly isLate: boolean;
  readonly nowMs: number;
}

/** Where a row goes. */
export interface Found {
  readonly cluster: Cluster;
  /** number of the trace, −1 for none */
  readonly trace: number;
  /** number of the set of keys, 0 for none */
  readonly keyset: number;
}

/** The keys of whatever carries none. */
export const NO_KEYS: Keys = new Map();

/** One batch being added. */
export class Adding {
  readonly extract: Extract;
  readonly arrival: Arrival;
  /** refs that are new */
  readonly refs: RefList;
  /** per set of keys of the batch, what it is among the live ones, once known */
  readonly keysets: (KeySet | undefined)[] = [NO_KEYSET];
  /** the trace ids of the rows, four words each */
  readonly traceWords: Uint32Array;
  /** the cluster touched last */
  touched: Cluster | null = null;
  readonly #localities: Uint32Array;
  #lastRow = -1;
  #last: Found | null = null;

  constructor(extract: Extract, arrival: Arrival) {
    this.extract = extract;
    this.arrival = arrival;
    this.refs = new RefList(arrival.segment);
    this.traceWords = extract.batch.columns.fixed.traceId;
    const { buffer, byteOffset, length } = extract.localities;
    this.#localities = new Uint32Array(buffer, byteOffset, length * 2);
  }

  /** Where the last row went, when this one has the same trace, keys and place. */
  likeLast(row: number): Found | null {
    const { keysetOf, days } = this.extract;
    if (this.#isEvent(row)) return null;
    const last = this.#lastRow;
    if (this.#last === null || keysetOf[row] !== keysetOf[last] || days[row] !== days[last]) return null;
    // Without a trace the place may differ, and without keys too there is nothing to go by.
    return this.#last.trace !== -1 && this.#isSameTrace(row, last) ? this.#last : null;
  }

  /** Notes where a row went. */
  remember(row: number, found: Found): void {
    if (this.#isEvent(row)) return;
    this.#lastRow = row;
    this.#last = found;
  }

  /** Where a row is kept. */
  spotOf(row: number): Spot {
    const low = this.#localities[row * 2] ?? 0;
    return { low, high: this.#localities[row * 2 + 1] ?? 0, day: this.extract.days[row] ?? 0 };
  }

  /** A CloudEvent is kept in a place of its own, whatever its trace. */
  #isEvent(row: number): boolean {
    return this.extract.batch.columns.fixed.kind[row] === 3;
  }

  #isSameTrace(a: number, b: number): boolean {
    const words = this.traceWords;
    for (let i = 0; i < 4; i++) if (words[a * 4 + i] !== words[b * 4 + i]) return false;
    return true;
  }
}

/** Whether the trace id that starts at a word is none. */
export function isNone(words: Uint32Array, at: number): boolean {
  return ((words[at] ?? 0) | (words[at + 1] ?? 0) | (words[at + 2] ?? 0) | (words[at + 3] ?? 0)) === 0;
}
