/** Refolding writes what would be told otherwise, in whatever column, and nothing a second time. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Definitions } from "../../ingest/definitions.ts";
import { openJournal } from "../../ingest/journal.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline } from "../../ingest/pipeline.ts";
import { type RefoldProgress, refold } from "../../ingest/refold.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { storedIn } from "../../ingest/stored.ts";
import { BEFORE_ALL } from "../../ingest/survey.ts";
import { at, CREATE_ORDER, DEFINITIONS, event, step } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const NOW_MS = Number(at(3_600_000) / 1_000_000n);
const TENANT = "default";
const log = { warn: () => undefined };

let dataDir = "";
let store: Store;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-refold-"));
  store = await openStore({ url: null, dataDir });
  await migrate(store);
  const hops = [
    event({ name: "placed", keys: { "order.id": "A", "partner.id": "ACME", channel: "web" } }),
    event({ name: "paid", keys: { "order.id": "A" }, atMs: 1_000 }),
    event({ name: "shipped", keys: { "order.id": "A" }, atMs: 2_000 }),
    event({ name: "placed", keys: { "order.id": "B" } }),
  ];
  const journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
  const now = () => NOW_MS;
  const pipeline = openPipeline({ store, journal, definitions: DEFINITIONS, now, log, flushMs: 60_000 });
  await pipeline.ready();
  pipeline.recovered(true);
  for (const delivery of await deliveriesOf(hops, TENANT)) await pipeline.accept(delivery);
  await pipeline.flush();
  await pipeline.close();
  await journal.close();
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** The end of a refold to these definitions; a day goes by each time, so that open journeys are later than before. */
async function refolded(definitions: Definitions, days = 0): Promise<RefoldProgress> {
  const source = storedIn(store, { placesMax: 1_000, hopsMax: 10_000 });
  const now = () => NOW_MS + days * 86_400_000;
  const options = { store, source, definitions, tenant: TENANT, now, learn: () => {} };
  const refolding = { sinceMs: 0, definition: null, dryRun: false, after: BEFORE_ALL };
  const told: RefoldProgress[] = [];
  for await (const progress of refold(options, refolding)) told.push(progress);
  const last = told.at(-1);
  if (last === undefined) throw new Error("a refold says how far it is");
  return last;
}

const withChannel = { ...DEFINITIONS, tags: new Map([...DEFINITIONS.tags, ["channel", ["channel"]]]) };
const handedOver = {
  ...withChannel,
  journeys: [{ ...CREATE_ORDER, steps: CREATE_ORDER.steps.map((each) => ({ ...each, owner: "others" })) }],
};

test("rows that were written under the same definitions stay, however late it is by now", async () => {
  expect((await refolded(DEFINITIONS, 1)).changed).toBe(0);
});

test("a new tag comes into the rows that have it, and only once", async () => {
  const { changed, moves } = await refolded(withChannel);
  expect(changed).toBe(1);
  expect(moves).toEqual([{ definition: "create-order", from: "succeeded", to: "succeeded", journeys: 1 }]);
  const rows = await store.query("SELECT tags FROM journeys FINAL WHERE subject = 'A'");
  const tags = [
    ["partner", "ACME"],
    ["channel", "web"],
  ];
  expect(rows).toEqual([{ tags }]);
  expect((await refolded(withChannel)).changed).toBe(0);
});

test("what comes next is somebody else's once its step is", async () => {
  expect((await refolded(handedOver)).changed).toBe(1);
  const rows = await store.query("SELECT subject, next_owner FROM journeys FINAL WHERE state = 'open'");
  expect(rows).toEqual([{ subject: "B", next_owner: "others" }]);
});

test("a step that a definition has besides is in every row, though its version is the same", async () => {
  const more = { ...CREATE_ORDER, steps: [...CREATE_ORDER.steps, step("gone", { optional: true })] };
  expect((await refolded({ ...handedOver, journeys: [more] })).changed).toBe(2);
});
