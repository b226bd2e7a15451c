/**
 * Writers: who else writes to this store.
 *
 *   store → [writers] → hearing
 *
 * What memory knows is all there is only while nobody else writes. A server may have several writers, so each announces
 * itself before it writes, and again when that is long ago; whoever has heard no other announcement since it asked what is
 * in the store may go on believing its memory (docs/adr/0010). Elects nobody and locks nothing: slo/lease.ts does.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

/** Who asks. */
export interface WritersOptions {
  readonly store: Store;
  /** id of the data folder, which has one process at a time; null for a process without one */
  readonly folderId: string | null;
  /** epoch milliseconds */
  readonly now: () => number;
}

/** What others have announced. */
export interface Others {
  /** how often, ever: it only grows */
  readonly announced: bigint;
  /** whether there ever was one with another data folder */
  readonly wereAny: boolean;
  /** whether such a one may still write */
  readonly areAny: boolean;
}

/** Who else has said that it writes here? */
export const writersBeside = statement(new URL("./sql/writers_beside.sql", import.meta.url), {
  params: z.object({ folder: z.string(), process: z.string(), silent_s: z.int() }),
  row: z.object({ announced: Int64, strangers: Int64, living: Int64 }),
});

const ANNOUNCE = `INSERT INTO writers (folder, process, at, leaves)
SELECT {folder:String}, {process:String}, now64(6), {leaves:UInt8}`;

/** Who was silent for so long writes no more: it announces itself anew before it does; seconds. */
const SILENT_S = 86_400;
/** Well within that; ms. */
const AGAIN_MS = 3_600_000;

/** The part of one process in it. */
export class Writers {
  readonly #options: WritersOptions;
  readonly #process = randomUUID();
  #announcedMs: number | null = null;

  constructor(options: WritersOptions) {
    this.#options = options;
  }

  /** Says that this process writes. @throws {Failure} when the store does not answer */
  async announce(): Promise<void> {
    const nowMs = this.#options.now();
    await this.#say(0);
    this.#announcedMs = nowMs;
  }

  /** Says that it writes no more: nothing of it may be on its way to the store. */
  async leave(): Promise<void> {
    if (this.#announcedMs !== null) await this.#say(1);
    this.#announcedMs = null;
  }

  /** Says that this process writes, unless it said so of late. */
  async announceAgain(): Promise<void> {
    const { now } = this.#options;
    // Also when our clock was set back.
    if (this.#announcedMs === null || Math.abs(now() - this.#announcedMs) > AGAIN_MS) await this.announce();
  }

  /** What others said. @throws {Failure} when the store does not answer */
  async others(): Promise<Others> {
    const who = { folder: this.#folder, process: this.#process, silent_s: SILENT_S };
    const [row] = await writersBeside(this.#options.store, who);
    const { announced = 0n, strangers = 0n, living = 0n } = row ?? {};
    return { announced, wereAny: strangers > 0n, areAny: living > 0n };
  }

  #say(leaves: 0 | 1): Promise<void> {
    const who = { folder: this.#folder, process: this.#process };
    return this.#options.store.command(ANNOUNCE, { ...who, leaves });
  }

  get #folder(): string {
    return this.#options.folderId ?? this.#process;
  }
}

/** What journeys are told from, and their rows. */
const TOLD: ReadonlySet<string> = new Set(["hops", "refs", "journeys"]);

/** The same store; nothing that others reckon with is written to it before this process has announced itself. */
export function announcing(store: Store, writers: Writers): Store {
  if (store.shape === "embedded") return store;
  return {
    ...store,
    insertNative: async (table, pieces) => {
      if (TOLD.has(table)) await writers.announceAgain();
      await store.insertNative(table, pieces);
    },
  };
}
