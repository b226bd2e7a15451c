/**
 * Queue: deliveries that are acked and not stored yet, oldest first.
 *
 *   pipeline → [queue] → writes
 *
 * Lives in memory; the journal has all of it. What the store did not take stays at the front.
 */
import type { Extract } from "./extract.ts";
import { noteFlushed, noteLongKeys, type PipelineStats } from "./stats.ts";
import { InsertSize, storeAll, type Waiting, type Writing } from "./writes.ts";

/** A delivery with all that was extracted. */
interface Arrived extends Omit<Waiting, "located"> {
  readonly extract: Extract;
}

/** When much comes in, larger blocks are worth more than fresh ones: every part has to be merged again. */
const BUSY_HOPS = 5_000;
const BUSY_AGE_MS = 2_000;
const BLOCK_HOPS = 200_000;

/** Deliveries that wait. Calls to `flush` must not overlap. */
export class Queue {
  readonly #stats: PipelineStats;
  readonly #size = new InsertSize();
  readonly #noteStored: (serial: number) => void;
  #waiting: Waiting[] = [];

  /**
   * @param stats       kept up to date with what waits and what is stored
   * @param noteStored  is told the number of each delivery that is stored
   */
  constructor(stats: PipelineStats, noteStored: (serial: number) => void) {
    this.#stats = stats;
    this.#noteStored = noteStored;
  }

  /** Adds the newest, of which the stats know already. */
  add({ extract: { batch, localities, longKeys }, ...delivery }: Arrived): void {
    noteLongKeys(this.#stats, longKeys);
    this.#waiting.push({ ...delivery, located: { batch, localities } });
    this.#stats.oldestWaitingMs ??= delivery.ackedMs;
  }

  /** The number of the first delivery that is not stored; null when all are, as far as no flush is going on. */
  oldestSerial(): number | null {
    return this.#waiting[0]?.serial ?? null;
  }

  /** Whether so much comes in that a larger block is worth waiting for a little longer. */
  isWorthWaiting(nowMs: number): boolean {
    const { waiting, oldestWaitingMs } = this.#stats;
    const ageMs = nowMs - (oldestWaitingMs ?? 0);
    const isYoung = ageMs >= 0 && ageMs < BUSY_AGE_MS; // negative after our clock was set back
    return isYoung && waiting > BUSY_HOPS && waiting < BLOCK_HOPS;
  }

  /**
   * Stores the oldest of them, as many as one insert takes, and while other work goes on beside it, which may take
   * seconds, one large block after the other.
   *
   * @throws {Failure} when the store does not take them; they stay
   */
  async flush(writing: Writing, beside: Promise<unknown>): Promise<void> {
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    beside.then(end, end);
    do await this.#flushOnce(writing);
    while (!isOver && this.#stats.waiting >= BLOCK_HOPS / 2);
  }

  async #flushOnce(writing: Writing): Promise<void> {
    const taken = this.#size.take(this.#waiting);
    if (taken.length === 0) return;
    const beganMs = performance.now();
    try {
      await storeAll(writing, taken);
    } catch (error) {
      this.#waiting = [...taken, ...this.#waiting];
      this.#size.shrink();
      throw error;
    }
    const tookMs = performance.now() - beganMs;
    let hops = 0;
    for (const { batch } of taken.map(({ located }) => located)) {
      hops += batch.rows;
      this.#stats.waitingBytes -= batch.bytes;
    }
    this.#stats.waiting -= hops;
    this.#stats.stored += hops;
    this.#size.grow(hops, tookMs);
    noteFlushed(this.#stats, tookMs);
    this.#stats.oldestWaitingMs = this.#waiting[0]?.ackedMs ?? null;
    for (const { serial } of taken) this.#noteStored(serial);
  }
}
