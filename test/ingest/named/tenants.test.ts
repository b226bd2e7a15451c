/** Two tenants in one Waybill, through the pipeline: tokens do not name tenants yet, envelopes do. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Hop } from "../../../collector/hop.ts";
import { Failure } from "../../../errors.ts";
import { openJournal } from "../../../ingest/journal.ts";
import { createLookup } from "../../../ingest/lookup.ts";
import { migrate } from "../../../ingest/migrate.ts";
import { openPipeline } from "../../../ingest/pipeline.ts";
import { openStore, type Store } from "../../../ingest/store.ts";
import { at, DEFINITIONS, event } from "../build.ts";
import { deliveriesOf } from "../deliveries.ts";
import { NOW_MS } from "./door.ts";

/** A Waybill in a folder of its own, and how it is asked. */
async function open(liveMax?: number, worn: (store: Store) => Store = (store) => store) {
  const dataDir = await mkdtemp(join(tmpdir(), "waybill-tenants-"));
  const store = worn(await openStore({ url: null, dataDir }));
  await migrate(store);
  const journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
  const pipeline = openPipeline({
    store,
    journal,
    definitions: DEFINITIONS,
    now: () => NOW_MS,
    log: { warn: () => undefined },
    flushMs: 60_000,
    ...(liveMax === undefined ? {} : { liveMax }),
  });
  const { source, kindsOf } = pipeline;
  const lookup = createLookup({ source, kindsOf, definitions: DEFINITIONS });
  const tell = async (tenant: string, hops: readonly Hop[]) => {
    for (const delivery of await deliveriesOf(hops, tenant)) await pipeline.accept(delivery);
  };
  const stepsOf = async (tenant: string, id: string) => {
    const told = await lookup.tell(tenant, { kind: "order.id", id }, at(600_000));
    return told?.members.map(({ hop }) => hop.name) ?? null;
  };
  const close = async () => {
    await pipeline.close();
    await journal.close();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { store, pipeline, tell, stepsOf, close };
}

test("the same order id of two tenants is two orders", async () => {
  const { store, pipeline, tell, stepsOf, close } = await open();
  const same = (name: string, atMs: number) => [event({ name, keys: { "order.id": "SAME" }, atMs })];
  await tell("red", same("placed", 0));
  await tell("blue", same("placed", 5));
  await tell("blue", same("paid", 10));
  for (const stored of [false, true]) {
    if (stored) await pipeline.flush();
    expect(await stepsOf("red", "SAME")).toEqual(["placed"]);
    expect(await stepsOf("blue", "SAME")).toEqual(["placed", "paid"]);
    expect(await stepsOf("green", "SAME")).toBeNull();
  }
  expect(await store.query("SELECT tenant, subject FROM journeys FINAL ORDER BY tenant")).toEqual([
    { tenant: "blue", subject: "SAME" },
    { tenant: "red", subject: "SAME" },
  ]);
  await close();
});

test("facts of all tenants are bounded together, and who sends nothing lets go of some too", async () => {
  const factsMax = 20;
  const { pipeline, tell, stepsOf, close } = await open(factsMax);
  const place = async (tenant: string, first: number, count: number) => {
    const keys = (n: number) => ({ "order.id": `ORD-${first + n}` });
    await tell(
      tenant,
      Array.from({ length: count }, (_, n) => event({ name: "placed", keys: keys(n) })),
    );
    await pipeline.flush();
  };
  await place("quiet", 0, factsMax);
  expect(pipeline.settling().live).toBe(factsMax);
  await place("busy", 0, factsMax);
  await place("busy", factsMax, factsMax);
  await place("busy", 2 * factsMax, 1);
  // The last one was not stored yet when room was made.
  expect(pipeline.settling().live).toBeLessThanOrEqual(factsMax + 1);
  expect(pipeline.settling().live).toBeGreaterThan(factsMax / 2);
  for (const tenant of ["quiet", "busy"])
    for (let n = 0; n < factsMax; n++) expect(await stepsOf(tenant, `ORD-${n}`)).toEqual(["placed"]);
  await close();
});

test("rows of one tenant that the store never takes do not keep those of another waiting", async () => {
  let isBroken = true;
  const refusing = (store: Store): Store => ({
    ...store,
    insertNative: async (table, blocks) => {
      const pieces = [...blocks];
      const isCrimson =
        table === "journeys" && pieces.some((piece) => Buffer.from(piece).includes("crimson"));
      if (isBroken && isCrimson) throw new Failure("store_unavailable", "It takes nothing of crimson.");
      await store.insertNative(table, pieces);
    },
  });
  const { store, pipeline, tell, close } = await open(undefined, refusing);
  const rows = () => store.query("SELECT tenant FROM journeys FINAL ORDER BY tenant");
  for (const tenant of ["crimson", "blue", "green"])
    await tell(tenant, [event({ name: "placed", keys: { "order.id": `ORD-${tenant}` } })]);
  await expect(pipeline.flush()).rejects.toThrow("nothing of crimson");
  await expect(pipeline.flush()).rejects.toThrow("nothing of crimson");
  expect(await rows()).toEqual([{ tenant: "blue" }, { tenant: "green" }]);
  isBroken = false;
  await pipeline.flush();
  expect(await rows()).toEqual([{ tenant: "blue" }, { tenant: "crimson" }, { tenant: "green" }]);
  await close();
});
