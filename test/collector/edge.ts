/** A receiver on a free port of loopback, with what it handed on, logged and counted. */
import { connect } from "node:net";
import pino from "pino";
import { onTestFinished } from "vitest";
import { type Counters, createCounters } from "../../collector/counters.ts";
import { listen } from "../../collector/listen.ts";
import { createReceiver, type Receiver, type ReceiverOptions } from "../../collector/receiver.ts";
import type { Delivery } from "../../collector/request.ts";
import { type DecodedHop, decodedHops } from "./decoded_hop.ts";

/** 2026-01-02T03:04:05.678Z */
export const NOW_MS = 1_767_323_045_678;

export interface TestEdge {
  readonly url: string;
  readonly port: number;
  readonly receiver: Receiver;
  readonly deliveries: Delivery[];
  readonly counters: Counters;
  /** every log line as pino wrote it, parsed */
  readonly lines: Record<string, unknown>[];
}

/** Opens a receiver that is closed when the test ends. */
export async function openEdge(options: Partial<ReceiverOptions> = {}): Promise<TestEdge> {
  const deliveries: Delivery[] = [];
  const lines: Record<string, unknown>[] = [];
  const counters = createCounters();
  const receiver = createReceiver({
    accept: async (delivery) => void deliveries.push(delivery),
    token: null,
    limits: { bodyBytesMax: 1024 * 1024 },
    now: () => NOW_MS,
    log: pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    counters,
    ...options,
  });
  const port = await listen(receiver.server, {
    host: "127.0.0.1",
    port: 0,
    setting: "WAYBILL_OTLP_PORT",
    share: 1,
  });
  onTestFinished(() => receiver.drain(0));
  return { url: `http://127.0.0.1:${port}`, port, receiver, deliveries, counters, lines };
}

/** All hops that were handed on, without the time of their arrival. */
export function hopsOf(edge: TestEdge): Omit<DecodedHop, "receivedNs">[] {
  return edge.deliveries.flatMap(({ decoded: { batch } }) =>
    decodedHops(batch).map(({ receivedNs: _arrival, ...hop }) => hop),
  );
}

/** Sends raw bytes on one connection, pausing between the parts, and resolves with all it got once it is closed. */
export async function speak(
  port: number,
  parts: readonly (string | Uint8Array)[],
  pauseMs = 0,
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const heard: Buffer[] = [];
  socket.on("data", (chunk) => heard.push(chunk)).on("error", () => {});
  const closed = new Promise((resolve) => socket.on("close", resolve));
  for (const part of parts) {
    if (!socket.destroyed) socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await closed;
  return Buffer.concat(heard).toString("latin1");
}

/** One span in OTLP/JSON that breaks no rule; parts may be replaced. */
export function span(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: "eee19b7ec3c1b174",
    name: "capture card",
    kind: 2,
    startTimeUnixNano: "1767323045000000000",
    endTimeUnixNano: "1767323045500000000",
    attributes: [{ key: "order.id", value: { stringValue: "ORD-42" } }],
    ...parts,
  };
}

/** An OTLP/JSON trace export of one service. */
export function traces(...spans: readonly Record<string, unknown>[]): string {
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "payments" } }] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] });
}

/** Posts a body; JSON unless said otherwise. */
export function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
}
