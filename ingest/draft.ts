/**
 * Draft: the new rows of table `journeys` of one round, made while it is told.
 *
 *   outcome, settle → [draft] → settler writes
 *
 * A round tells of thousands of journeys. Each becomes a row as soon as it is told, and is not kept: what lives for a
 * second is copied twice and then searched for, which is most of what a garbage collector has to do.
 */
import { journeysBlock } from "./blocks.ts";
import type { Journey } from "./journey.ts";
import { type Change, changeOf, type Rows } from "./journeys.ts";
import type { Merged } from "./settle.ts";

/** Rows of one block, made in one go; count. */
const BLOCK_ROWS = 200;

/** Whose rows they are. */
export interface DraftOptions {
  readonly known: Rows;
  /** when the facts were read; microseconds since 1970 UTC */
  readonly version: bigint;
  /** whether a journey is that of a stand-in, see provisional.ts */
  readonly isStandIn: (journey: Journey) => boolean;
}

/** The rows of one round. */
export class Draft {
  /** what to remember of them once they are written */
  readonly changes: Change[] = [];
  /** the journeys of stand-ins among them */
  readonly standIns: Journey[] = [];
  readonly #options: DraftOptions;
  readonly #blocks: Uint8Array[] = [];
  #rows: Journey[] = [];

  constructor(options: DraftOptions) {
    this.#options = options;
  }

  /** Takes a journey as it is told now. */
  add(journey: Journey): void {
    const { known, isStandIn } = this.#options;
    const change = changeOf(known, journey);
    if (change === null) return;
    this.changes.push(change);
    if (isStandIn(journey)) this.standIns.push(journey);
    this.#rows.push(journey);
    if (this.#rows.length === BLOCK_ROWS) this.#endBlock([]);
  }

  /** All rows, with those that close journeys which are no more. Once: nothing is added afterwards. */
  end(closing: readonly Merged[]): readonly Uint8Array[] {
    if (this.#rows.length + closing.length > 0) this.#endBlock(closing);
    return this.#blocks;
  }

  #endBlock(closing: readonly Merged[]): void {
    const { known, version } = this.#options;
    this.#blocks.push(journeysBlock(known.tenant, [...this.#rows, ...closing], version));
    this.#rows = [];
  }
}
