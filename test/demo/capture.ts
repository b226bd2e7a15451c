/**
 * Capture: an OTLP receiver that only remembers, to look at what a sender really put on the wire.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it came. */
export interface Captured {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A span on the wire, as far as the tests look at it. */
export interface WireSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly WireAttribute[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly droppedLinksCount: number;
  readonly status: { readonly code: number; readonly message?: string };
}

/** A log record on the wire. */
export interface WireLog {
  readonly service: string;
  readonly timeUnixNano: string;
  readonly eventName?: string;
  readonly body?: { readonly stringValue?: string };
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes: readonly WireAttribute[];
}

/** A named value on the wire. */
export interface WireAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: number;
    readonly doubleValue?: number;
  };
}

/** What an answer of the receiver is. */
export type Answering = (request: Captured) => { readonly status: number; readonly body: string };

/** Listens on a free port and remembers every request; answers as told, with plain success by default. */
export async function capture(answer: Answering = () => ({ status: 200, body: "{}" })) {
  const requests: Captured[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
    const request = { path: incoming.url ?? "", headers: incoming.headers, body };
    requests.push(request);
    const reply = answer(request);
    outgoing.writeHead(reply.status, { "content-type": "application/json" }).end(reply.body);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo; // listening on TCP: neither a pipe nor null
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.closeAllConnections();
      server.close(() => closed());
    });
  return { endpoint: `http://127.0.0.1:${port}`, requests, close };
}

/** All spans of some requests, in order of arrival. */
export function spansIn(requests: readonly Captured[]): WireSpan[] {
  return recordsIn<WireSpan>(requests, { path: "/v1/traces", outer: "resourceSpans", inner: "spans" });
}

/** All log records of some requests, in order of arrival. */
export function logsIn(requests: readonly Captured[]): WireLog[] {
  return recordsIn<WireLog>(requests, { path: "/v1/logs", outer: "resourceLogs", inner: "logRecords" });
}

/** The text or number of an attribute. */
export function attribute(record: { readonly attributes: readonly WireAttribute[] }, key: string) {
  const value = record.attributes.find((candidate) => candidate.key === key)?.value;
  return value?.stringValue ?? value?.intValue ?? value?.doubleValue;
}

function recordsIn<T>(
  requests: readonly Captured[],
  where: { readonly path: string; readonly outer: string; readonly inner: string },
): T[] {
  const scopes = where.inner === "spans" ? "scopeSpans" : "scopeLogs";
  return requests
    .filter((request) => request.path === where.path)
    .flatMap((request) => JSON.parse(request.body)[where.outer])
    .flatMap((group) =>
      group[scopes].flatMap((scope: Record<string, object[]>) =>
        (scope[where.inner] ?? []).map((record) => ({
          ...record,
          service: group.resource.attributes[0].value.stringValue,
        })),
      ),
    );
}
