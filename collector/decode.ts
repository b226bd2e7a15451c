/**
 * Decode: what every decoder of the edge returns.
 *
 *   body → [decode] → HopBatch + rejections
 *
 * A decoder throws `Failure("malformed")` only when the body as a whole cannot be read. One bad record costs one
 * record: it becomes a `RejectedItem` and its neighbours are kept.
 */
import type { Rejection } from "../errors.ts";
import type { HopBatch } from "./decoder/columns.ts";

/** One refused record, with where it stood (`resourceSpans[0].scopeSpans[0].spans[3]`). */
export interface RejectedItem extends Rejection {
  readonly where: string;
  /**
   * the record as a body of its own, to be decoded again with the headers it came with: for OTLP an export of this
   * record with its resource and scope (JSON re-serialised), for CloudEvents the event; empty when it was too large to keep
   */
  readonly bytes: Uint8Array;
}

/** The outcome of decoding one request. */
export interface Decoded {
  readonly batch: HopBatch;
  readonly rejected: readonly RejectedItem[];
  /** things worth telling the sender although nothing was refused; English, short */
  readonly warnings: readonly string[];
}
