/**
 * Outbox: what has to reach one receiver, tried until it does or nobody would care any more.
 *
 *   notify → [outbox] → deliver
 *
 * Bounded, and in order: when more waits than it takes, the oldest goes and is counted. Between tries it waits longer
 * each time, by a part that chance decides, so that many do not come back at once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { pauseAfter } from "../ingest/backoff.ts";
import type { Delivered } from "./deliver.ts";

/** One thing to send. Put in again under the same key while it waits, it takes the place of the former. */
export interface Letter {
  readonly key: string;
  /** made when it is sent, so that its signature is fresh */
  readonly send: () => Promise<Delivered>;
  /** what came of it in the end; waited for */
  readonly onDone: (delivered: Delivered) => void | Promise<void>;
}

/** How an outbox tries. */
export interface OutboxOptions {
  /** letters that may wait; count */
  readonly waitingMax: number;
  readonly triesMax: number;
  /** before the second try; ms, doubled each time */
  readonly firstMs: number;
  /** never longer than this; ms */
  readonly longestMs: number;
}

/** Ten tries over about ten minutes. */
export const PATIENT: OutboxOptions = { waitingMax: 100, triesMax: 10, firstMs: 2_000, longestMs: 300_000 };

/** Letters to one receiver. */
export class Outbox {
  /** letters that arrived */
  delivered = 0;
  /** letters that were given up, or pushed out by newer ones */
  lost = 0;
  readonly #options: OutboxOptions;
  readonly #waiting = new Map<string, Letter>();
  readonly #stop = new AbortController();
  #working: Promise<void> | null = null;
  #sending: string | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Whether a letter of that key waits or is on its way. */
  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** letters that wait; count */
  get waiting(): number {
    return this.#waiting.size;
  }

  put(letter: Letter): void {
    const others = [...this.#waiting.keys()].filter((key) => key !== this.#sending && key !== letter.key);
    const [oldest] = others;
    if (oldest !== undefined && others.length >= this.#options.waitingMax) {
      this.#waiting.delete(oldest);
      this.lost += 1;
    }
    this.#waiting.set(letter.key, letter);
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  /** Resolves when nothing waits any more, delivered or given up. */
  async settled(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  /** Gives up what waits; what is on its way may still arrive. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.settled();
  }

  async #work(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#sending = next.key;
      const delivered = await this.#try(next);
      this.#sending = null;
      if (this.#stop.signal.aborted) return;
      if (delivered.ok) this.delivered += 1;
      else this.lost += 1;
      if (this.#waiting.get(next.key) === next) this.#waiting.delete(next.key);
      await next.onDone(delivered);
    }
  }

  #next(): Letter | undefined {
    return this.#stop.signal.aborted ? undefined : [...this.#waiting.values()][0];
  }

  async #try(letter: Letter): Promise<Delivered> {
    const { triesMax, firstMs, longestMs } = this.#options;
    for (let tries = 1; ; tries++) {
      const delivered = await letter.send();
      if (delivered.ok || !delivered.again || tries >= triesMax) return delivered;
      const waitMs = pauseAfter(tries - 1, longestMs, firstMs);
      const isOver = await sleep(waitMs, false, { signal: this.#stop.signal, ref: false }).catch(() => true);
      if (isOver) return delivered;
    }
  }
}
