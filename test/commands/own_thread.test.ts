/** A landing in a thread of its own, which only a build has. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { NO_TELEMETRY } from "../../collector/telemetry.ts";
import { NO_TRACING } from "../../collector/tracing.ts";
import { parseConfig } from "../../config.ts";
import { Landed } from "../../ingest/landing/landed.ts";
import { AT, startOn } from "../ingest/landing/start.ts";

const BUILD = new URL("../../build.mjs", import.meta.url).href;
const BUILT = new URL("../../dist/commands/own_thread.js", import.meta.url).href;

async function open() {
  const { build, isBuilt } = await import(BUILD);
  if (!isBuilt()) await build();
  const { inOwnThread }: typeof import("../../commands/own_thread.ts") = await import(BUILT);
  const dataDir = await mkdtemp(join(tmpdir(), "waybill-thread-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const { room, start } = await startOn(dataDir);
  const config = parseConfig({ WAYBILL_DATA_DIR: dataDir });
  const end = inOwnThread(config, NO_TELEMETRY)(start, { now: () => 0, tracing: NO_TRACING });
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const heard = { beforeRemoval: async () => undefined, unreadable: vi.fn(), cameBack: vi.fn() };
  const landed = await Landed.open(end, start, { room, log, ...heard });
  const orders: (string | undefined)[] = [];
  const port = await landed.listen(AT, (received) => {
    orders.push(received?.decoded.batch.hop(0).attributes.get("order.id"));
  });
  return { landed, orders, port };
}

/** Sends from another process, while this thread does nothing at all. Answers the status. */
function send(port: number, order: string): string {
  const attributes = [{ key: "order.id", value: { stringValue: order } }];
  const record = { eventName: "placed", timeUnixNano: `${Date.now()}000000`, attributes };
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
  const options = { method: "POST", headers: { "content-type": "application/json" }, body };
  const script = `fetch("http://127.0.0.1:${port}/v1/logs", ${JSON.stringify(options)})
    .then((response) => process.stdout.write(String(response.status)))`;
  return spawnSync(process.execPath, ["-e", script]).stdout.toString();
}

test("a sender is answered while the rest is busy, and whoever asks right after that finds what it sent", async () => {
  const { landed, orders, port } = await open();
  for (const order of ["ORD-1", "ORD-2", "ORD-3"]) {
    expect(send(port, order)).toBe("200");
    landed.takeAll();
    expect(orders.at(-1)).toBe(order);
  }
  await landed.drain(1_000);
  await landed.journal.close();
});
