/**
 * Traffic: requests whose every item can be told apart, and what each must look like when it is found again.
 *
 *   block number → [traffic] → two requests: eight orders placed, the same eight shipped
 *
 * A block is told in spans, log events or CloudEvents, as JSON, every second one compressed. Every fourth carries a
 * record that must become a dead letter. Everything follows from the name of the run and the number of the block.
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** Orders of one block. */
export const ORDERS = 8;

const KINDS = ["traces", "logs", "events"];
const MEDIA = {
  traces: "application/json",
  logs: "application/json",
  events: "application/cloudevents-batch+json",
};

/** What an item of that id says; known to whoever knows the id. */
export function payloadOf(id) {
  return hex(`payload ${id}`, 24);
}

/** The order that an item belongs to. */
export function orderOf(id) {
  return id.replace(/-[ps]$/, "");
}

/** The request that places (`p`) or ships (`s`) the orders of a block. */
export function requestOf(run, { block, part, nowMs, orders = ORDERS }) {
  const kind = KINDS[block % KINDS.length];
  const ids = Array.from({ length: orders }, (_, n) => `F-${run}-${block}-${n}-${part}`);
  const bad = kind !== "events" && block % 4 === 0 ? [`bad-${run}-${block}-${part}`] : [];
  const at = BigInt(nowMs) * 1_000_000n;
  const items = ids.map((id, n) => ({ id, at: at + BigInt(n) }));
  const text = JSON.stringify(bodyOf(kind, { items, bad, part }));
  const isPacked = block % 2 === 0;
  return {
    path: `/v1/${kind}`,
    headers: { "content-type": MEDIA[kind], ...(isPacked ? { "content-encoding": "gzip" } : {}) },
    body: isPacked ? gzipSync(text) : Buffer.from(text),
    block,
    part,
    ids,
    bad,
  };
}

function bodyOf(kind, told) {
  if (kind === "events") return told.items.map((item) => eventOf(item, told.part));
  const resource = { attributes: [text("service.name", "faults")] };
  if (kind === "traces") {
    const spans = [...told.items.map((item) => spanOf(item, told.part)), ...told.bad.map(badSpan)];
    return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
  }
  const logRecords = [...told.items.map((item) => logOf(item, told.part)), ...told.bad.map(badLog)];
  return { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] };
}

function spanOf({ id, at }, part) {
  return {
    traceId: hex(`trace ${id}`, 32),
    spanId: hex(`span ${id}`, 16),
    name: part === "p" ? "place" : "ship",
    kind: 2,
    startTimeUnixNano: String(at),
    endTimeUnixNano: String(at + 1_000_000n),
    attributes: attributesOf(id),
  };
}

function logOf({ id, at }, part) {
  const eventName = part === "p" ? "order.placed" : "order.shipped";
  return { timeUnixNano: String(at), eventName, body: { stringValue: id }, attributes: attributesOf(id) };
}

function eventOf({ id, at }, part) {
  return {
    specversion: "1.0",
    id,
    source: "/faults",
    type: part === "p" ? "shop.order.placed" : "shop.order.shipped",
    time: new Date(Number(at / 1_000_000n)).toISOString(),
    orderid: orderOf(id),
    faultid: id,
    faultpayload: payloadOf(id),
  };
}

function badSpan(id) {
  return { traceId: hex(id, 32), spanId: "1234", name: id, startTimeUnixNano: "1", endTimeUnixNano: "1" };
}

function badLog(id) {
  return { timeUnixNano: "1", body: { stringValue: id } };
}

function attributesOf(id) {
  return [text("order.id", orderOf(id)), text("faultid", id), text("faultpayload", payloadOf(id))];
}

function text(key, stringValue) {
  return { key, value: { stringValue } };
}

function hex(of, length) {
  return createHash("sha256").update(of).digest("hex").slice(0, length);
}
