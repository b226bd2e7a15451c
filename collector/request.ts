/**
 * Request: one delivery as it came in, and the one way to read it.
 *
 *   HTTP → [Envelope + body] → decode → Hops
 *
 * The receiver and the journal's replay both go through `decodeRequest`, so that a replayed body gives the same hops
 * as it gave on arrival. Holds nothing that cannot be written down as JSON.
 */
import type { Decoded } from "./decode.ts";

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

/**
 * Where the receiver hands a delivery on. Resolves once every hop of it is durable; throws a retryable `Failure`
 * when it cannot be now.
 */
export type Accept = (delivery: Delivery) => Promise<void>;
