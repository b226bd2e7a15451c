/**
 * Spots: at which places live hops go by a name or a trace.
 *
 *   live → [spots] → refs that are new; acked
 *
 * Chains in typed arrays, because there are more of them than of anything else that lives; slots are used again. Two
 * things can be noted about one place: that hops there go by it, and that they lead to it.
 */
import { roomierThan, uncountedNumbers, uncountedWords } from "../collector/uncounted.ts";
import type { Place } from "./refs.ts";

/** A place as numbers: the halves of its locality, and its day. */
export interface Spot {
  readonly low: number;
  readonly high: number;
  readonly day: number;
}

/** The chain that nothing is on. */
export const NO_SPOTS = -1;

const FIRST_SLOTS = 4_096;

/** All chains. */
export class Spots {
  #low = uncountedWords(FIRST_SLOTS);
  #high = uncountedWords(FIRST_SLOTS);
  /** the day, doubled, and what was noted */
  #what = uncountedNumbers(FIRST_SLOTS);
  #next = uncountedNumbers(FIRST_SLOTS);
  #free = NO_SPOTS;
  #used = 0;

  /**
   * Notes a spot on a chain.
   *
   * @param what  tells apart what was noted about one place; 0 or 1
   * @returns     the chain as it begins now; the same when it was there before
   */
  note(chain: number, { low, high, day }: Spot, what: 0 | 1): number {
    const last = day * 2 + what;
    for (let at = chain; at !== NO_SPOTS; at = this.#next[at] ?? NO_SPOTS)
      if (this.#low[at] === low && this.#high[at] === high && this.#what[at] === last) return chain;
    const slot = this.#take();
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#what[slot] = last;
    this.#next[slot] = chain;
    return slot;
  }

  /** The places on a chain. */
  places(chain: number): Place[] {
    const places: Place[] = [];
    for (let at = chain; at !== NO_SPOTS; at = this.#next[at] ?? NO_SPOTS) {
      const locality = (BigInt(this.#high[at] ?? 0) << 32n) | BigInt(this.#low[at] ?? 0);
      places.push({ locality, day: (this.#what[at] ?? 0) >> 1 });
    }
    return places;
  }

  /** Adds the spots on another chain at which nothing is noted on this one, unless they are there already. */
  addMissing(found: Spot[], chain: number, other: number): void {
    for (let at = other; at !== NO_SPOTS; at = this.#next[at] ?? NO_SPOTS) {
      if (this.#isOn(chain, at)) continue;
      const spot = { low: this.#low[at] ?? 0, high: this.#high[at] ?? 0, day: (this.#what[at] ?? 0) >> 1 };
      if (!found.some((known) => isSame(known, spot))) found.push(spot);
    }
  }

  /** Whether anything is noted on a chain at the place of another slot. */
  #isOn(chain: number, slot: number): boolean {
    const [low, high, day] = [this.#low[slot], this.#high[slot], (this.#what[slot] ?? 0) >> 1];
    for (let at = chain; at !== NO_SPOTS; at = this.#next[at] ?? NO_SPOTS)
      if (this.#low[at] === low && this.#high[at] === high && (this.#what[at] ?? 0) >> 1 === day) return true;
    return false;
  }

  /** Lets go of a chain. */
  giveBack(chain: number): void {
    for (let at = chain; at !== NO_SPOTS; ) {
      const next = this.#next[at] ?? NO_SPOTS;
      this.#next[at] = this.#free;
      this.#free = at;
      at = next;
    }
  }

  #take(): number {
    const free = this.#free;
    if (free !== NO_SPOTS) {
      this.#free = this.#next[free] ?? NO_SPOTS;
      return free;
    }
    if (this.#used === this.#next.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const slots = roomierThan(this.#next.length);
    this.#low = grown(this.#low, uncountedWords(slots));
    this.#high = grown(this.#high, uncountedWords(slots));
    this.#what = grown(this.#what, uncountedNumbers(slots));
    this.#next = grown(this.#next, uncountedNumbers(slots));
  }
}

function isSame(a: Spot, b: Spot): boolean {
  return a.low === b.low && a.high === b.high && a.day === b.day;
}

function grown<T extends Uint32Array | Int32Array>(old: T, room: T): T {
  room.set(old);
  return room;
}
