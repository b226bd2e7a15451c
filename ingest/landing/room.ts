/**
 * Room: whether there is any in memory for what comes in, known to both sides of a port at once.
 *
 *   backlog → [room] → landing
 *
 * While memory is full and the store keeps up a little more slowly than senders, a sender waits a moment for its ack:
 * what is taken in then is not read back from the journal, which costs as much as decoding it twice. It waits no longer
 * than a far-away server would take, so that no sender has to drop anything; after that the journal has it.
 */
import { memoryShare } from "../../collector/memory.ts";

/** How long an ack may be held back; ms. */
const PATIENCE_MS = 250;

/** What may be on its way to the rest: beyond it only the journal has it; bytes. */
const ON_THE_WAY_MAX = memoryShare(1 / 64);

/** Which word says what. */
const ON_THE_WAY = 0;
const IS_SHORT = 1;

/** Both sides make one of the same memory. */
export class Room {
  /** plain data, for the other side */
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
  }

  /** Memory is full and will not be for long, or is no longer. */
  setShort(isShort: boolean): void {
    if (Atomics.exchange(this.#words, IS_SHORT, isShort ? 1 : 0) === 1 && !isShort)
      Atomics.notify(this.#words, IS_SHORT);
  }

  /** Waits for room, if there soon is some. Answers whether so many bytes may be on their way now, and notes them. */
  async take(bytes: number): Promise<boolean> {
    await Atomics.waitAsync(this.#words, IS_SHORT, 1, PATIENCE_MS).value;
    if (Atomics.load(this.#words, ON_THE_WAY) > ON_THE_WAY_MAX) return false;
    Atomics.add(this.#words, ON_THE_WAY, bytes);
    return true;
  }

  /** So many bytes have come. */
  give(bytes: number): void {
    Atomics.sub(this.#words, ON_THE_WAY, bytes);
  }
}
