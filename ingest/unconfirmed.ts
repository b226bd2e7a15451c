/**
 * Unconfirmed: what was settled before all of it was stored, while another process may have begun to write.
 *
 *   settler → [unconfirmed] → settled for good, or once more
 *
 * Only where several may write. What is here has its rows written; whether they tell everything is known when all of
 * its facts are stored and nobody else had announced itself by then (writers.ts).
 */
import type { Live } from "./live.ts";
import type { Taken } from "./portions.ts";

/** Of one tenant. */
export class Unconfirmed {
  #taken: Taken[] = [];

  add(taken: Taken): void {
    this.#taken.push(taken);
  }

  /** All deliveries up to this one are stored, and nobody else wrote before they were. */
  confirm(stored: number): void {
    this.#taken = this.#taken.filter(({ newest }) => newest > stored);
  }

  /** All of it has to be settled once more. */
  giveBack(live: Live): void {
    for (const each of this.#taken) live.giveBack(each.cluster, each);
    this.#taken = [];
  }
}
