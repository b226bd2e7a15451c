/**
 * Three ingest processes on one ClickHouse server, hops of one order spread over them at random: the answers are true,
 * and the rows of journeys are those that one process alone writes.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareProcess, type WaybillProcess } from "../process.ts";
import { type Server, startServer } from "../server.ts";
import { objectLog } from "./log.ts";
import { requestsOf, sendAll } from "./senders.ts";
import { listedRows, wrongAnswers } from "./verdict.ts";

const ORDERS = Number(process.env["OBJECT_SPREAD"] ?? 40);
const SEED = Number(process.env["OBJECT_SEED"] ?? 7);
const PATIENCE_MS = 60_000;

const definitions = fileURLToPath(new URL("./waybill.yaml", import.meta.url));
const fromMs = Date.now() - 600_000;
const log = objectLog({
  orders: ORDERS,
  items: ORDERS * 4,
  packages: Math.ceil(ORDERS * 0.65),
  seed: SEED,
  fromMs,
});

/** Half a minute: only by `npm run test:objects`. */
const IS_ASKED_FOR = process.env["OBJECT_SPREAD"] !== undefined;

let root = "";
let server: Server;
const processes: WaybillProcess[] = [];
beforeAll(async () => {
  if (!IS_ASKED_FOR) console.log("three processes: skipped, npm run test:objects runs it");
  root = await mkdtemp(join(tmpdir(), "waybill-processes-"));
  server = IS_ASKED_FOR ? await startServer() : { url: "", stop: async () => undefined };
}, PATIENCE_MS);
afterAll(async () => {
  for (const each of processes) await each.kill();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

async function running(name: string, role: string, database: string): Promise<WaybillProcess> {
  const env = {
    WAYBILL_ROLE: role,
    WAYBILL_CLICKHOUSE_URL: server.url,
    WAYBILL_CLICKHOUSE_DATABASE: database,
  };
  const waybill = await prepareProcess({ dataDir: join(root, name), definitions, env });
  processes.push(waybill);
  await waybill.start();
  return waybill;
}

test.runIf(IS_ASKED_FOR)("three processes tell what one tells", { timeout: 20 * PATIENCE_MS }, async () => {
  const one = await running("one", "all", "waybill_one");
  const three = await Promise.all(["a", "b", "c"].map((name) => running(name, "ingest", "waybill_three")));
  const requests = requestsOf(log.hops, SEED);
  const sending = { acked: 0 };
  await sendAll(requests, { clients: 4, targets: three.map(({ otlp }) => otlp), sending });
  await sendAll(requests, { clients: 4, targets: [one.otlp], sending });
  const reader = await running("reader", "query", "waybill_three");
  const rows = await listedRows(one.api, ORDERS, 5 * PATIENCE_MS);
  expect(rows.map(({ subject, state }) => `${subject.id} ${state}`).sort()).toEqual(
    [...log.truth.keys()].map((order) => `${order} succeeded`).sort(),
  );
  // What a process has not settled when it is told to stop it may have to leave to its next start.
  await listedRows(reader.api, ORDERS, 5 * PATIENCE_MS);
  await Promise.all(three.map((each) => each.stop()));
  expect(await listedRows(reader.api, ORDERS, PATIENCE_MS)).toEqual(rows);
  expect(await wrongAnswers(reader.api, log)).toEqual([]);
  expect(await wrongAnswers(one.api, log)).toEqual([]);
});
