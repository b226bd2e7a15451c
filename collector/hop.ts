/**
 * Hop: one observed fact, the type everything downstream is made of.
 *
 *   bytes → decode → [Hop] → stitch → fold
 *
 * Immutable and already checked: ids have the right length, times are in range, strings are valid UTF-8.
 * Knows nothing of keys, orders or journeys: those are read out of it later, by configuration.
 */

/** What was observed: a finished span, an OpenTelemetry log record (an event when it has a name), a CloudEvent. */
export type HopKind = "span" | "log" | "cloudevent";

/** OpenTelemetry span kind; `internal` for an unspecified one, and for logs and CloudEvents. */
export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

/** OpenTelemetry span status; `unset` for logs below ERROR (17) and for CloudEvents, `error` for logs from ERROR up. */
export type HopStatus = "unset" | "ok" | "error";

/**
 * Attribute values as text, by one stated rule: strings as they are, integers and doubles in decimal, booleans
 * `true`/`false`, bytes as base64, arrays and maps as JSON. A Map, so that a key named `__proto__` is just a key.
 */
export type Attributes = ReadonlyMap<string, string>;

/** A pointer from one span to another, in any trace. Ids may be empty when the sender only had a message id to give. */
export interface Link {
  /** 32 lowercase hex digits, or "" */
  readonly traceId: string;
  /** 16 lowercase hex digits, or "" */
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** A timed note inside a span, such as an exception. */
export interface SpanEvent {
  /** nanoseconds since 1970 UTC */
  readonly atNs: bigint;
  readonly name: string;
  readonly attributes: Attributes;
}

/**
 * One observed fact. Two hops with the same `id` are the same fact, told twice. What is stored beside it for Grafana alone
 * (scope, severity number, trace state, other counts of what was dropped) is not in it, so that no lookup reads it.
 */
export interface Hop {
  /** span: trace id then span id, 48 hex digits; log and CloudEvent: 32 hex digits of a hash of its identity */
  readonly id: string;
  readonly kind: HopKind;
  /** begin of a span, instant of anything else; nanoseconds since 1970 UTC */
  readonly atNs: bigint;
  /** end of a span, the same instant for anything else; may lie before `atNs` when the sender's clock jumped */
  readonly endNs: bigint;
  /** when we received it; nanoseconds since 1970 UTC, millisecond precision */
  readonly receivedNs: bigint;
  /** resource `service.name`; for a CloudEvent its `source` */
  readonly service: string;
  /** span name; log event name, "" for a plain log line; CloudEvent `type` */
  readonly name: string;
  readonly spanKind: SpanKind;
  readonly status: HopStatus;
  /** status message of a span, "" for anything else */
  readonly message: string;
  /** log body or CloudEvent data as text (JSON when structured), "" for a span */
  readonly body: string;
  /** 32 lowercase hex digits, or "" when the fact names no trace */
  readonly traceId: string;
  /** span: its own id; log: the span it was written in; 16 lowercase hex digits or "" */
  readonly spanId: string;
  /** span: the parent span's id, "" for a root; CloudEvent: the span of the transport `traceparent`; else "" */
  readonly parentId: string;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly links: readonly Link[];
  readonly events: readonly SpanEvent[];
  /** how many the sender's SDK threw away before sending */
  readonly droppedLinks: number;
  /** 32-bit checksum of the content: tells two versions of one fact apart, and which of them wins */
  readonly digest: number;
}

/** As much of a hop as says which messages it has to do with. */
export type Carrier = Pick<Hop, "kind" | "spanKind" | "attributes" | "links">;
