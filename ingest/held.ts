/**
 * Held: which deliveries the journal has to keep, because not all of them is stored and settled.
 *
 *   accept, recover → [held] → journal.release
 */
import type { Journal } from "./journal.ts";
import type { Position } from "./segments.ts";

/** Deliveries by serial number, and where each stands in the journal. */
export class Held {
  readonly #journal: Pick<Journal, "release">;
  #all: { readonly serial: number; readonly position: Position }[] = [];

  constructor(journal: Pick<Journal, "release">) {
    this.#journal = journal;
  }

  /** Notes a delivery; later ones have larger numbers. */
  add(serial: number, position: Position): void {
    this.#all.push({ serial, position });
  }

  /** Tells the journal of all that came before a delivery. Rejects when the journal could not do it now. */
  async releaseBefore(serial: number): Promise<void> {
    const kept = this.#all.findIndex((each) => each.serial >= serial);
    const done = this.#all.splice(0, kept === -1 ? this.#all.length : kept);
    if (done.length > 0) await this.#journal.release(done.map(({ position }) => position));
  }
}
