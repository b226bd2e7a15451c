/**
 * Request: one delivery as it came in, and the one way to read it.
 *
 *   HTTP → [Envelope + body] → decode → Hops
 *
 * The receiver and the journal's replay both go through `decodeRequest`, so that a replayed body gives the same hops
 * as it gave on arrival. Holds nothing that cannot be written down as JSON.
 */
import { Failure } from "../errors.ts";
import type { Decoded, RejectedItem } from "./decode.ts";
import { batchOf } from "./decoder/batch.ts";
import { takeBinary, takeStructured } from "./decoder/cloudevents.ts";
import { type HopColumns, newColumns, settleColumns, type TimeBounds } from "./decoder/columns.ts";
import { takeExport } from "./decoder/envelope.ts";
import { takeJsonExport } from "./decoder/json.ts";
import { JSON_LOGS, JSON_SPANS } from "./decoder/json_records.ts";
import { LOG_RECORDS } from "./decoder/logs.ts";
import { wholeBody } from "./decoder/reject.ts";
import { SPANS } from "./decoder/traces.ts";
import { mediaTypeOf } from "./door.ts";
import { unpack } from "./unpack.ts";

/** Which door the request came through. */
export type Signal = "traces" | "logs" | "events";

/** All that is needed, beside the body, to read a delivery again later. */
export interface Envelope {
  readonly signal: Signal;
  /** media type as sent, with parameters */
  readonly contentType: string;
  /** `Content-Encoding` as sent, "" for none */
  readonly contentEncoding: string;
  /** epoch milliseconds */
  readonly receivedMs: number;
  readonly tenant: string;
  /** who sent it, for counting and dead letters: the user agent and the peer address */
  readonly sender: string;
  /** the `ce-*`, `traceparent` and `tracestate` headers of a CloudEvent in binary mode; else empty */
  readonly headers: Readonly<Record<string, string>>;
}

/** A delivery that was decoded and is to be made durable. */
export interface Delivery {
  readonly envelope: Envelope;
  /** the body as received, still compressed */
  readonly body: Uint8Array;
  readonly decoded: Decoded;
}

/** A delivery that is durable: its body is no longer needed. */
export interface Received {
  readonly envelope: Envelope;
  readonly decoded: Pick<Decoded, "batch" | "rejected">;
}

/**
 * Where the receiver hands a delivery on. Resolves once every hop of it is durable; throws a retryable `Failure`
 * when it cannot be now.
 */
export type Accept = (delivery: Delivery) => Promise<void>;

/** How large a request may be. */
export interface DecodeLimits {
  /** the most a body may become when it is unpacked; bytes */
  readonly bodyBytesMax: number;
  /** @default any time since 1971, a day ahead of ours at most */
  readonly times?: TimeBounds;
}

/**
 * Reads a delivery.
 *
 * @param body       as received, still compressed
 * @throws {Failure} `media_type` for what cannot be read here, `too_large` beyond the limits, `malformed` for a body
 *                   that is not what its media type says; one bad record among many is in `rejected` instead
 */
export async function decodeRequest(
  envelope: Envelope,
  body: Uint8Array,
  limits: DecodeLimits,
): Promise<Decoded> {
  const content = await unpack(envelope.contentEncoding, body, limits.bodyBytesMax);
  const columns = newColumns(envelope.receivedMs, content.length, limits.times);
  const rejected = wholeBody(() => take(envelope, content, columns));
  settleColumns(columns);
  return { batch: batchOf(columns), rejected, warnings: warningsOf(columns) };
}

function take(envelope: Envelope, content: Uint8Array, columns: HopColumns): RejectedItem[] {
  const mediaType = mediaTypeOf(envelope.contentType);
  const { headers } = envelope;
  if (envelope.signal === "events") {
    if (mediaType === "application/cloudevents+json")
      return takeStructured(content, columns, { isBatch: false, headers });
    if (mediaType === "application/cloudevents-batch+json")
      return takeStructured(content, columns, { isBatch: true, headers });
    return takeBinary(content, columns, envelope);
  }
  const isTraces = envelope.signal === "traces";
  if (mediaType === "application/x-protobuf")
    return takeExport(content, columns, isTraces ? SPANS : LOG_RECORDS);
  if (mediaType === "application/json")
    return takeJsonExport(content, columns, isTraces ? JSON_SPANS : JSON_LOGS);
  throw new Failure("media_type", "Send application/x-protobuf or application/json.");
}

function warningsOf(columns: HopColumns): string[] {
  const repeated = columns.attributes.dropped + columns.resources.attributes.dropped;
  const warnings: [count: number, text: string][] = [
    [columns.untimed, "came without a time and were given that of their arrival"],
    [columns.unlinked, "named a trace that is no trace id and were kept without it"],
    [columns.replaced, "body was not all UTF-8; what was not is replaced by U+FFFD"],
    [repeated, "attributes came twice in one record; the last value was kept"],
  ];
  return warnings.flatMap(([count, text]) => (count > 0 ? [`${count} ${text}.`] : []));
}
