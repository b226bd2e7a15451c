/**
 * Reply: what the sender is told.
 *
 *   outcome → [reply] → HTTP response
 *
 * Pure. OTLP doors answer in the encoding of the request (protobuf or JSON; JSON when it was neither), `/v1/events`
 * in JSON with problem details. Only 503 invites a retry; everything else is final for a sender.
 */
import { FAILURES, type Failure } from "../errors.ts";
import type { Decoded, RejectedItem } from "./decode.ts";
import { type Door, mediaTypeOf, methodsOf } from "./door.ts";
import { type Encoding, type ExportSignal, encodeExportResponse, encodeStatus } from "./status.ts";

/** One HTTP response. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** JavaScript exporters have 10 s for all attempts and drop a batch that is told to wait longer: 2 s leaves them four. */
const RETRY_AFTER_SECONDS = 2;

/** Collectors read no more than 64 KiB of an answer, and people read less. */
const MESSAGE_BYTES_MAX = 1024;

/** How many kinds of rejection a message explains. */
const REASONS_MAX = 5;

const GRPC_CODE: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  404: 5,
  405: 12,
  413: 8,
  415: 3,
  503: 14,
};
const GRPC_INTERNAL = 13;
const MEDIA_TYPE: Readonly<Record<Encoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** 200 for an OTLP export: empty, or a partial success naming what was refused and the first reasons. */
export function exportReply(signal: ExportSignal, contentType: string, decoded: Outcome): Reply {
  const message = decoded.rejected.length > 0 ? explain(decoded.rejected) : decoded.warnings.join(" ");
  return partialReply(signal, contentType, { rejected: decoded.rejected.length, message });
}

/** What is told of a decoded request. */
export type Outcome = Pick<Decoded, "rejected" | "warnings">;

/** 200 for an OTLP export of which `rejected` items were refused for the one reason in `message`. */
export function partialReply(
  signal: ExportSignal,
  contentType: string,
  partial: { rejected: number; message: string },
): Reply {
  const encoding = encodingOf(contentType);
  const told = partial.message === "" ? null : { ...partial, message: shorten(partial.message) };
  return {
    status: 200,
    headers: { "content-type": MEDIA_TYPE[encoding] },
    body: encodeExportResponse(encoding, signal, told),
  };
}

/** 204 when every CloudEvent was taken, 200 with the list of those refused when they came in a batch. */
export function eventsReply(accepted: number, rejected: readonly RejectedItem[]): Reply {
  if (rejected.length === 0) return { status: 204, headers: {}, body: new Uint8Array() };
  const refused = rejected.map(({ where, reason, text }) => ({ index: indexIn(where), reason, text }));
  return jsonReply(200, "application/json", { accepted, rejected: refused });
}

/** The answer to a request that could not be taken. */
export function failureReply(door: Door | null, contentType: string, failure: Failure): Reply {
  const { code, status } = failure;
  const reply = problemReply(door, contentType, {
    status,
    title: FAILURES[code].text,
    message: failure.message,
  });
  return { ...reply, headers: { ...reply.headers, ...failureHeaders(door, failure) } };
}

/** The answer when the fault is ours; says nothing of the cause. */
export function bugReply(door: Door | null, contentType: string): Reply {
  const title = "The request could not be handled. The fault is on this side.";
  return problemReply(door, contentType, { status: 500, title, message: title });
}

/** What a probe is told: 200, or 503 when it is `unready`; `why` is shown as it is. Never kept by a cache. */
export function healthReply(status: "live" | "ready" | "unready", why: string | null = null): Reply {
  const told = why === null ? { status } : { status, reason: why };
  const reply = jsonReply(status === "unready" ? 503 : 200, "application/json", told);
  const retry = status === "unready" ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {};
  return { ...reply, headers: { ...reply.headers, "cache-control": "no-store", ...retry } };
}

interface Problem {
  readonly status: number;
  readonly title: string;
  readonly message: string;
}

function problemReply(door: Door | null, contentType: string, { status, title, message }: Problem): Reply {
  const detail = shorten(message);
  if (door === "events")
    return jsonReply(status, "application/problem+json", { type: "about:blank", title, status, detail });
  const encoding = encodingOf(contentType);
  const violations = status === 400 ? [{ field: "body", description: detail }] : [];
  const body = encodeStatus(encoding, {
    code: GRPC_CODE[status] ?? GRPC_INTERNAL,
    message: detail,
    violations,
  });
  return { status, headers: { "content-type": MEDIA_TYPE[encoding] }, body };
}

function failureHeaders(door: Door | null, { code, retryable }: Failure): Record<string, string> {
  if (code === "method" && door !== null) return { allow: methodsOf(door).join(", ") };
  if (code === "unauthorized") return { "www-authenticate": "Bearer" };
  return retryable ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {};
}

function jsonReply(status: number, contentType: string, value: object): Reply {
  return { status, headers: { "content-type": contentType }, body: Buffer.from(JSON.stringify(value)) };
}

/** What an answer to this content type is written in; JSON when it is neither. */
export function encodingOf(contentType: string): Encoding {
  return mediaTypeOf(contentType) === "application/x-protobuf" ? "protobuf" : "json";
}

/** `3 refused. trace_id ×2, first at resourceSpans[0].scopeSpans[0].spans[3]: traceId must have 16 bytes. type ×1, …` */
function explain(rejected: readonly RejectedItem[]): string {
  const reasons = [...new Set(rejected.map((item) => item.reason))].slice(0, REASONS_MAX);
  const parts = reasons.map((reason) => {
    const [first, ...others] = rejected.filter((item) => item.reason === reason);
    return `${reason} ×${others.length + 1}, first at ${first?.where ?? ""}: ${first?.text ?? ""}`;
  });
  return [`${rejected.length} refused.`, ...parts].join(" ");
}

/** The first bytes of a text, never ending inside a character. */
function shorten(text: string): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(MESSAGE_BYTES_MAX)).read);
}

function indexIn(where: string): number {
  return Number(/\[(\d+)\]/.exec(where)?.[1] ?? 0);
}
