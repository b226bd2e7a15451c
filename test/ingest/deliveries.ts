/** Turns hops made by hand into deliveries as senders would send them, so that they come back through the decoders. */
import type { Attributes, Hop } from "../../collector/hop.ts";
import { type Delivery, decodeRequest, type Envelope } from "../../collector/request.ts";

const LIMITS = { bodyBytesMax: 10_000_000 };
const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const STATUSES = { unset: 0, ok: 1, error: 2 };

/** What a sender posts: one body per signal. */
export interface Body {
  readonly signal: Envelope["signal"];
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** Of log records in JSON, not packed. */
export function logsEnvelope(receivedMs: number): Envelope {
  return {
    signal: "logs",
    contentType: "application/json",
    contentEncoding: "",
    receivedMs,
    tenant: "default",
    sender: "test",
    headers: {},
  };
}

/** One body per signal that is among the hops; the hops of a signal keep their order. */
export function bodiesOf(hops: readonly Hop[]): Body[] {
  const spans = hops.filter((hop) => hop.kind === "span");
  const logs = hops.filter((hop) => hop.kind === "log");
  const events = hops.filter((hop) => hop.kind === "cloudevent");
  const bodies: [Envelope["signal"], string, unknown, number][] = [
    ["traces", "application/json", { resourceSpans: spans.map(resourceSpans) }, spans.length],
    ["logs", "application/json", { resourceLogs: logs.map(resourceLogs) }, logs.length],
    ["events", "application/cloudevents-batch+json", events.map(cloudEvent), events.length],
  ];
  return bodies
    .filter(([, , , count]) => count > 0)
    .map(([signal, contentType, content]) => ({
      signal,
      contentType,
      bytes: Buffer.from(JSON.stringify(content)),
    }));
}

/** The same as the receiver hands them on. */
export async function deliveriesOf(hops: readonly Hop[], tenant = "default"): Promise<Delivery[]> {
  return Promise.all(
    bodiesOf(hops).map(async ({ signal, contentType, bytes }) => {
      const envelope = {
        signal,
        contentType,
        contentEncoding: "",
        receivedMs: 1_788_256_860_000,
        tenant,
        sender: "test",
        headers: {},
      };
      return { envelope, body: bytes, decoded: await decodeRequest(envelope, bytes, LIMITS) };
    }),
  );
}

function resourceSpans(hop: Hop) {
  const span = {
    traceId: hop.traceId,
    spanId: hop.spanId,
    parentSpanId: hop.parentId,
    name: hop.name,
    kind: KINDS[hop.spanKind],
    startTimeUnixNano: String(hop.atNs),
    endTimeUnixNano: String(hop.endNs),
    attributes: keyValues(hop.attributes),
    status: { code: STATUSES[hop.status], message: hop.message },
    links: hop.links.map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: keyValues(attributes),
    })),
    droppedLinksCount: hop.droppedLinks,
    events: hop.events.map(({ atNs, name, attributes }) => ({
      timeUnixNano: String(atNs),
      name,
      attributes: keyValues(attributes),
    })),
  };
  return { resource: resourceOf(hop), scopeSpans: [{ spans: [span] }] };
}

function resourceLogs(hop: Hop) {
  const record = {
    eventName: hop.name,
    timeUnixNano: String(hop.atNs),
    attributes: keyValues(hop.attributes),
    body: { stringValue: hop.body },
    traceId: hop.traceId,
    spanId: hop.spanId,
    severityNumber: hop.status === "error" ? 17 : 9,
  };
  return { resource: resourceOf(hop), scopeLogs: [{ logRecords: [record] }] };
}

function cloudEvent(hop: Hop) {
  const seconds = new Date(Number(hop.atNs / 1_000_000n)).toISOString().slice(0, 19);
  const time = `${seconds}.${String(hop.atNs % 1_000_000_000n).padStart(9, "0")}Z`;
  return { specversion: "1.0", type: hop.name, time, ...Object.fromEntries(hop.attributes) };
}

function resourceOf({ service, resource }: Hop) {
  return { attributes: keyValues(new Map([["service.name", service], ...resource])) };
}

function keyValues(attributes: Attributes) {
  return [...attributes].map(([key, stringValue]) => ({ key, value: { stringValue } }));
}
