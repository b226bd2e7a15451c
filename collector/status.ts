/**
 * Status: the bodies of OTLP answers, in protobuf and JSON.
 *
 *   outcome → [status] → response body
 *
 * Four tiny messages, so they are written by hand. Field numbers are those of google/rpc/status.proto,
 * google/rpc/error_details.proto and opentelemetry/proto/collector/{trace,logs,metrics}/v1/*_service.proto, which
 * agree with each other on the response. Decides nothing: reply.ts does.
 */

/** Protobuf or JSON: an answer is in what the request was in. */
export type Encoding = "protobuf" | "json";

/** What went wrong where, for google.rpc.BadRequest. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** google.rpc.Status; `code` is a gRPC code, not an HTTP status. */
export interface Status {
  readonly code: number;
  readonly message: string;
  /** goes into a google.rpc.BadRequest detail; none for no detail */
  readonly violations: readonly Violation[];
}

/** The OTLP services that answer with a partial success. */
export type ExportSignal = "traces" | "logs" | "metrics";

/** The part of an export that was not taken; `rejected` 0 with a message is a warning. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

const BAD_REQUEST_TYPE = "type.googleapis.com/google.rpc.BadRequest";
const REJECTED_NAME = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
} as const satisfies Record<ExportSignal, string>;

/** A google.rpc.Status. */
export function encodeStatus(encoding: Encoding, status: Status): Uint8Array {
  return encoding === "json" ? json(statusAsJson(status)) : statusAsProtobuf(status);
}

/** An Export…ServiceResponse. Full success (`null`) is zero bytes or `{}`: the partial success must be unset then. */
export function encodeExportResponse(
  encoding: Encoding,
  signal: ExportSignal,
  partial: PartialSuccess | null,
): Uint8Array {
  if (encoding === "protobuf")
    return partial === null ? new Uint8Array() : nested(1, partialAsProtobuf(partial));
  if (partial === null) return json({});
  // 64-bit integers are strings in protobuf's JSON
  const partialSuccess = { [REJECTED_NAME[signal]]: String(partial.rejected), errorMessage: partial.message };
  return json({ partialSuccess });
}

function statusAsJson({ code, message, violations }: Status): object {
  if (violations.length === 0) return { code, message };
  return { code, message, details: [{ "@type": BAD_REQUEST_TYPE, fieldViolations: violations }] };
}

function statusAsProtobuf({ code, message: text, violations }: Status): Uint8Array {
  const head = Buffer.concat([integer(1, code), string(2, text)]);
  if (violations.length === 0) return head;
  const badRequest = Buffer.concat(
    violations.map((v) => nested(1, Buffer.concat([string(1, v.field), string(2, v.description)]))),
  );
  const any = Buffer.concat([string(1, BAD_REQUEST_TYPE), nested(2, badRequest)]);
  return Buffer.concat([head, nested(3, any)]);
}

function partialAsProtobuf({ rejected, message: text }: PartialSuccess): Uint8Array {
  return Buffer.concat([integer(1, rejected), string(2, text)]);
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function integer(field: number, value: number): Uint8Array {
  return value === 0 ? new Uint8Array() : Buffer.from([field << 3, ...varint(value)]);
}

function string(field: number, text: string): Uint8Array {
  return text === "" ? new Uint8Array() : nested(field, Buffer.from(text));
}

function nested(field: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
