/**
 * Shelf: names by the last minute in which they count, so that those which count no more are found without a look at
 * the others.
 *
 *   book → [shelf] → book
 *
 * Knows nothing of what goes by the names. One that was put under several minutes comes from each of them: whoever takes
 * it has to look whether it counts later by now.
 */
import { append } from "../group.ts";

/** Names by minute. */
export class Shelf {
  readonly #names = new Map<number, string[]>();

  /** Puts a name under a minute. */
  put(minute: number, name: string): void {
    append(this.#names, minute, name);
  }

  /** Takes out what is under the minutes before that one. */
  take(beforeMinute: number): string[] {
    const taken: string[] = [];
    for (const [minute, names] of this.#names) {
      if (minute >= beforeMinute) continue;
      this.#names.delete(minute);
      for (const name of names) taken.push(name);
    }
    return taken;
  }
}
