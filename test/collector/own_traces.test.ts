/** A Waybill that reports its own spans to a server of ours, over the exporter that users get. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { OWN_EXPORT_HEADER } from "../../collector/tracing.ts";
import { parseConfig } from "../../config.ts";
import { startService } from "../../serve.ts";
import { freePort } from "../server.ts";
import { definitionsIn } from "../service.ts";

// The SDK's own setting: else a batch waits five seconds.
process.env["OTEL_BSP_SCHEDULE_DELAY"] = "50";

const YAML = `
version: 1
keys: { order.id: { role: identifies } }
journeys: { order: { subject: order.id, owner: us, steps: { placed: { span: place } }, timeout: 1h } }
`;

const Value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
]);
const Span = z.object({
  traceId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: z.array(z.object({ key: z.string(), value: Value })),
});
const Exported = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })),
});

/** Somebody who takes spans in. */
async function sink() {
  const spans: z.infer<typeof Span>[] = [];
  const marks = new Set<string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Exported.parse(JSON.parse(Buffer.concat(chunks).toString()));
    spans.push(...body.resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans)));
    marks.add(String(request.headers[OWN_EXPORT_HEADER]));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { spans, marks, endpoint: `http://127.0.0.1:${port}/v1/traces` };
}

/** A Waybill that reports there, with what its log says. */
async function reporting(endpoint: string, otlpPort = 0) {
  const dataDir = await mkdtemp(join(tmpdir(), "waybill-traced-"));
  const said: string[] = [];
  const service = await startService({
    config: parseConfig({
      WAYBILL_DATA_DIR: dataDir,
      WAYBILL_OTLP_PORT: String(otlpPort),
      WAYBILL_API_PORT: "0",
    }),
    definitions: definitionsIn(YAML),
    log: pino({ level: "warn" }, { write: (line: string) => void said.push(line) }),
    telemetry: { endpoint },
    now: () => Date.now(),
  });
  onTestFinished(async () => {
    await service.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const post = (headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${service.otlpPort}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [placed] }] }] }),
    });
  return { service, said, post };
}

const at = BigInt(Date.now()) * 1_000_000n;
const placed = {
  traceId: "1".repeat(32),
  spanId: "2".repeat(16),
  name: "place",
  startTimeUnixNano: String(at),
  endTimeUnixNano: String(at + 1n),
  attributes: [{ key: "order.id", value: { stringValue: "SECRET-1" } }],
};

test("a request, a flush and a question are a span each, and no order's id is in them", async () => {
  const { spans, endpoint } = await sink();
  const { service, post } = await reporting(endpoint);
  await post();
  await service.flush();
  const asked = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  await fetch(`http://127.0.0.1:${service.apiPort}/v1/orders/SECRET-1`, { headers: { traceparent: asked } });
  await fetch(`http://127.0.0.1:${service.apiPort}/metrics`);
  await fetch(`http://127.0.0.1:${service.otlpPort}/livez`);
  await service.close();
  expect([...new Set(spans.map(({ name }) => name))].sort()).toEqual([
    "GET /v1/orders/:id",
    "POST /v1/traces",
    "flush",
  ]);
  const request = spans.find(({ name }) => name === "POST /v1/traces");
  expect(request?.attributes).toContainEqual({ key: "http.response.status_code", value: 200 });
  const question = spans.find(({ name }) => name === "GET /v1/orders/:id");
  expect(question).toMatchObject({ traceId: "a".repeat(32), parentSpanId: "b".repeat(16) });
  expect(JSON.stringify(spans)).not.toContain("SECRET");
});

test("own exports of another Waybill are taken in like any other, but make no span", async () => {
  const { spans, endpoint } = await sink();
  const { service, post } = await reporting(endpoint);
  expect((await post({ [OWN_EXPORT_HEADER]: "somebody-else" })).status).toBe(200);
  await service.close();
  expect(spans.map(({ name }) => name)).not.toContain("POST /v1/traces");
});

test("spans that come back by a way that no address shows end the reporting", async () => {
  const { spans, marks, endpoint } = await sink();
  const { service, said, post } = await reporting(endpoint);
  await post();
  await expect.poll(() => marks.size, { timeout: 10_000 }).toBe(1);
  const [mark = ""] = marks;
  await post({ [OWN_EXPORT_HEADER]: mark });
  const before = spans.length;
  await fetch(`http://127.0.0.1:${service.apiPort}/v1/orders/SECRET-1`);
  await service.close();
  expect(spans.slice(before).map(({ name }) => name)).not.toContain("GET /v1/orders/:id");
  expect(said.join("")).toContain("they came back to this process");
});

test("an address that is a door of this process is refused in a line, and it starts all the same", async () => {
  const port = await freePort();
  const { said, post } = await reporting(`http://localhost:${port}/v1/traces`, port);
  expect((await post()).status).toBe(200);
  expect(said.join("")).toContain(`Own traces are off: http://localhost:${port} is this process itself`);
});
