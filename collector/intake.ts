/**
 * Intake: takes in one export, and says what became of it.
 *
 *   body → decode → [accept] → reply
 *
 * Waits for `accept` before it answers: 200 means durable. Whatever `accept` throws is told as retryable, because the
 * sender still has the data and would drop it on anything else. Counts items; the receiver counts requests.
 */
import type { IncomingMessage } from "node:http";
import { Failure } from "../errors.ts";
import { type HeldBytes, readBody } from "./body.ts";
import { type Counters, count } from "./counters.ts";
import { countDataPoints, NO_METRICS } from "./datapoints.ts";
import type { Decoded } from "./decode.ts";
import { checkMedia, cloudEventHeaders, mediaTypeOf } from "./door.ts";
import { encodingOf, eventsReply, exportReply, partialReply, type Reply } from "./reply.ts";
import {
  type Accept,
  type DecodeLimits,
  type Delivery,
  decodeRequest,
  type Envelope,
  type Signal,
} from "./request.ts";
import { unpack } from "./unpack.ts";

/** What the receiver lends to every request. */
export interface Intake {
  readonly accept: Accept;
  readonly limits: DecodeLimits;
  readonly tenant: string;
  /** epoch milliseconds */
  readonly now: () => number;
  readonly counters: Counters;
  /** is shown each body that could not be read, as received, and why. @default nobody */
  readonly unreadable?: ((envelope: Envelope, body: Uint8Array, why: string) => void) | undefined;
}

/** One request at a door that takes signals. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly signal: Signal;
  /** user agent and peer address */
  readonly sender: string;
  readonly held: HeldBytes;
}

/**
 * Reads, decodes and hands on one export.
 *
 * @throws {Failure} for the request as a whole; retryable when what was sent could be fine later
 */
export async function takeIn(intake: Intake, arrival: Arrival): Promise<Reply> {
  checkMedia(arrival.signal, arrival.request.headers);
  const body = await readBody(arrival.request, intake.limits.bodyBytesMax, arrival.held);
  const envelope = envelopeOf(intake, arrival);
  const decoded = await decodeOrShow(intake, envelope, body);
  if (decoded.batch.rows + decoded.rejected.length > 0) await handOn(intake, { envelope, body, decoded });
  return replyTo(envelope, decoded);
}

async function decodeOrShow(intake: Intake, envelope: Envelope, body: Uint8Array): Promise<Decoded> {
  try {
    return await decodeRequest(envelope, body, intake.limits);
  } catch (error) {
    if (error instanceof Failure && error.code === "malformed")
      intake.unreadable?.(envelope, body, error.message);
    throw error;
  }
}

/**
 * Reads a metrics export only to say how many data points of it are not stored.
 *
 * @throws {Failure} for the request as a whole
 */
export async function turnDownMetrics(
  intake: Intake,
  arrival: Pick<Arrival, "request" | "held">,
): Promise<Reply> {
  const { headers } = arrival.request;
  checkMedia("metrics", headers);
  const sent = await readBody(arrival.request, intake.limits.bodyBytesMax, arrival.held);
  const body = await unpack(headers["content-encoding"] ?? "", sent, intake.limits.bodyBytesMax);
  const contentType = headers["content-type"] ?? "";
  const rejected = countDataPoints(encodingOf(contentType), body);
  count(intake.counters.metrics.rejected, "metrics", rejected);
  return partialReply("metrics", contentType, { rejected, message: rejected === 0 ? "" : NO_METRICS });
}

function envelopeOf(intake: Intake, { request, signal, sender }: Arrival): Envelope {
  const { headers } = request;
  return {
    signal,
    contentType: headers["content-type"] ?? "",
    contentEncoding: headers["content-encoding"] ?? "",
    receivedMs: intake.now(),
    tenant: intake.tenant,
    sender,
    headers: signal === "events" ? cloudEventHeaders(headers) : {},
  };
}

async function handOn({ accept, counters }: Intake, delivery: Delivery): Promise<void> {
  const { envelope, body, decoded } = delivery;
  const totals = counters[envelope.signal];
  try {
    await accept(delivery);
  } catch (error) {
    totals.refused += decoded.batch.rows;
    throw error instanceof Failure && error.retryable ? error : new Failure("journal_unavailable", "", error);
  }
  totals.accepted += decoded.batch.rows;
  totals.bodyBytes += body.length;
  for (const { reason } of decoded.rejected) count(totals.rejected, reason);
}

function replyTo({ signal, contentType }: Envelope, decoded: Decoded): Reply {
  if (signal !== "events") return exportReply(signal, contentType, decoded);
  const [rejection] = decoded.rejected;
  const isBatch = mediaTypeOf(contentType) === "application/cloudevents-batch+json";
  if (rejection !== undefined && !isBatch) throw new Failure("bad_request", rejection.text);
  return eventsReply(decoded.batch.rows, decoded.rejected);
}
