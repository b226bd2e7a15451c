/** The senders people have, unchanged: OpenTelemetry's exporters and the CloudEvents SDK. */
import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-node";
import { CloudEvent, emitterFor, httpTransport, Mode } from "cloudevents";
import { describe, expect, test } from "vitest";
import { Failure } from "../../errors.ts";
import { hopsOf, openEdge } from "./edge.ts";

const resource = resourceFromAttributes({ "service.name": "orders", "host.cpus": 4 });

/** A gateway span, its child with all a span can carry, and a span elsewhere linked to the child. */
function someSpans(): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(memory)] });
  const tracer = provider.getTracer("shop", "1.2.3");
  const root = tracer.startSpan(
    "POST /orders",
    { kind: SpanKind.SERVER, startTime: 1_767_323_045_000 },
    ROOT_CONTEXT,
  );
  const below = trace.setSpan(ROOT_CONTEXT, root);
  const child = richSpan(tracer, below);
  const links: Link[] = [
    {
      context: { ...child, isRemote: true, traceFlags: TraceFlags.SAMPLED },
      attributes: { "message.id": "m-1" },
    },
  ];
  tracer
    .startSpan("receive", { kind: SpanKind.CONSUMER, links, startTime: 1_767_323_046_000 }, ROOT_CONTEXT)
    .end(1_767_323_046_001);
  root.end(1_767_323_045_900);
  return memory.getFinishedSpans();
}

function richSpan(tracer: Tracer, parent: Context) {
  const span = tracer.startSpan(
    "capture ünï",
    { kind: SpanKind.CLIENT, startTime: [1_767_323_045, 123_456_789] },
    parent,
  );
  span.setAttributes({
    "order.id": "ORD-42",
    count: 42,
    negative: -7,
    ratio: 0.25,
    big: 2 ** 40,
    ok: true,
    list: ["a", "b"],
    numbers: [1, 2.5],
    "": "empty name",
    empty: "",
  });
  span.addEvent("exception", { "exception.message": "card declined" }, [1_767_323_045, 200_000_001]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: "declined" });
  span.end([1_767_323_045, 300_000_003]);
  return span.spanContext();
}

/** Exports, and resolves with the exporter's own verdict: 0 is success. */
function exportWith(exporter: SpanExporter, spans: ReadableSpan[]): Promise<number> {
  return new Promise((resolve) => exporter.export(spans, ({ code }) => resolve(code)));
}

type Options = NonNullable<ConstructorParameters<typeof ProtobufExporter>[0]>;
const GZIP = { compression: "gzip" } as Options; // the enum of it is in a package that only the exporters know

const exporters: [string, (url: string) => SpanExporter][] = [
  ["JSON", (url) => new JsonExporter({ url })],
  ["JSON, gzip", (url) => new JsonExporter({ ...GZIP, url })],
  ["protobuf", (url) => new ProtobufExporter({ url })],
  ["protobuf, gzip", (url) => new ProtobufExporter({ ...GZIP, url })],
];

