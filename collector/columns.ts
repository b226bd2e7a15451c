/** placeholder until the decoder lands */
import type { Hop } from "./hop.ts";
/** Decoded hops of one request, by column. */
export interface HopBatch {
  readonly rows: number;
  /** One row as an object. */
  hop(row: number): Hop;
}
