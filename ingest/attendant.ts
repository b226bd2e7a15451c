/**
 * Attendant: gives up what was asked of a server before it was away, once it is back.
 *
 *   store → [attendant] → client
 *
 * An answer that was lost on its way never comes, and whoever waits for it waits its whole time, long after the server is
 * back. So while an answer takes long the server is pinged. When it does not answer that either, and later does, what
 * was asked before fails as an outage does, and is asked again by those who do. Knows nothing of what is asked.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../errors.ts";

/** What was asked of a server before it was away. It is back: to ask again need not wait. */
export class WasAway extends Failure {
  constructor(cause: unknown) {
    super("store_unavailable", "It was away meanwhile.", cause);
  }
}

/** An answer that takes longer is looked after, this often; ms. */
const LOOK_MS = 1_000;
/** A server that is away is looked for this often; ms. */
const LOOK_AGAIN_MS = 200;
/** An answer that was held up, not lost, may still come in this time; ms. */
const GRACE_MS = 1_000;

/** Looks after the questions to one server. */
export class Attendant {
  readonly #isThere: () => Promise<boolean>;
  /** and when it was asked, by performance.now() */
  readonly #asked = new Map<AbortController, number>();
  readonly #doubtful = new Set<AbortController>();
  #isLooking = false;

  /** @param isThere  whether the server answers now; never rejects, and takes a few seconds at the most */
  constructor(isThere: () => Promise<boolean>) {
    this.#isThere = isThere;
  }

  /**
   * Does some work, which ends when the signal says so.
   *
   * @throws {WasAway} when it was given up
   */
  async attend<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const question = new AbortController();
    this.#asked.set(question, performance.now());
    if (!this.#isLooking) void this.#look();
    try {
      return await work(question.signal);
    } catch (error) {
      throw question.signal.aborted ? new WasAway(error) : error;
    } finally {
      this.#asked.delete(question);
      this.#doubtful.delete(question);
    }
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#asked.size > 0) {
      await sleep(this.#doubtful.size > 0 ? LOOK_AGAIN_MS : LOOK_MS, undefined, { ref: false });
      const [oldest = Number.POSITIVE_INFINITY] = this.#asked.values();
      if (performance.now() - oldest < LOOK_MS) continue;
      const asked = [...this.#asked.keys()];
      if (!(await this.#isThere())) for (const question of asked) this.#doubt(question);
      else if (this.#doubtful.size > 0) await this.#giveUp();
    }
    this.#isLooking = false;
  }

  #doubt(question: AbortController): void {
    if (this.#asked.has(question)) this.#doubtful.add(question);
  }

  async #giveUp(): Promise<void> {
    await sleep(GRACE_MS, undefined, { ref: false });
    for (const question of this.#doubtful) question.abort();
    this.#doubtful.clear();
  }
}