describe("OpenTelemetry's trace exporters", () => {
  test.each(exporters)("deliver in %s", async (_name, open) => {
    const edge = await openEdge();
    expect(await exportWith(open(`${edge.url}/v1/traces`), someSpans())).toBe(0);
    const hops = hopsOf(edge);
    expect(hops.map(({ name, service }) => [name, service])).toEqual([
      ["capture ünï", "orders"],
      ["receive", "orders"],
      ["POST /orders", "orders"],
    ]);
    expect(hops[0]).toMatchObject({
      atNs: 1_767_323_045_123_456_789n,
      endNs: 1_767_323_045_300_000_003n,
      spanKind: "client",
      status: "error",
      message: "declined",
      scopeName: "shop",
      scopeVersion: "1.2.3",
      parentId: hops[2]?.spanId,
      events: [{ name: "exception", atNs: 1_767_323_045_200_000_001n }],
    });
    expect(hops[0]?.attributes.get("count")).toBe("42");
    expect(hops[1]?.links).toMatchObject([{ traceId: hops[0]?.traceId, spanId: hops[0]?.spanId }]);
  });

  test("tell the same hops in JSON and in protobuf", async () => {
    const spans = someSpans();
    const told = [];
    for (const [, open] of exporters) {
      const edge = await openEdge();
      await exportWith(open(`${edge.url}/v1/traces`), spans);
      told.push(hopsOf(edge));
    }
    for (const hops of told) expect(hops).toEqual(told[0]);
  });

  test("come again after a 503 and then succeed", async () => {
    let tries = 0;
    const edge = await openEdge({
      accept: async () => {
        tries += 1;
        if (tries <= exporters.length) throw new Failure("store_unavailable");
      },
    });
    const url = `${edge.url}/v1/traces`;
    const verdicts = await Promise.all(exporters.map(([, open]) => exportWith(open(url), someSpans())));
    expect(verdicts).toEqual([0, 0, 0, 0]);
    expect(tries).toBe(8);
    expect(edge.counters.traces).toMatchObject({ accepted: 12, refused: 12 });
  });

  test("give up at once when the token is wrong", async () => {
    const edge = await openEdge({ token: "right" });
    const url = `${edge.url}/v1/traces`;
    expect(
      await exportWith(
        new ProtobufExporter({ url, headers: { authorization: "Bearer wrong" } }),
        someSpans(),
      ),
    ).toBe(1);
    expect(
      await exportWith(
        new ProtobufExporter({ url, headers: { authorization: "Bearer right" } }),
        someSpans(),
      ),
    ).toBe(0);
    expect([...edge.counters.traces.requests]).toEqual([
      ["unauthorized", 1],
      ["ok", 1],
    ]);
  });
});

test("OpenTelemetry's log exporter delivers log lines and events", async () => {
  const edge = await openEdge();
  const exporter = new OTLPLogExporter({ url: `${edge.url}/v1/logs` });
  const provider = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger("shop");
  logger.emit({
    eventName: "order.placed",
    attributes: { "order.id": "ORD-42" },
    timestamp: 1_767_323_045_000,
  });
  logger.emit({ body: "card declined", severityNumber: SeverityNumber.ERROR, timestamp: 1_767_323_045_001 });
  await provider.shutdown();
  expect(hopsOf(edge).toSorted((a, b) => Number(a.atNs - b.atNs))).toMatchObject([
    { kind: "log", name: "order.placed", service: "orders", status: "unset" },
    { kind: "log", name: "", body: "card declined", status: "error", severity: 17 },
  ]);
});

describe("the CloudEvents SDK", () => {
  const event = new CloudEvent({
    id: "e-1",
    source: "/shop/fulfilment",
    type: "com.shop.order.packed",
    time: "2026-01-02T03:04:05.678Z",
    subject: "ORD-42",
    datacontenttype: "application/json",
    orderid: "ORD-42",
    data: { parcel: 1 },
  });

  test.each([Mode.BINARY, Mode.STRUCTURED])("delivers in %s mode", async (mode) => {
    const edge = await openEdge();
    await emitterFor(httpTransport(`${edge.url}/v1/events`), { mode })(event);
    const [hop] = hopsOf(edge);
    expect(hop).toMatchObject({
      kind: "cloudevent",
      name: "com.shop.order.packed",
      service: "/shop/fulfilment",
      atNs: 1_767_323_045_678_000_000n,
    });
    expect(JSON.parse(hop?.body ?? "")).toEqual({ parcel: 1 });
  });

  test("tells the same hop in both modes", async () => {
    const edge = await openEdge();
    for (const mode of [Mode.BINARY, Mode.STRUCTURED])
      await emitterFor(httpTransport(`${edge.url}/v1/events`), { mode })(event);
    const [binary, structured] = hopsOf(edge);
    expect(structured).toEqual(binary);
  });
});
