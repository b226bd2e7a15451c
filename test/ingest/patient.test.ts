import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Failure } from "../../errors.ts";
import { openPatiently } from "../../ingest/patient.ts";
import { openStore } from "../../ingest/store.ts";

const DOWN = new Failure("store_unavailable", "It is away.");

let dataDir = "";
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-patient-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** A store of which each attempt to prepare it does what the next of these says. */
async function opened(...attempts: (() => Promise<void>)[]) {
  const told: unknown[] = [];
  const store = await openPatiently({
    shape: "embedded",
    open: () => openStore({ url: null, dataDir }),
    prepare: async () => attempts.shift()?.(),
    failed: (error) => told.push(error),
    firstMs: 20_000,
  });
  return { store, told };
}

const fails = (error: Failure) => () => Promise.reject(error);

test("a store that is away at the start fails as an outage does, and heals by itself", async () => {
  const { store, told } = await opened(fails(DOWN), fails(DOWN));
  await expect(store.query("SELECT 1 AS one")).rejects.toMatchObject({ code: "store_unavailable" });
  await expect.poll(() => store.query("SELECT 1 AS one"), { timeout: 10_000 }).toEqual([{ one: 1 }]);
  expect(told).toEqual([DOWN, DOWN]);
  await store.close();
});

test("what no waiting mends ends the start, and lets go of the folder", async () => {
  await expect(opened(fails(new Failure("config", "newer")))).rejects.toMatchObject({ code: "config" });
  const { store } = await opened();
  await store.close();
});

test("a store that never came can be closed", async () => {
  const { store } = await opened(...Array.from({ length: 100 }, () => fails(DOWN)));
  await store.close();
  await expect(store.ping()).rejects.toMatchObject({ code: "store_unavailable" });
});
