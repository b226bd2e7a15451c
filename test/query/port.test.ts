/** The API's port of a process that only takes data in: how it fares, and nothing else. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Running, startWaybill } from "../service.ts";

const TOKEN = "0123456789abcdef0123";
const KNOWN = { authorization: `Bearer ${TOKEN}` };
const NOW_MS = Date.UTC(2026, 10, 20, 10);
const YAML = `
version: 1
keys: { order.id: { role: identifies } }
journeys: { order: { subject: order.id, owner: us, steps: { placed: { span: place } }, timeout: 1h } }
`;

let waybill: Running;
beforeAll(async () => {
  const env = { WAYBILL_ROLE: "ingest", WAYBILL_TOKEN: TOKEN };
  waybill = await startWaybill({ yaml: YAML, now: () => NOW_MS, env });
});
afterAll(() => waybill.stop());

const get = (path: string, headers: Record<string, string> = KNOWN) => waybill.api(path, { headers });

test("probes hear that it lives and is ready, and who shows the token hears of each part", async () => {
  expect((await get("/livez", {})).status).toBe(200);
  await expect.poll(async () => (await get("/readyz", {})).status, { timeout: 15_000 }).toBe(200);
  const told = z.object({ ready: z.boolean(), checks: z.record(z.string(), z.null()) });
  const { checks } = told.parse(await (await get("/readyz?verbose")).json());
  expect(Object.keys(checks)).toEqual(["store", "journal", "backlog"]);
});

test("Prometheus is told what comes in and how it is kept, and nothing of objectives", async () => {
  const text = await (await get("/metrics")).text();
  const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "waybill_receiver_requests_total",
      "waybill_pipeline_lag_seconds",
      "waybill_journal_bytes",
      "waybill_backlog_parked_deliveries",
      "waybill_dead_letters_kept_total",
      "waybill_store_parts",
      "process_open_fds",
    ]),
  );
  expect(names.filter((name) => /slo|notifier/.test(name ?? ""))).toEqual([]);
});

test.each([
  "/",
  "/v1/orders/x",
  "/v1/journeys",
  "/v1/slos",
  "/v1/dead-letters",
  "/openapi.json",
  "/page.css",
])("%s is no address there, and no page says so", async (path) => {
  for (const accept of ["application/json", "text/html"]) {
    const response = await get(path, { ...KNOWN, accept });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      404,
      "application/problem+json",
    ]);
  }
});

test.each(["/metrics", "/readyz?verbose", "/v1/orders/x"])("%s asks for the token", async (path) => {
  expect((await get(path, {})).status).toBe(401);
});
