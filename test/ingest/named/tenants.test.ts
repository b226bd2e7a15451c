/** Two tenants in one Waybill, through the pipeline: tokens do not name tenants yet, envelopes do. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../../ingest/journal.ts";
import { createLookup } from "../../../ingest/lookup.ts";
import { migrate } from "../../../ingest/migrate.ts";
import { openPipeline } from "../../../ingest/pipeline.ts";
import { openStore } from "../../../ingest/store.ts";
import { at, DEFINITIONS, event } from "../build.ts";
import { deliveriesOf } from "../deliveries.ts";
import { NOW_MS } from "./door.ts";

test("the same order id of two tenants is two orders", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "waybill-tenants-"));
  const store = await openStore({ url: null, dataDir });
  await migrate(store);
  const journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
  const pipeline = openPipeline({
    store,
    journal,
    definitions: DEFINITIONS,
    now: () => NOW_MS,
    log: { warn: () => undefined },
    flushMs: 60_000,
  });
  const tell = async (tenant: string, name: string, atMs: number) => {
    for (const delivery of await deliveriesOf([event({ name, keys: { "order.id": "SAME" }, atMs })], tenant))
      await pipeline.accept(delivery);
  };
  const { source, kindsOf } = pipeline;
  const lookup = createLookup({ source, kindsOf, definitions: DEFINITIONS });
  const stepsOf = async (tenant: string) => {
    const told = await lookup.tell(tenant, { kind: "order.id", id: "SAME" }, at(600_000));
    return told?.members.map(({ hop }) => hop.name) ?? null;
  };
  await tell("red", "placed", 0);
  await tell("blue", "placed", 5);
  await tell("blue", "paid", 10);
  for (const stored of [false, true]) {
    if (stored) await pipeline.flush();
    expect(await stepsOf("red")).toEqual(["placed"]);
    expect(await stepsOf("blue")).toEqual(["placed", "paid"]);
    expect(await stepsOf("green")).toBeNull();
  }
  expect(await store.query("SELECT tenant, subject FROM journeys FINAL ORDER BY tenant")).toEqual([
    { tenant: "blue", subject: "SAME" },
    { tenant: "red", subject: "SAME" },
  ]);
  await pipeline.close();
  await journal.close();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});
