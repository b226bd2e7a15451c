/**
 * Backlog: deliveries that are in the journal and not in memory.
 *
 *   after a start:     journal → [backlog] → pipeline, while new deliveries are taken in beside it
 *   store far behind:  landing → journal → [backlog] → pipeline, as soon as there is room
 *
 * So the memory is bounded by what the pipeline may hold and the journal by its own limit, and an outage of the store
 * costs no sender anything before the journal is full. Such hops are in no answer yet: readiness says so. What arrives goes
 * ahead as soon as there is room, and of what is read back most is the newest: who asks about an order of now does not
 * wait for those of an outage, and the journal, which is let go of from the oldest on, gets its room back too. A body
 * that this version cannot read becomes one dead letter, never a reason not to start.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { memoryShare } from "../collector/memory.ts";
import type { Delivery, Received } from "../collector/request.ts";
import { Failure } from "../errors.ts";
import type { Journal } from "./journal.ts";
import { breather } from "./pace.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Reread, Rereading } from "./reread.ts";
import type { Position } from "./segments.ts";

/** What a backlog works with. */
export interface BacklogOptions {
  readonly journal: Pick<Journal, "append" | "state"> & Rereading;
  readonly pipeline: Pick<
    Pipeline,
    "accept" | "landed" | "ready" | "recover" | "recovered" | "settling" | "stats"
  >;
  readonly log: { readonly info: Say; readonly warn: Say };
  /** is told whether there is room. @default nobody is */
  readonly room?: { readonly setShort: (isShort: boolean) => void };
  /** hops that may wait in memory before deliveries are only journaled; count. @default 400,000 */
  readonly waitingMax?: number;
  /** the same for what they take; bytes. @default an eighth of the memory, a GiB at most */
  readonly waitingBytesMax?: number;
  /** parked deliveries read back in one go; count. @default 1,000 */
  readonly readAtOnce?: number;
}

type Say = (fields: object, text: string) => void;

/** How it stands. */
export interface BacklogState {
  /** what an earlier run left is still being read */
  readonly isReplaying: boolean;
  /** deliveries read back since the start; count */
  readonly replayed: number;
  /** share of the old journal that was read; 0 to 1 */
  readonly replayedRatio: number;
  /** bodies that this version could not read, now dead letters; count */
  readonly unreadable: number;
  /** acked deliveries that are in the journal only; count */
  readonly parked: number;
}

