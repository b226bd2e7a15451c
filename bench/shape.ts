/**
 * Shape: what one span of the bench's business looks like, whatever its encoding.
 *
 *   [shape] → front, back → shop
 *
 * Types and what many spans have in common.
 */

/** What one span of the journey looks like, whatever its encoding. */
export interface SpanShape {
  readonly service: string;
  readonly name: string;
  /** as OTLP numbers them: 1 internal, 2 server, 3 client, 4 producer, 5 consumer */
  readonly kind: 1 | 2 | 3 | 4 | 5;
  /** which of the journey's traces it is in; 0 to 3 */
  readonly trace: number;
  /** the span above it, by its place in `SPANS`; null for a root */
  readonly parent: number | null;
  /** the span it links to; null for none */
  readonly link: number | null;
  /** begin, after the journey's; microseconds */
  readonly atUs: number;
  readonly tookUs: number;
  readonly carries: readonly ("order.id" | "correlation.id")[];
  readonly texts: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
  /** attributes that differ from span to span, as decimal text of so many digits */
  readonly digits: Readonly<Record<string, number>>;
  /** a span event of that name */
  readonly event: string | null;
  /** in a journey that fails: is it an error, as it was, or never sent? */
  readonly onFailure: "error" | "same" | "missing";
}

/** What spans of HTTP calls have in common. */
export const HTTP = {
  "http.request.method": "POST",
  "url.scheme": "https",
  "network.protocol.version": "1.1",
  "deployment.zone": "eu-central-1b",
};
/** What spans of messages have in common. */
export const QUEUE = {
  "messaging.system": "kafka",
  "messaging.client.id": "shop-7f9c",
  "deployment.zone": "eu-central-1a",
};
/** What spans of database calls have in common. */
export const DATABASE = {
  "db.system.name": "postgresql",
  "db.namespace": "shop",
  "server.address": "db-1.shop.internal",
  "deployment.zone": "eu-central-1b",
};
/** What spans of work inside a service have in common. */
export const WORK = {
  "code.function.name": "Flow.step",
  "thread.name": "worker-3",
  "deployment.zone": "eu-central-1b",
};

type Told = Pick<SpanShape, "service" | "name" | "kind" | "trace" | "parent" | "atUs" | "tookUs"> &
  Partial<SpanShape>;

/** A span; what is not told is none. */
export function span(told: Told): SpanShape {
  const rest = { link: null, carries: [], texts: {}, numbers: {}, digits: {}, event: null } as const;
  return { ...rest, onFailure: "missing", ...told };
}

/** Both keys. */
export const BOTH = ["order.id", "correlation.id"] as const;
