/**
 * Hearing: asks the store for the names in it, once, and again until it answers.
 *
 *   store, journal → [hearing] → Heard → live, settler
 *
 * Only where no other process writes: what others store cannot be heard of.
 */
import type { Heard } from "./heard.ts";
import type { Journal } from "./journal.ts";
import type { Store } from "./store.ts";
import { namesIn } from "./warm.ts";

/** What is asked, and whose journal it is filled from. */
export interface HearingOptions {
  readonly store: Store;
  readonly journal: Pick<Journal, "kept">;
}

/** The names of one store, as soon as they are known. */
export class Hearing {
  readonly #options: HearingOptions;
  readonly #first: Promise<void>;
  #heard: Heard | null = null;
  #isWhole: boolean | null = null;

  /** Asks at once, so that the first journeys do not have to be gathered. */
  constructor(options: HearingOptions) {
    this.#options = options;
    this.#first = this.#ask().catch(() => undefined);
  }

  /** Null until they are known, and where they cannot be. */
  get heard(): Heard | null {
    return this.#heard;
  }

  /** Resolves when the store was asked once, whatever it said. */
  first = (): Promise<void> => this.#first;

  /** Asks again if need be, before anything more is stored. @throws {Failure} when the store does not answer */
  async again(): Promise<void> {
    await this.#first;
    await this.#ask();
  }

  /** What the journal had was taken in, all of it when it `isWhole`; it may not be known yet what that was. */
  noteRead(isWhole: boolean): void {
    this.#isWhole = isWhole;
    this.#heard?.noteRead(isWhole);
  }

  async #ask(): Promise<void> {
    const { store, journal } = this.#options;
    if (this.#heard !== null || store.shape !== "embedded") return;
    const heard = await namesIn(store, journal.kept);
    if (this.#isWhole !== null) heard.noteRead(this.#isWhole);
    this.#heard = heard;
  }
}
