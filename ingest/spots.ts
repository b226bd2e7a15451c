/**
 * Spots: at which places live hops go by a name or a trace.
 *
 *   live → [spots] → refs that are new; acked
 *
 * Chains of slots (slots.ts), because there are more of them than of anything else that lives. Two things can be noted
 * about one place: that hops there go by it, and that they lead to it.
 */
import type { Place } from "./refs.ts";
import { NO_SLOT, Slots } from "./slots.ts";

/** A place as numbers: the halves of its locality, and its day. */
export interface Spot {
  readonly low: number;
  readonly high: number;
  readonly day: number;
}

/** The chain that nothing is on. */
export const NO_SPOTS = NO_SLOT;

/** Where in a slot what is; words. The last is the day, doubled, and what was noted. */
const IN = { low: 1, high: 2, what: 3 } as const;
const SPOT_WORDS = 4;

/** All chains. */
export class Spots {
  readonly #slots = new Slots(SPOT_WORDS);

  /**
   * Notes a spot on a chain.
   *
   * @param what  tells apart what was noted about one place; 0 or 1
   * @returns     the chain as it begins now; the same when it was there before
   */
  note(chain: number, { low, high, day }: Spot, what: 0 | 1): number {
    const last = day * 2 + what;
    for (let slot = chain; slot !== NO_SPOTS; slot = this.#slots.next(slot)) {
      const [words, at] = [this.#slots.piece(slot), this.#slots.start(slot)];
      if (words[at + IN.low] === low && words[at + IN.high] === high && words[at + IN.what] === last)
        return chain;
    }
    const slot = this.#slots.take(chain);
    const [words, at] = [this.#slots.piece(slot), this.#slots.start(slot)];
    words[at + IN.low] = low;
    words[at + IN.high] = high;
    words[at + IN.what] = last;
    return slot;
  }

  /** The places on a chain. */
  places(chain: number): Place[] {
    const places: Place[] = [];
    for (let slot = chain; slot !== NO_SPOTS; slot = this.#slots.next(slot)) {
      const { low, high, day } = this.#spot(slot);
      places.push({ locality: (BigInt(high) << 32n) | BigInt(low), day });
    }
    return places;
  }

  /** Adds the spots on another chain at which nothing is noted on this one, unless they are there already. */
  addMissing(found: Spot[], chain: number, other: number): void {
    for (let slot = other; slot !== NO_SPOTS; slot = this.#slots.next(slot)) {
      const spot = this.#spot(slot);
      if (!this.#isOn(chain, spot) && !found.some((known) => isSame(known, spot))) found.push(spot);
    }
  }

  /** Lets go of a chain. */
  giveBack(chain: number): void {
    this.#slots.giveBack(chain);
  }

  /** Whether anything is noted on a chain at a spot. */
  #isOn(chain: number, spot: Spot): boolean {
    for (let slot = chain; slot !== NO_SPOTS; slot = this.#slots.next(slot))
      if (isSame(this.#spot(slot), spot)) return true;
    return false;
  }

  #spot(slot: number): Spot {
    const [words, at] = [this.#slots.piece(slot), this.#slots.start(slot)];
    const [low, high] = [words[at + IN.low] ?? 0, words[at + IN.high] ?? 0];
    return { low, high, day: (words[at + IN.what] ?? 0) >> 1 };
  }
}

function isSame(a: Spot, b: Spot): boolean {
  return a.low === b.low && a.high === b.high && a.day === b.day;
}
