/**
 * CORS and the CloudEvents handshake: what an OPTIONS request is told.
 *
 * Off unless origins are configured. Answered before the token is asked for, because neither a browser nor a webhook
 * sender shows one here; the request that follows must. No `Allow-Credentials`, so `*` is a valid origin.
 */
import type { IncomingHttpHeaders } from "node:http";

const ALLOWED_HEADERS = "authorization, content-type, content-encoding, traceparent, tracestate, baggage";
/** Attributes of a CloudEvent in binary mode; their names are the senders'. */
const EVENT_HEADER = /^ce-[a-z0-9]+$/;
const MAX_AGE_SECONDS = 7200;

/** Headers that let a page of one of `origins` read our answers; none for other origins. */
export function corsHeaders(
  headers: IncomingHttpHeaders,
  origins: readonly string[],
): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined || !(origins.includes(origin) || origins.includes("*"))) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "retry-after",
    vary: "origin",
  };
}

/** Headers that answer a browser's preflight; `null` when the request is none or its origin is not allowed. */
export function preflightHeaders(
  headers: IncomingHttpHeaders,
  origins: readonly string[],
): Record<string, string> | null {
  const allowed = corsHeaders(headers, origins);
  if (headers["access-control-request-method"] === undefined || !("access-control-allow-origin" in allowed))
    return null;
  const asked = (headers["access-control-request-headers"] ?? "").toLowerCase().split(/, */);
  return {
    ...allowed,
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": [
      ALLOWED_HEADERS,
      ...asked.filter((name) => EVENT_HEADER.test(name)),
    ].join(", "),
    "access-control-max-age": String(MAX_AGE_SECONDS),
  };
}

/**
 * Headers that agree to be sent CloudEvents as a webhook, when asked.
 *
 * Any sender may: who is let in is decided by the token, not by the origin a sender claims.
 *
 * @see https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md section 4
 */
export function webhookHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const allow = { allow: "POST, OPTIONS" };
  if (headers["webhook-request-origin"] === undefined) return allow;
  return { ...allow, "webhook-allowed-origin": "*", "webhook-allowed-rate": "*" };
}
