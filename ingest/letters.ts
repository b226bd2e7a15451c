/**
 * Letters: which refused records are kept as dead letters, and bodies that nobody could read.
 *
 *   rejections → [letters] → table dead_letters
 *
 * Bounded per UTC day, so that a sender gone wild fills no disk; what is over the bound is counted, and was counted and
 * told to its sender before. Of bodies that cannot be read at all a sample is kept for somebody to look at: they were
 * answered 400 and are still their sender's, so a lost one is lost to nobody.
 */
import type { Envelope } from "../collector/request.ts";
import { BODY_REASON, type DeadLetter, deadLettersBlock } from "./letter_block.ts";
import type { Store } from "./store.ts";

/** How much is kept of one UTC day, by one process. */
export interface LetterLimits {
  readonly letters: number;
  readonly bytes: number;
}

/** Enough to see what is wrong on a bad day, and at most as much disk as a few seconds of good records. */
export const LETTER_LIMITS: LetterLimits = { letters: 100_000, bytes: 256 * 1024 * 1024 };

const DAY_MS = 86_400_000;

/** A day's room for dead letters. */
export class LetterBudget {
  /** refused records that were not kept because the day's room was used up; count since the start */
  dropped = 0;
  /** kept as dead letters; count since the start, a replay of the journal counted again */
  kept = 0;
  readonly #limits: LetterLimits;
  #day = -1;
  #letters = 0;
  #bytes = 0;

  constructor(limits: LetterLimits = LETTER_LIMITS) {
    this.#limits = limits;
  }

  /** Those for which there is room. Nothing is used up yet: storing them may fail and be tried again. */
  fitting(letters: readonly DeadLetter[], nowMs: number): DeadLetter[] {
    this.#turn(nowMs);
    let [count, bytes] = [this.#letters, this.#bytes];
    return letters.filter(({ item }) => {
      if (count + 1 > this.#limits.letters || bytes + item.bytes.length > this.#limits.bytes) return false;
      count += 1;
      bytes += item.bytes.length;
      return true;
    });
  }

  /** Uses the room up for what was stored of those that came. */
  charge(stored: readonly DeadLetter[], came: number): void {
    this.#letters += stored.length;
    for (const { item } of stored) this.#bytes += item.bytes.length;
    this.kept += stored.length;
    this.dropped += came - stored.length;
  }

  #turn(nowMs: number): void {
    const day = Math.floor(nowMs / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    this.#letters = 0;
    this.#bytes = 0;
  }
}

/** Where letters go and how much room there is. */
export interface LetterBox {
  readonly store: Store;
  readonly budget: LetterBudget;
}

/**
 * Stores the letters for which the day has room.
 *
 * @throws {Failure} `store_unavailable`; nothing was counted then
 */
export async function storeLetters(
  { store, budget }: LetterBox,
  letters: readonly DeadLetter[],
  nowMs: number,
): Promise<void> {
  const fitting = budget.fitting(letters, nowMs);
  if (fitting.length > 0) await store.insertNative("dead_letters", [deadLettersBlock(fitting)]);
  budget.charge(fitting, letters.length);
}

const SAMPLE_BYTES_MAX = 64 * 1024;
const SAMPLE_EVERY_MS = 60_000;
const SENDERS_MAX = 1_000;

/** Takes in a body that could not be read, as received; never throws. */
export type Sampler = (envelope: Envelope, body: Uint8Array, why: string) => void;

/**
 * Chooses of the bodies that could not be read: one a minute and sender, its first 64 KiB.
 *
 * @param chosen  is given each as a letter, to be stored
 */
export function sampling(chosen: (letter: DeadLetter) => void): Sampler {
  const lastMs = new Map<string, number>();
  return (envelope, body, why) => {
    const { signal, sender, receivedMs } = envelope;
    const from = `${signal} ${sender}`;
    if (receivedMs - (lastMs.get(from) ?? Number.NEGATIVE_INFINITY) < SAMPLE_EVERY_MS) return;
    if (lastMs.size >= SENDERS_MAX) lastMs.clear();
    lastMs.set(from, receivedMs);
    const isCut = body.length > SAMPLE_BYTES_MAX;
    const text = isCut ? `${why} These are its first ${SAMPLE_BYTES_MAX} of ${body.length} bytes.` : why;
    const bytes = Uint8Array.prototype.slice.call(body, 0, SAMPLE_BYTES_MAX);
    chosen({ envelope, item: { reason: BODY_REASON, text, where: "", bytes } });
  };
}
