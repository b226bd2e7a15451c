/**
 * Senders: the same three spans, each time by somebody else's code.
 *
 *   spans.json → an SDK's exporter, or curl → a Waybill (or a Collector in front of one)
 *
 * Each sender: `name`, `missing()` says why it cannot run here or null, `send({ otlp, baseNs })` delivers.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";

const execute = promisify(execFile);
const { resource, scope, spans } = JSON.parse(readFileSync(new URL("./spans.json", import.meta.url), "utf8"));
const PYTHON_SCRIPT = fileURLToPath(new URL("./send_python.py", import.meta.url));

/** The id to look up afterwards, and how many hops to wait for. */
export const SUBJECT = { id: "ORD/INTEROP 1", hops: spans.length };

export const jsJson = {
  name: "JavaScript SDK, OTLP/JSON",
  missing: () => null,
  send: ({ otlp, baseNs }) => exportBy(new JsonExporter({ url: `${otlp}/v1/traces` }), baseNs),
};

export const jsProto = {
  name: "JavaScript SDK, OTLP/protobuf, gzip",
  missing: () => null,
  send: ({ otlp, baseNs }) =>
    exportBy(new ProtoExporter({ url: `${otlp}/v1/traces`, compression: "gzip" }), baseNs),
};

/** @param python  an interpreter that has the SDK, or null with the reason why there is none */
export const pythonHttp = ({ python, reason }) => ({
  name: "Python SDK, OTLP/protobuf, gzip",
  missing: () => (python === null ? reason : null),
  send: ({ otlp, baseNs }) => execute(python, [PYTHON_SCRIPT, "http", `${otlp}/v1/traces`, String(baseNs)]),
});

/** By hand, the way other SDKs write JSON: ids in capitals, 64-bit integers as strings, no field for a missing parent. */
export const curlJson = {
  name: "curl, OTLP/JSON by hand",
  missing: () => null,
  send: async ({ otlp, baseNs }) => {
    const body = JSON.stringify(byHand(baseNs));
    const { status, text } = await curl(`${otlp}/v1/traces`, body);
    if (status !== 200 || text !== "{}") throw new Error(`answered ${status} ${text}`);
  },
};

/** POSTs a JSON body with curl: status and text of the answer. */
export async function curl(url, body, contentType = "application/json") {
  const args = [
    "--silent",
    "--show-error",
    "--write-out",
    "\n%{http_code}",
    "--header",
    `content-type: ${contentType}`,
  ];
  const { stdout } = await execute("curl", [...args, "--data-binary", body, url]);
  const end = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(end + 1)), text: stdout.slice(0, end) };
}

async function exportBy(exporter, baseNs) {
  const readable = spans.map((span) => readableSpan(span, baseNs));
  const { code, error } = await new Promise((resolve) => exporter.export(readable, resolve));
  await exporter.shutdown();
  if (code !== ExportResultCode.SUCCESS) throw error ?? new Error("the export failed");
}

function readableSpan(span, baseNs) {
  const at = (offsetNs) => hrTime(baseNs + BigInt(offsetNs));
  const context = (traceId, spanId) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    name: span.name,
    kind: SpanKind[span.kind.toUpperCase()],
    spanContext: () => context(span.traceId, span.spanId),
    parentSpanContext: span.parentId === null ? undefined : context(span.traceId, span.parentId),
    startTime: at(span.startNs),
    endTime: at(span.endNs),
    duration: hrTime(BigInt(span.endNs - span.startNs)),
    ended: true,
    status: {
      code: SpanStatusCode[span.status.code.toUpperCase()],
      message: span.status.message || undefined,
    },
    attributes: span.attributes,
    events: span.events.map((event) => ({
      name: event.name,
      time: at(event.atNs),
      attributes: event.attributes,
    })),
    links: span.links.map((link) => ({
      context: context(link.traceId, link.spanId),
      attributes: link.attributes,
    })),
    resource: resourceFromAttributes(resource),
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTime(ns) {
  return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
}

const KINDS = { server: 2, client: 3, producer: 4, consumer: 5 };
const STATUSES = { unset: 0, ok: 1, error: 2 };

function byHand(baseNs) {
  return {
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [{ scope, spans: spans.map((span) => spanByHand(span, baseNs)) }],
      },
    ],
  };
}

function spanByHand(span, baseNs) {
  const at = (offsetNs) => String(baseNs + BigInt(offsetNs));
  return {
    traceId: span.traceId.toUpperCase(),
    spanId: span.spanId.toUpperCase(),
    ...(span.parentId === null ? {} : { parentSpanId: span.parentId.toUpperCase() }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: at(span.startNs),
    endTimeUnixNano: at(span.endNs),
    status: { code: STATUSES[span.status.code], message: span.status.message },
    attributes: keyValues(span.attributes),
    events: span.events.map(({ name, atNs, attributes }) => ({
      name,
      timeUnixNano: at(atNs),
      attributes: keyValues(attributes),
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId: traceId.toUpperCase(),
      spanId: spanId.toUpperCase(),
      attributes: keyValues(attributes),
    })),
  };
}

function keyValues(attributes) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value) {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "string") return { stringValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
