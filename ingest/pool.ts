/**
 * Pool: live facts as numbers, in slots that are used again.
 *
 *   extract → [pool] → live
 *
 * One list of slots per cluster, chained by `next`, so that two clusters become one without copying. Knows neither keys
 * nor clusters; a slot costs 33 bytes.
 */

import { roomierThan, uncounted, uncountedNumbers, uncountedWords } from "../collector/uncounted.ts";

/** What one slot holds. Ids are two words. */
export interface Slots {
  next: Int32Array;
  kind: Uint8Array;
  trace: Int32Array;
  spanLow: Uint32Array;
  spanHigh: Uint32Array;
  aroundLow: Uint32Array;
  aroundHigh: Uint32Array;
  digest: Uint32Array;
  keyset: Int32Array;
}

const NONE = -1;
const FIRST_SLOTS = 4_096;

/** Slots for facts; grows as needed, up to what its owner evicts. */
export class Pool {
  slots: Slots = emptySlots(FIRST_SLOTS);
  /** slots in use; count */
  used = 0;
  #free = NONE;
  #fresh = 0;

  /** A slot of one's own; its `next` is −1, its other fields are as its last user left them. */
  take(): number {
    let slot = this.#free;
    if (slot === NONE) {
      if (this.#fresh === this.slots.next.length) this.slots = grown(this.slots);
      slot = this.#fresh++;
    } else this.#free = this.slots.next[slot] ?? NONE;
    this.slots.next[slot] = NONE;
    this.used++;
    return slot;
  }

  /** Gives a whole chain back. */
  giveBack(head: number): void {
    for (let slot = head; slot !== NONE; ) {
      const next = this.slots.next[slot] ?? NONE;
      this.slots.next[slot] = this.#free;
      this.#free = slot;
      this.used--;
      slot = next;
    }
  }
}

function emptySlots(count: number): Slots {
  return {
    next: uncountedNumbers(count),
    kind: new Uint8Array(uncounted(count)),
    trace: uncountedNumbers(count),
    spanLow: uncountedWords(count),
    spanHigh: uncountedWords(count),
    aroundLow: uncountedWords(count),
    aroundHigh: uncountedWords(count),
    digest: uncountedWords(count),
    keyset: uncountedNumbers(count),
  };
}

function grown(old: Slots): Slots {
  const slots = emptySlots(roomierThan(old.next.length));
  slots.next.set(old.next);
  slots.kind.set(old.kind);
  slots.trace.set(old.trace);
  slots.spanLow.set(old.spanLow);
  slots.spanHigh.set(old.spanHigh);
  slots.aroundLow.set(old.aroundLow);
  slots.aroundHigh.set(old.aroundHigh);
  slots.digest.set(old.digest);
  slots.keyset.set(old.keyset);
  return slots;
}