const WAITING_MAX = 400_000;
const WAITING_BYTES_MAX = memoryShare(1 / 8);
/** Reading goes on while a smaller share of what memory may hold waits there; the rest is for what arrives. */
const READING_RATIO = 0.95;
/** While the store takes nothing, half is kept free: for what arrives, and the newest of the rest, once it does. */
const AWAY_RATIO = 0.5;
const POLL_MS = 25;
const PROGRESS_MS = 2_000;
/** A segment is read whole for the few of it that are wanted: too few cost more to find than to read. */
const READ_AT_ONCE = 1_000;
/** Every so many turns it is the oldest that are read back. */
const OLDEST_EVERY = 4;
/** The backlog of one journal. */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #closing = new AbortController();
  readonly #oldBytes: number;
  readonly #breathe = breather();
  readonly #parked: Position[] = [];
  #turn = 0;
  #running: Promise<void> = Promise.resolve();
  #isReplaying = true;
  #replayed = 0;
  #readBytes = 0;
  #unreadable = 0;
  /** what was read back is what was taken in; false when some of it may not be */
  #isAsItWas = true;
  #lastProgressMs = 0;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#oldBytes = options.journal.state().bytes;
  }

  state(): BacklogState {
    const ratio = this.#oldBytes === 0 ? 1 : Math.min(1, this.#readBytes / this.#oldBytes);
    return {
      isReplaying: this.#isReplaying,
      replayed: this.#replayed,
      replayedRatio: this.#isReplaying ? ratio : 1,
      unreadable: this.#unreadable,
      parked: this.#parked.length,
    };
  }

  /** Resolves once the delivery is durable; it may have to wait in the journal for its turn. */
  accept = async (delivery: Delivery): Promise<void> => {
    const { pipeline, journal } = this.#options;
    if (this.#hasRoom(1)) return pipeline.accept(delivery);
    if (this.#closing.signal.aborted) throw new Failure("stopping");
    this.#parked.push(await journal.append(delivery.envelope, delivery.body));
  };

  /** Takes a delivery that is durable already; null for one that is in the journal only. */
  landed = (received: Received | null, position: Position): void => {
    if (received !== null && this.#hasRoom(1)) this.#options.pipeline.landed(received, position);
    else this.#parked.push(position);
    this.#tellRoom();
  };

  /** A store that takes nothing makes no room soon. */
  #tellRoom(): void {
    this.#options.room?.setShort(!this.#hasRoom(1) && this.#options.pipeline.stats.isTaking);
  }

  /** Begins to read; resolves when what an earlier run left is in memory, or at the close. */
  start(): Promise<void> {
    const replayed = this.#replay();
    this.#running = replayed.then(() => this.#unpark());
    return replayed;
  }

  /** Stops reading; what was not read stays in the journal for the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #replay(): Promise<void> {
    const { journal, log, pipeline } = this.#options;
    const beganMs = performance.now();
    this.#lastProgressMs = beganMs;
    await pipeline.ready();
    for await (const each of journal.replay()) {
      if (!(await this.#mayGoOn())) return;
      await this.#recover(each);
      this.#readBytes += each.bodyBytes;
      this.#tellProgress();
    }
    this.#isReplaying = false;
    const { damagedSpots, damagedBytes, missingSegments, emptySegments, unreadableSegments } =
      journal.state();
    const seconds = Math.round(performance.now() - beganMs) / 1000;
    if (this.#replayed > 0) log.info({ deliveries: this.#replayed, seconds }, "Replayed the journal.");
    const isWhole = damagedSpots + missingSegments + emptySegments === 0;
    pipeline.recovered(isWhole && this.#isAsItWas);
    if (isWhole) return;
    log.warn(
      { damagedSpots, damagedBytes, missingSegments, emptySegments, unreadableSegments },
      "Parts of the journal could not be read; a torn end was never acknowledged, anything else may be lost.",
    );
  }

  #tellProgress(): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastProgressMs < PROGRESS_MS) return;
    this.#lastProgressMs = nowMs;
    const percent = Math.round(this.state().replayedRatio * 100);
    this.#options.log.info({ deliveries: this.#replayed, percent }, "Replaying the journal.");
  }

  async #unpark(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      if (this.#parked.length === 0) await this.#pause();
      else if (await this.#mayGoOn()) await this.#readSome();
    }
  }

  /** What was read is taken off one by one: told to the pipeline twice, a record would be released twice. */
  async #readSome(): Promise<void> {
    const { readAtOnce = READ_AT_ONCE } = this.#options;
    const isOldest = ++this.#turn % OLDEST_EVERY === 0;
    const first = isOldest ? 0 : Math.max(0, this.#parked.length - readAtOnce);
    const positions = this.#parked.slice(first, first + readAtOnce);
    const unread = new Map(positions.map((position) => [placeOf(position), position]));
    try {
      for await (const each of this.#options.journal.read(positions)) {
        if (!(await this.#mayGoOn())) return;
        await this.#recover(each);
        unread.delete(placeOf(each.position));
      }
      // What the journal turned out not to have is nowhere, and counted.
      unread.clear();
    } catch (error) {
      this.#options.log.warn({ err: error }, "The journal could not be read back; trying again.");
      await this.#pause(1_000);
    }
    // What was parked meanwhile stands behind them.
    this.#parked.splice(first, positions.length, ...unread.values());
  }

  /** Waits for room in memory, and lets others have the processor. False once it is closed. */
  async #mayGoOn(): Promise<boolean> {
    while (!this.#hasRoom(READING_RATIO) && !this.#closing.signal.aborted) await this.#pause();
    await this.#breathe();
    return !this.#closing.signal.aborted;
  }

  /** Whether less waits in memory than such a share of what may, to be stored or to be settled. */
  #hasRoom(share: number): boolean {
    if (this.#options.pipeline.settling().isCrowded) return false;
    const { pipeline, waitingMax = WAITING_MAX, waitingBytesMax = WAITING_BYTES_MAX } = this.#options;
    const { waiting, waitingBytes, isTaking } = pipeline.stats;
    const ratio = isTaking ? share : share * AWAY_RATIO;
    return waiting < waitingMax * ratio && waitingBytes < waitingBytesMax * ratio;
  }

  async #pause(ms = POLL_MS): Promise<void> {
    this.#tellRoom();
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  async #recover({ received, position, isReadable, isAsItWas }: Reread): Promise<void> {
    if (!isReadable) this.#unreadable += 1;
    if (!isAsItWas) this.#isAsItWas = false;
    this.#options.pipeline.recover(received, position);
    this.#replayed += 1;
    this.#tellRoom();
    await this.#breathe();
  }
}

function placeOf({ segment, end }: Position): string {
  return `${segment}/${end}`;
}
