import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { decodeRequest } from "../../collector/request.ts";
import { extract } from "../../ingest/extract.ts";
import { LetterBudget } from "../../ingest/letters.ts";
import { migrate } from "../../ingest/migrate.ts";
import { planOf } from "../../ingest/plan.ts";
import { Queue } from "../../ingest/queue.ts";
import { RefList } from "../../ingest/reflist.ts";
import { noteAcked, zeroStats } from "../../ingest/stats.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { DEFINITIONS } from "./build.ts";
import { logsEnvelope } from "./deliveries.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 10);
const ROWS = 5_000;

let dataDir = "";
let store: Store;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-queue-"));
  store = await openStore({ url: null, dataDir });
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(() => store.command("TRUNCATE TABLE hops"));

const envelope = logsEnvelope(NOW_MS);

/** So many hops that wait, 5,000 in each delivery; and the numbers of those that were stored. */
async function waiting(hops: number) {
  const records = Array.from({ length: ROWS }, (_, n) => ({
    timeUnixNano: `${NOW_MS}000000`,
    eventName: `e${n}`,
  }));
  const body = Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] }));
  const decoded = await decodeRequest(envelope, body, { bodyBytesMax: 2 ** 26 });
  const [stats, stored] = [zeroStats(), [] as number[]];
  const queue = new Queue(stats, (serial) => stored.push(serial));
  for (let serial = 1; serial <= hops / ROWS; serial++) {
    noteAcked(stats, decoded.batch);
    const found = extract(decoded.batch, planOf(DEFINITIONS), "default");
    queue.add({ envelope, rejected: [], extract: found, refs: new RefList(1), serial, ackedMs: NOW_MS });
  }
  const flush = (beside: Promise<unknown>) =>
    queue.flush({ store, budget: new LetterBudget(), nowMs: NOW_MS }, beside);
  return { queue, stats, stored, flush };
}

test("one flush is one insert, and the rest waits", async () => {
  const { queue, stats, stored, flush } = await waiting(250_000);
  await flush(Promise.resolve());
  expect([stats.waiting, stored.length, queue.oldestSerial()]).toEqual([150_000, 20, 21]);
});

test("while other work goes on beside it whole blocks are stored, and a small rest waits for more", async () => {
  const { queue, stats, stored, flush } = await waiting(250_000);
  let end: () => void = () => undefined;
  const beside = new Promise<void>((resolve) => {
    end = resolve;
  });
  await flush(beside);
  end();
  expect([stats.waiting, queue.oldestSerial()]).toEqual([50_000, 41]);
  expect(stored).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
});

test("other work that fails ends it as well", async () => {
  const { stats, flush } = await waiting(250_000);
  const beside = Promise.reject(new Error("of others"));
  beside.catch(() => undefined);
  await flush(beside);
  expect(stats.waiting).toBe(150_000);
});
