/** Merged parts whose files a full disk left empty, and what they were made of. */
import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { refsBlock } from "../../ingest/blocks.ts";
import { checking } from "../../ingest/damaged.ts";
import { makeDurable } from "../../ingest/durable.ts";
import { mendForever, mendParts } from "../../ingest/mend.ts";
import { migrate } from "../../ingest/migrate.ts";
import { listOf } from "../../ingest/reflist.ts";
import { openStore, type Store } from "../../ingest/store.ts";

let dataDir = "";
let store: Store;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-mend-"));
  store = await openStore({ url: null, dataDir });
  await migrate(store);
  await makeDurable(store);
  for (const value of ["A", "B", "C"])
    await store.command(
      `INSERT INTO refs (tenant, value, kind, day, locality) VALUES ('t', '${value}', 'order.id', '2026-11-24', 1)`,
    );
  await store.command("OPTIMIZE TABLE refs FINAL");
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

const values = async () =>
  (await store.query("SELECT value FROM refs ORDER BY value")).map((row) =>
    Reflect.get(Object(row), "value"),
  );
const told: object[] = [];
const log = { error: (fields: object) => void told.push(fields) };

const isRefs = "table = 'refs' AND database = currentDatabase() AND active";

/** Does to the newest part what the engine does when the disk is full: its files are there, and empty. */
async function emptyNewest(): Promise<string> {
  const [part] = await store.query(
    `SELECT name, path FROM system.parts WHERE ${isRefs} ORDER BY max_block_number DESC LIMIT 1`,
  );
  const { name, path } = Object(part);
  for (const file of await readdir(String(path))) await truncate(join(String(path), file));
  return String(name);
}

test("parts that are whole are left as they are", async () => {
  expect(await mendParts(store, 60_000)).toEqual([]);
  expect(await values()).toEqual(["A", "B", "C"]);
});

test("an empty part makes way for what it was made of", async () => {
  const name = await emptyNewest();
  expect(await mendParts(store, 60_000)).toEqual([`refs/${name}`]);
  expect(await values()).toEqual(["A", "B", "C"]);
  expect(await mendParts(store, 60_000)).toEqual([]);
});

test("this is looked after, and said in the log", async () => {
  const ending = new AbortController();
  const watching = mendForever({ store, log, everyMs: 50 }, ending.signal);
  const name = await emptyNewest();
  await expect.poll(() => told).toContainEqual({ part: `refs/${name}` });
  expect(await values()).toEqual(["A", "B", "C"]);
  ending.abort();
  await watching;
});

test("an insert whose part turns out empty failed, and can be tried again", async () => {
  const refs = [refsBlock("t", [listOf([{ kind: "order.id", value: "D", day: 1, locality: 1n }])])];
  let fullFor = 1;
  const filling: Store = {
    ...store,
    insertNative: async (table, pieces) => {
      await store.insertNative(table, pieces);
      if (fullFor-- > 0) await emptyNewest();
    },
  };
  const onFullDisk = checking(filling, { folder: dataDir, roomBytes: Number.POSITIVE_INFINITY });
  await expect(onFullDisk.insertNative("refs", refs)).rejects.toThrow("out of disk");
  expect(await values()).toEqual(["A", "B", "C"]);
  await onFullDisk.insertNative("refs", refs);
  expect(await values()).toEqual(["A", "B", "C", "D"]);
});

test("what merges are made of stays for two minutes", async () => {
  const settings = await store.query(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine_full LIKE '%old_parts_lifetime = 120%' ORDER BY name",
  );
  const names = settings.map((row) => Reflect.get(Object(row), "name"));
  expect(names).toEqual(["dead_letter_acts", "dead_letters", "hops", "journeys", "refs", "writers"]);
});
