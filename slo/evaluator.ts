/**
 * Evaluator: looks at every objective once a minute, whether anybody asks or not, and has people told.
 *
 *   clock → [evaluator] → watch → notify
 *
 * Of several processes on one store all look and one has people told; the others take over what it decided. A look that fails is looked at again in a minute; what it missed is made up for. Owns the timer, decides nothing.
 */
import { Failure } from "../errors.ts";
import type { SloBoard } from "./board.ts";
import type { Lease } from "./lease.ts";
import type { Notifier } from "./notify.ts";
import type { Watch } from "./watch.ts";
import { isAhead, watermarkAt } from "./windows.ts";

const MINUTE_MS = 60_000;

/** After the minute turns, so that what was acked in it has a chance to be stored; ms. */
const AFTER_MS = 1_000;

/** What an evaluator works with. */
export interface EvaluatorOptions {
  readonly board: Pick<SloBoard, "close">;
  readonly watch: Watch;
  readonly notifier: Notifier;
  readonly lease: Lease;
  /** epoch milliseconds UTC */
  readonly now: () => number;
  readonly log: { readonly warn: (fields: object, text: string) => void };
}

/** How looking went since the start. */
export interface EvaluatorStats {
  /** looks after which everybody was told who had to be */
  readonly evaluations: number;
  /** how long the last of them took; ms */
  readonly lastMs: number;
  readonly failures: number;
  /** whether it is this process that tells people */
  readonly leads: boolean;
}

/** A running evaluator. */
export class Evaluator {
  stats: EvaluatorStats = { evaluations: 0, lastMs: 0, failures: 0, leads: false };
  readonly #options: EvaluatorOptions;
  #timer: NodeJS.Timeout | null = null;
  #ticking: Promise<void> = Promise.resolve();
  #closed = false;
  #hasAsked = false;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** Looks now, and from then on shortly after each minute. */
  start(): void {
    if (this.#closed) return;
    const run = async () => {
      await this.tick().catch((error: unknown) => this.#failed(error));
      this.#schedule();
    };
    this.#ticking = run();
  }

  /** One look. @throws {Failure} when the store does not answer, after everybody who can be told was told */
  async tick(): Promise<void> {
    const { watch, notifier, now } = this.#options;
    const [nowMs, begun] = [now(), performance.now()];
    const leads = await this.#claim(nowMs);
    // Who did not tell people until now does not know yet whom another process told of what.
    if (!leads || !this.stats.leads) watch.forget();
    this.stats = { ...this.stats, leads };
    const watched = await watch.look(nowMs);
    if (leads) {
      await notifier.tell(watched, nowMs);
      await watch.save(nowMs);
    }
    const lastMs = performance.now() - begun;
    // Without the store the numbers are those of a minute ago, of a clock that was ahead, or none.
    const atMs = watched.board?.watermarkMs ?? 0;
    if (atMs < watermarkAt(nowMs) || isAhead(atMs, nowMs)) throw new Failure("store_unavailable");
    this.stats = { ...this.stats, evaluations: this.stats.evaluations + 1, lastMs };
  }

  /** Waits for the look that is under way; what waits to be delivered is taken up at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#ticking;
    await this.#options.notifier.close();
    await this.#options.board.close();
    if (this.stats.leads) await this.#options.lease.release(this.#options.now()).catch(() => {});
  }

  /** Without the store it stays as it was; who never had an answer tells people: of its silence, there is nothing else. */
  async #claim(nowMs: number): Promise<boolean> {
    try {
      const leads = await this.#options.lease.claim(nowMs);
      this.#hasAsked = true;
      return leads;
    } catch (error) {
      if (error instanceof Failure && error.retryable) return this.stats.leads || !this.#hasAsked;
      throw error;
    }
  }

  #schedule(): void {
    if (this.#closed) return;
    const nowMs = this.#options.now();
    const nextMs = (Math.floor((nowMs - AFTER_MS) / MINUTE_MS) + 1) * MINUTE_MS + AFTER_MS;
    this.#timer = setTimeout(() => this.start(), nextMs - nowMs).unref();
  }

  #failed(error: unknown): void {
    this.stats = { ...this.stats, failures: this.stats.failures + 1 };
    this.#options.log.warn(
      { err: error },
      "The objectives could not be evaluated; trying again in a minute.",
    );
  }
}
