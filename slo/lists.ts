/**
 * Lists: one list of numbers for all that are alike.
 *
 *   book → [lists] → what is held for half a million journeys
 *
 * Most journeys began in the same few minutes as others. A bounded memory: after many it starts anew.
 */

/** Lists kept at hand. */
const KEPT_MAX = 10_000;

/** Short lists of numbers, each once. */
export class Lists {
  readonly #known = new Map<string, readonly number[]>();

  /** One that is like this; nobody may change it. */
  like(numbers: readonly number[]): readonly number[] {
    const key = numbers.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= KEPT_MAX) this.#known.clear();
    // A copy has no room for more: an array that was pushed to keeps sixteen places.
    const copy = numbers.slice();
    this.#known.set(key, copy);
    return copy;
  }
}
