/**
 * Adding: where one batch has got to while it is added to the live facts.
 *
 *   extract → [adding] → live
 *
 * Neighbours mostly go to the same place: what was found for the last row is kept at hand.
 */
import type { Cluster } from "./cluster.ts";
import type { Extract } from "./extract.ts";

/** A delivery as it is added: its number, and when; epoch ms. */
export interface Arrival {
  readonly serial: number;
  readonly nowMs: number;
}

/** Where a row goes. */
export interface Found {
  readonly cluster: Cluster;
  /** number of the trace, −1 for none */
  readonly trace: number;
  /** number of the set of keys, 0 for none */
  readonly keyset: number;
}

/** One batch being added. */
export class Adding {
  readonly extract: Extract;
  readonly arrival: Arrival;
  /** per set of keys of the batch, its number among the live ones and the cluster it leads to, once known */
  readonly keysets: ({ readonly id: number; readonly cluster: Cluster | null } | undefined)[] = [];
  /** the cluster touched last */
  touched: Cluster | null = null;
  #lastRow = -1;
  #last: Found | null = null;
  #trace = "";
  #traceRow = -1;

  constructor(extract: Extract, arrival: Arrival) {
    this.extract = extract;
    this.arrival = arrival;
  }

  /** Where the last row went, when this one has the same trace and keys. */
  likeLast(row: number): Found | null {
    const { keysetOf } = this.extract;
    if (this.#last === null || keysetOf[row] !== keysetOf[this.#lastRow]) return null;
    if (this.#last.trace === -1 && this.#last.keyset === 0) return null;
    return this.#isSameTrace(row, this.#lastRow) ? this.#last : null;
  }

  /** Notes where a row went. */
  remember(row: number, found: Found): void {
    this.#lastRow = row;
    this.#last = found;
  }

  /** The trace id of a row; 32 hex digits, or "" for none. */
  traceOf(row: number): string {
    if (this.#traceRow !== -1 && this.#isSameTrace(row, this.#traceRow)) return this.#trace;
    const { traceId } = this.extract.batch.columns.fixed;
    const bytes = Buffer.from(traceId.buffer, traceId.byteOffset + row * 16, 16);
    const isNone = bytes.every((byte) => byte === 0);
    this.#traceRow = row;
    this.#trace = isNone ? "" : bytes.toString("hex");
    return this.#trace;
  }

  #isSameTrace(a: number, b: number): boolean {
    const { traceId } = this.extract.batch.columns.fixed;
    for (let i = 0; i < 4; i++) if (traceId[a * 4 + i] !== traceId[b * 4 + i]) return false;
    return true;
  }
}
