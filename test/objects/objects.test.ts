/**
 * An object-centric log through a real service: shuffled, told twice, over four clients at once, once in peace and once
 * with the process killed in the middle, again and again. Small here; in full by `npm run test:objects`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chance } from "../ingest/world.ts";
import { prepareProcess, type WaybillProcess } from "../process.ts";
import { objectLog } from "./log.ts";
import { requestsOf, type Sending, sendAll } from "./senders.ts";
import { listedSubjects, wrongAnswers } from "./verdict.ts";

const ORDERS = Number(process.env["OBJECT_ORDERS"] ?? 60);
const KILLS = Number(process.env["OBJECT_KILLS"] ?? 2);
const SEED = Number(process.env["OBJECT_SEED"] ?? 7);
/** Of the real clock, which the process has too: ten minutes ago. */
const FROM_MS = Date.now() - 600_000;
const SIZE = {
  orders: ORDERS,
  items: ORDERS * 4,
  packages: Math.ceil(ORDERS * 0.65),
  seed: SEED,
  fromMs: FROM_MS,
};
const PATIENCE_MS = 60_000;
/** After a kill what is under way is settled from the store, which takes its time. */
const KILLED_PATIENCE_MS = 600_000;
const CLIENTS = 4;
const KILL_WITHIN_MS = 400;

const definitions = fileURLToPath(new URL("./waybill.yaml", import.meta.url));
const log = objectLog(SIZE);

const seconds = (fromMs: number) => ((performance.now() - fromMs) / 1000).toFixed(1);

describe(`${SIZE.orders} orders, ${SIZE.items} items, ${SIZE.packages} packages, ${log.hops.length} hops, each told twice`, {
  timeout: KILLED_PATIENCE_MS * 2 + PATIENCE_MS * KILLS,
}, () => {
  let dataDir = "";
  let waybill: WaybillProcess;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "waybill-objects-"));
    waybill = await prepareProcess({ dataDir, definitions });
    await waybill.start();
  });
  afterEach(async () => {
    await waybill.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Exactly one journey per order, and every answer as it truly is. */
  async function expectTruth(patienceMs: number): Promise<void> {
    const orders = [...log.truth.keys()].map((order) => `order.id=${order} succeeded`).sort();
    expect(await listedSubjects(waybill.api, orders.length, patienceMs)).toEqual(orders);
    expect(await wrongAnswers(waybill.api, log)).toEqual([]);
  }

  test("are one journey per order, and every membership is true", async () => {
    const beganMs = performance.now();
    await sendAll(requestsOf(log.hops, SEED), {
      clients: CLIENTS,
      targets: [waybill.otlp],
      sending: { acked: 0 },
    });
    const sent = seconds(beganMs);
    await expectTruth(PATIENCE_MS);
    console.log(`sent in ${sent} s, all answers as they are in ${seconds(beganMs)} s`);
  });

  test(`are the same with the process killed at ${KILLS} random moments`, async () => {
    const next = chance(SEED);
    const requests = requestsOf(log.hops, SEED + 1);
    const sending: Sending = { acked: 0 };
    const sent = sendAll(requests, { clients: CLIENTS, targets: [waybill.otlp], sending });
    const killing = async () => {
      for (let kills = 0; kills < KILLS; kills++) {
        while (sending.acked < (requests.length * kills) / KILLS) await sleep(5);
        await sleep(next() * KILL_WITHIN_MS);
        await waybill.kill();
        await waybill.start();
      }
    };
    await Promise.all([sent, killing()]);
    await expectTruth(KILLED_PATIENCE_MS);
  });
});
