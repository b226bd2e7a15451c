/**
 * Spans: single facts for faults that are about what they say, not about how many come.
 *
 *   spanOf → spansBody → tell → how many were taken in
 */
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { post } from "./load.mjs";

/** A span as OTLP JSON. `trace` and `span` are any words, hashed into ids; times are nanoseconds. */
export function spanOf({ name, trace, span, parent, at = nowNs(), end, attributes = {} }) {
  return {
    traceId: trace === undefined ? randomBytes(16).toString("hex") : hex(`trace ${trace}`, 32),
    spanId: span === undefined ? randomBytes(8).toString("hex") : hex(`span ${span}`, 16),
    ...(parent === undefined ? {} : { parentSpanId: hex(`span ${parent}`, 16) }),
    name,
    kind: 2,
    startTimeUnixNano: String(at),
    endTimeUnixNano: String(end ?? BigInt(at) + 1_000_000n),
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
}

/** An export of them. */
export function spansBody(spans) {
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "faults" } }] };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}

/** Sends them until they are taken in; how many were rejected. */
export async function tell(service, spans) {
  const body = Buffer.from(JSON.stringify(spansBody(spans)));
  const request = { path: "/v1/traces", headers: { "content-type": "application/json" }, body };
  for (let tries = 0; tries < 100; tries++) {
    const { status, text } = await post(service.otlp, request);
    if (status === 200) return Number(JSON.parse(text).partialSuccess?.rejectedSpans ?? 0);
    await sleep(100);
  }
  throw new Error("spans were not taken in");
}

/** The answer about an order; null when nothing is known of it. */
export async function answerTo(service, order) {
  const response = await fetch(`${service.api}/v1/orders/${encodeURIComponent(order)}`, {
    headers: { accept: "application/json" },
  });
  return response.ok ? response.json() : null;
}

/** This moment, in nanoseconds since 1970. */
export function nowNs() {
  return BigInt(Date.now()) * 1_000_000n;
}

function hex(of, length) {
  return createHash("sha256").update(of).digest("hex").slice(0, length);
}
