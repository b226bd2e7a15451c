import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { Config } from "../config.ts";
import { type Running, type Starting, startWaybill } from "./service.ts";

const YAML = `
version: 1
keys: { order.id: { role: identifies, from: [order.id] } }
journeys:
  order:
    subject: order.id
    owner: shop
    steps: { placed: { event: placed }, paid: { event: paid } }
`;
const NOW_MS = Date.UTC(2026, 10, 20, 10);
const Listed = z.object({ journeys: z.array(z.object({ state: z.string(), startedAt: z.string() })) });

let dataDir = "";
const journal = () => join(dataDir, "journal");
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-serve-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

interface Told {
  readonly order: string;
  readonly name: string;
  readonly atMs: number;
  /** the journal is left as after a kill */
  readonly isKilled?: boolean;
}

/** One run that takes in one event of an order; how all journeys stand at its end. */
async function run({ order, name, atMs, isKilled = false }: Told): Promise<string[]> {
  const waybill = await startWaybill({ yaml: YAML, now: () => atMs, dataDir });
  // What the journal has is read back.
  await expect.poll(async () => (await waybill.api("/readyz")).status, { timeout: 15_000 }).toBe(200);
  const attributes = [{ key: "order.id", value: { stringValue: order } }];
  const record = { eventName: name, timeUnixNano: `${atMs}000000`, attributes };
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
  await waybill.send("/v1/logs", "application/json", body);
  const listed = Listed.parse(await (await waybill.api("/v1/journeys")).json());
  if (isKilled) await cp(journal(), `${journal()}-left`, { recursive: true });
  await waybill.stop();
  if (isKilled) {
    await rm(journal(), { recursive: true });
    await rename(`${journal()}-left`, journal());
  }
  return listed.journeys.map(({ state, startedAt }) => `${state} since ${startedAt.slice(11, 19)}`).sort();
}

test("a journal begun after another was lost is not taken for that one", async () => {
  expect(await run({ order: "A", name: "placed", atMs: NOW_MS })).toEqual(["open since 10:00:00"]);
  await rm(journal(), { recursive: true });
  const both = await run({ order: "B", name: "placed", atMs: NOW_MS + 10_000, isKilled: true });
  expect(both).toEqual(["open since 10:00:00", "open since 10:00:10"]);
  const after = await run({ order: "A", name: "paid", atMs: NOW_MS + 20_000 });
  expect(after).toEqual(["open since 10:00:10", "succeeded since 10:00:00"]);
});

describe("what probes of the receiver hear", () => {
  /** Nobody is there. */
  const AWAY = { WAYBILL_CLICKHOUSE_URL: "http://127.0.0.1:9" };
  const starting = (config: Partial<Config> = {}): Starting => ({
    yaml: YAML,
    now: () => NOW_MS,
    dataDir,
    env: AWAY,
    config,
  });
  const ready = async ({ otlpUrl }: Running) => {
    const answer = await fetch(`${otlpUrl}/readyz`);
    return [answer.status, await answer.json()];
  };
  const post = ({ otlpUrl }: Running, name: string) => {
    const record = { eventName: name, timeUnixNano: `${NOW_MS}000000` };
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
    const headers = { "content-type": "application/json" };
    return fetch(`${otlpUrl}/v1/logs`, { method: "POST", headers, body });
  };

  test("it is ready while the store is away, until the journal is full", async () => {
    const waybill = await startWaybill(starting({ journalBytesMax: 100_000 }));
    onTestFinished(waybill.stop);
    expect((await post(waybill, "placed")).status).toBe(200);
    expect((await waybill.api("/readyz")).status).toBe(503);
    expect(await ready(waybill)).toEqual([200, { status: "ready" }]);
    for (let length = 65_536; length > 0; length = Math.floor(length / 2))
      await post(waybill, "x".repeat(length));
    expect((await post(waybill, "paid")).status).toBe(503);
    expect(await ready(waybill)).toEqual([503, { status: "unready", reason: "The journal is full." }]);
  });

  test("it is not ready while the disk refuses the journal, and ready again once it does not", async () => {
    const waybill = await startWaybill(starting());
    onTestFinished(waybill.stop);
    await rename(journal(), `${journal()}-away`);
    expect((await post(waybill, "placed")).status).toBe(503);
    expect(await ready(waybill)).toMatchObject([503, { status: "unready" }]);
    await rename(`${journal()}-away`, journal());
    expect(await ready(waybill)).toEqual([200, { status: "ready" }]);
    expect((await post(waybill, "placed")).status).toBe(200);
  });
});
