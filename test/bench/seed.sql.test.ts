/** A seeded store answers as one that was told by the shop itself, and is counted right. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recount, recountJourneys, recountSpans } from "../../bench/recount.ts";
import { seed, seededOrder } from "../../bench/seed.ts";
import { renderDefinitions, SERVICES, SPANS } from "../../bench/shop.ts";
import type { Definitions } from "../../ingest/definitions.ts";
import { loadDefinitions } from "../../ingest/load.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { storedIn } from "../../ingest/stored.ts";

const NOW_MS = Date.parse("2026-03-10T12:00:00Z");
const JOURNEYS = 30;
let dataDir = "";
let store: Store;
let definitions: Definitions;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-seed-"));
  await writeFile(join(dataDir, "waybill.yaml"), renderDefinitions());
  definitions = loadDefinitions(join(dataDir, "waybill.yaml"));
  await seed(dataDir, { journeys: JOURNEYS, days: 15, nowMs: NOW_MS }, () => undefined);
  store = await openStore({ url: null, dataDir });
});

afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

const tell = (id: string) => {
  const stored = storedIn(store, { placesMax: 1000, hopsMax: 10_000 });
  const lookup = createLookup({ source: stored, definitions, kindsOf: stored.kindsOf });
  return lookup.tell("default", { kind: "order.id", id }, BigInt(NOW_MS) * 1_000_000n);
};

test("every seeded order is found whole, stitched over four traces, and succeeded", async () => {
  for (const journey of [0, 11, 29]) {
    const told = await tell(seededOrder(journey));
    expect(told?.members).toHaveLength(SPANS.length);
    expect(new Set(told?.members.map(({ hop }) => hop.traceId)).size).toBe(4);
    expect(new Set(told?.members.map(({ hop }) => hop.service))).toEqual(new Set(SERVICES));
    expect(told?.journeys.map(({ state }) => state)).toEqual(["succeeded"]);
    expect(told?.gaps).toEqual([]);
  }
});

test("the row that was seeded says what the hops say", async () => {
  const told = await tell(seededOrder(11));
  const [row] = await store.query(
    "SELECT toUnixTimestamp64Nano(started_at) AS started, step_names FROM journeys WHERE subject = {id:String}",
    { id: seededOrder(11) },
  );
  expect(row).toMatchObject({ step_names: told?.journeys[0]?.steps.map(({ name }) => name) });
});

test("a seed of two months merges the one that is over, and that one only", async () => {
  const parts = await store.query(
    `SELECT partition, min(level) > 0 AS is_merged FROM system.parts
     WHERE database = currentDatabase() AND table = 'refs' AND active GROUP BY partition ORDER BY partition`,
  );
  expect(parts).toEqual([
    { partition: "202602", is_merged: 1 },
    { partition: "202603", is_merged: 0 },
  ]);
});

test("the recount finds each span once, and each journey in its state", async () => {
  expect(await recountSpans(store, { share: 0, shares: 1 })).toEqual([
    { told: JOURNEYS * SPANS.length, spans: JOURNEYS * SPANS.length },
  ]);
  const shares = [0, 1, 2].map((share) => recountSpans(store, { share, shares: 3 }));
  const found = (await Promise.all(shares)).flat().reduce((sum, { spans }) => sum + spans, 0);
  expect(found).toBe(JOURNEYS * SPANS.length);
  expect(await recountJourneys(store, { definition: "create-order", prefix: "OLD-" })).toEqual([
    { current: "succeeded", journeys: JOURNEYS, complete: JOURNEYS },
  ]);
  expect(await recountJourneys(store, { definition: "create-order", prefix: "ORD-" })).toEqual([]);
});

test("a recount says what is missing", async () => {
  await store.close();
  const outcome = await recount(dataDir, { spans: 601, passing: 1, failing: 0, open: 0 });
  store = await openStore({ url: null, dataDir });
  expect(outcome.right).toBe(false);
  expect(outcome.wrong).toContain("600 spans are stored, and 601 must be");
});
