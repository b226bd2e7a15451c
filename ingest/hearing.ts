/**
 * Hearing: asks the store for the names in it, once, and says for how long the answer holds.
 *
 *   store, journal → [hearing] → Heard → live, settler
 *                        └ writers
 *
 * The answer is everything only while no other process writes. On the embedded engine none can. On a server each announces
 * itself first: who has company at the start does not ask, and who gets some believes its memory no more, for good.
 */
import type { Heard } from "./heard.ts";
import type { Journal } from "./journal.ts";
import type { Store } from "./store.ts";
import { NO_SEGMENTS, namesCount, namesIn } from "./warm.ts";
import type { Writers } from "./writers.ts";

/** What is asked, and whose journal it is filled from. */
export interface HearingOptions {
  readonly store: Store;
  readonly journal: Pick<Journal, "kept">;
  /** null where nobody knows who else writes to a server */
  readonly writers: Writers | null;
  /** since when every hop is kept; nanoseconds since 1970 UTC */
  readonly keptSinceNs: () => bigint;
  /** is told when somebody else has begun to write */
  readonly lost: () => void;
}

/** With more than this in a server it would take minutes to hear them all; count. */
const NAMES_MAX = 2 ** 27;
/** So long after one look others are looked for again; ms. */
const LISTEN_MS = 2_000;

/** The names of one store, as soon as they are known. */
export class Hearing {
  readonly #options: HearingOptions;
  readonly #first: Promise<void>;
  #heard: Heard | null = null;
  #isWhole: boolean | null = null;
  #announced = 0n;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  /** whether they are unknown for good */
  #isShared: boolean;

  /** Asks at once, so that the first journeys do not have to be gathered. */
  constructor(options: HearingOptions) {
    this.#options = options;
    this.#isShared = options.store.shape === "server" && options.writers === null;
    this.#first = this.again().catch(() => undefined);
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
    if (this.#heard !== null || this.#isShared) return;
    const heard = await this.#ask();
    if (this.#isShared) return; // meanwhile
    this.#isShared = heard === null;
    if (heard !== null && this.#isWhole !== null) heard.noteRead(this.#isWhole);
    this.#heard = heard;
    if (heard !== null && this.#writers !== null) this.#listen();
  }

  /** What the journal had was taken in, all of it when it `isWhole`; it may not be known yet what that was. */
  noteRead(isWhole: boolean): void {
    this.#isWhole = isWhole;
    this.#heard?.noteRead(isWhole);
    // What cannot be read may be on its way to a server, and nobody here knows by which names it goes.
    if (!isWhole && this.#writers !== null) this.#lose();
  }

  /**
   * Whether nobody else has begun to write before this moment. Whoever has company announces itself once more, so that
   * of two at least one knows of the other before it settles what both have stored.
   *
   * @throws {Failure} when the store does not answer
   */
  async isAlone(): Promise<boolean> {
    if (this.#writers === null || this.#heard === null) return this.#heard !== null;
    const { announced } = await this.#writers.others();
    if (announced === this.#announced) return this.#heard !== null;
    await this.#writers.announce();
    this.#lose();
    return false;
  }

  /** Tells the others that nothing more is written. */
  async leave(): Promise<void> {
    await this.#writers?.leave();
  }

  /** Listens no more. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  get #writers(): Writers | null {
    return this.#options.store.shape === "server" ? this.#options.writers : null;
  }

  async #ask(): Promise<Heard | null> {
    const { store, journal } = this.#options;
    const reading = { keptSinceNs: this.#options.keptSinceNs() };
    if (this.#writers === null) return namesIn(store, journal.kept, reading);
    await this.#writers.announce();
    const { announced, wereAny, areAny } = await this.#writers.others();
    this.#announced = announced;
    if (areAny || this.#isWhole === false || (await namesCount(store)) > NAMES_MAX) return null;
    return namesIn(store, wereAny ? NO_SEGMENTS : journal.kept, reading);
  }

  /** Answers come from memory without a look at the store, also when nothing is stored. */
  #listen(): void {
    this.#timer = setTimeout(async () => {
      await this.isAlone().catch(() => undefined);
      if (this.#heard !== null && !this.#isClosed) this.#listen();
    }, LISTEN_MS).unref();
  }

  #lose(): void {
    this.#heard = null;
    this.#isShared = true;
    this.#options.lost();
  }
}
