/**
 * Slots: numbers that live as long as a fact does, in chains, where no garbage collector looks.
 *
 *   pool, outlines, spots → [slots]
 *
 * Memory comes in pieces: growing copies nothing, and so holds nobody up. The words of a slot lie beside each other,
 * because whoever reads one reads all. Slots are used again; what is in them is their owner's business.
 */
import { uncountedWords } from "../collector/uncounted.ts";

/** What a chain ends with, and the chain that nothing is on. */
export const NO_SLOT = -1;

const PIECE_SLOTS = 1_024;
/** The first word of each slot is the next of its chain. */
const NEXT = 0;

/** As many slots as its owner lets there be. */
export class Slots {
  readonly #words: number;
  readonly #pieces: Uint32Array[] = [];
  #free = NO_SLOT;
  #fresh = 0;
  /** slots in use; count */
  used = 0;

  /** @param words  of one slot; the first is not its owner's */
  constructor(words: number) {
    this.#words = words;
  }

  /** A slot of one's own, before a chain; its other words are as its last user left them. */
  take(chain: number): number {
    const free = this.#free;
    if (free !== NO_SLOT) this.#free = this.next(free);
    else if (this.#fresh === this.#pieces.length * PIECE_SLOTS)
      this.#pieces.push(uncountedWords(PIECE_SLOTS * this.#words));
    const slot = free === NO_SLOT ? this.#fresh++ : free;
    this.link(slot, chain);
    this.used++;
    return slot;
  }

  /** Gives back a whole chain. */
  giveBack(chain: number): void {
    for (let slot = chain; slot !== NO_SLOT; ) {
      const next = this.next(slot);
      this.link(slot, this.#free);
      this.#free = slot;
      this.used--;
      slot = next;
    }
  }

  /** What comes after a slot on its chain. */
  next(slot: number): number {
    return (this.piece(slot)[this.start(slot) + NEXT] ?? 0) | 0; // −1 was made a word
  }

  /** Lets a chain go on with another. */
  link(slot: number, next: number): void {
    this.piece(slot)[this.start(slot) + NEXT] = next;
  }

  /** The words among which those of a slot are. @throws {RangeError} when there is no such slot */
  piece(slot: number): Uint32Array {
    const piece = this.#pieces[Math.floor(slot / PIECE_SLOTS)];
    if (piece === undefined) throw new RangeError(`There is no slot ${slot}.`);
    return piece;
  }

  /** Where they begin there. */
  start(slot: number): number {
    return (slot % PIECE_SLOTS) * this.#words;
  }
}
