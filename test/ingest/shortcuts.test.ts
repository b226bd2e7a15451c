import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { Failure } from "../../errors.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline } from "../../ingest/pipeline.ts";
import { placeText } from "../../ingest/refs.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { storedIn } from "../../ingest/stored.ts";
import { at, DEFINITIONS, event, span, TEN_NS } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const NOW_MS = Number(TEN_NS / 1_000_000n) + 60_000;
const KEYS = { "order.id": "ORD-1", "correlation.id": "cor-1" };
/** An order that is all told by events of its own but for two spans, which only its correlation id leads to. */
const ORDER: readonly Hop[] = [
  event({ name: "placed", atMs: 0, keys: KEYS }),
  span({ trace: "fraud", id: "score", keys: { "correlation.id": "cor-1" } }),
  span({ trace: "fraud", id: "rules", parent: "score" }),
  event({ name: "paid", atMs: 20, keys: KEYS }),
  event({ name: "shipped", atMs: 30, keys: KEYS }),
];

let dataDir = "";
let store: Store;
let journal: Journal;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-shortcuts-"));
  store = await openStore({ url: null, dataDir });
  await migrate(store);
  journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
});
afterEach(async () => {
  await journal.close();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(insertNative: Store["insertNative"] = store.insertNative) {
  const log = { warn: () => undefined };
  const inFront = { ...store, insertNative };
  const pipeline = openPipeline({
    store: inFront,
    journal,
    definitions: DEFINITIONS,
    now: () => NOW_MS,
    log,
    flushMs: 9e6,
  });
  // Before it knows what is in the store, it asks it about everything.
  await pipeline.ready();
  return pipeline;
}

/** What the store alone says about the order, and how often it was asked. */
async function told() {
  const asked = { refs: 0, hops: 0 };
  const stored = storedIn(store, { placesMax: 100, hopsMax: 1_000 });
  const source = {
    refs: async (...args: Parameters<typeof stored.refs>) => {
      asked.refs++;
      return stored.refs(...args);
    },
    elders: stored.elders,
    hops: async (...args: Parameters<typeof stored.hops>) => {
      asked.hops++;
      return stored.hops(...args);
    },
  };
  const lookup = createLookup({ source, definitions: DEFINITIONS, kindsOf: stored.kindsOf });
  const answer = await lookup.tell("default", { kind: "order.id", id: "ORD-1" }, at(60_000));
  return { ...asked, members: answer?.members.length };
}

test("an order that has ended is loaded at once, with the hops that do not carry its key", async () => {
  const pipeline = await open();
  for (const delivery of await deliveriesOf(ORDER.slice(0, 4))) await pipeline.accept(delivery);
  await pipeline.flush();
  expect(await told()).toEqual({ members: 4, refs: 3, hops: 2 });
  for (const delivery of await deliveriesOf(ORDER.slice(4))) await pipeline.accept(delivery);
  await pipeline.flush();
  expect(await told()).toEqual({ members: 5, refs: 2, hops: 1 });
  await pipeline.close();
});

test("a shortcut that could not be stored keeps no true ref from being stored", async () => {
  let isDown = false;
  const pipeline = await open(async (table, pieces) => {
    if (isDown && table === "refs") throw new Failure("store_unavailable");
    await store.insertNative(table, pieces);
  });
  for (const delivery of await deliveriesOf(ORDER.slice(0, 4))) await pipeline.accept(delivery);
  await pipeline.flush();
  isDown = true;
  for (const delivery of await deliveriesOf(ORDER.slice(4))) await pipeline.accept(delivery);
  await expect(pipeline.flush()).rejects.toThrow("The store did not answer");
  const placesOf = async (refs: typeof pipeline.source.refs) =>
    new Set((await refs("default", [{ kind: "order.id", value: "ORD-1" }])).map(placeText));
  const before = await placesOf(pipeline.source.refs);
  isDown = false;
  const late = span({ trace: "fraud", id: "manual check", keys: { "order.id": "ORD-1" } });
  for (const delivery of await deliveriesOf([late])) await pipeline.accept(delivery);
  await pipeline.flush();
  await pipeline.close();
  const after = await placesOf(storedIn(store, { placesMax: 100, hopsMax: 1_000 }).refs);
  expect([before.size, after.size]).toEqual([1, 2]);
});
