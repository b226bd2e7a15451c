/** What /metrics tells of the store, against tables whose size is known. */
import { expect, test } from "vitest";
import { refsBlock } from "../../ingest/blocks.ts";
import { migrate } from "../../ingest/migrate.ts";
import { RefList } from "../../ingest/reflist.ts";
import type { Store } from "../../ingest/store.ts";
import { renderStoreMetrics, storeParts, storeWork } from "../../query/store_metrics.ts";
import { onBothShapes } from "../server.ts";

function refs(from: number, count: number): RefList[] {
  const list = new RefList(0);
  for (let at = from; at < from + count; at++)
    list.add({ kind: "order.id", value: `ORD-${at}` }, { low: at, high: 0, day: 20_000 });
  return [list];
}

async function storeWithTwoInserts(open: () => Promise<Store>): Promise<Store> {
  const store = await open();
  await migrate(store);
  await store.command("SYSTEM STOP MERGES refs");
  await store.insertNative("refs", [refsBlock("default", refs(0, 30))]);
  await store.insertNative("refs", [refsBlock("default", refs(30, 12))]);
  return store;
}

onBothShapes("the store about itself", (open) => {
  test("each insert into one month is a part until a merge joins them", async () => {
    const store = await storeWithTwoInserts(open);
    const [told] = (await storeParts(store, {})).filter(({ table }) => table === "refs");
    expect(told).toMatchObject({ parts: 2, stored_rows: 42 });
    expect(told?.bytes).toBeGreaterThan(100);
    await store.command("SYSTEM START MERGES refs");
    await store.command("OPTIMIZE TABLE refs FINAL");
    const [merged] = (await storeParts(store, {})).filter(({ table }) => table === "refs");
    expect(merged).toMatchObject({ parts: 1, stored_rows: 42 });
  });

  test("inserted rows are counted, and merged ones once they were merged", async () => {
    const store = await open();
    await migrate(store);
    const before = (await storeWork(store, {}))[0];
    await store.insertNative("refs", [refsBlock("default", refs(0, 30))]);
    await store.insertNative("refs", [refsBlock("default", refs(30, 12))]);
    await store.command("OPTIMIZE TABLE refs FINAL");
    const after = (await storeWork(store, {}))[0];
    expect((after?.inserted_rows ?? 0) - (before?.inserted_rows ?? 0)).toBeGreaterThanOrEqual(42);
    expect((after?.merged_rows ?? 0) - (before?.merged_rows ?? 0)).toBeGreaterThanOrEqual(42);
  });

  test("the page names each table, and is empty when the store is gone", async () => {
    const store = await storeWithTwoInserts(open);
    expect(await renderStoreMetrics(store)).toContain('waybill_store_parts{table="refs"} 2');
    const gone = { ...store, query: () => Promise.reject(new Error("gone")) };
    expect(await renderStoreMetrics(gone)).toBe("");
  });

  test("who scrapes does not wait for a store that never answers", async () => {
    const store = { ...(await storeWithTwoInserts(open)), query: () => new Promise<never>(() => undefined) };
    expect(await renderStoreMetrics(store, 50)).toBe("");
  });

  test("rows since the engine's start are counters, what lies there now are gauges", async () => {
    const text = await renderStoreMetrics(await storeWithTwoInserts(open));
    const types = [...text.matchAll(/^# TYPE waybill_store_(\w+) (\w+)$/gm)].map(([, ...told]) => told);
    expect(types).toEqual([
      ["parts", "gauge"],
      ["rows", "gauge"],
      ["bytes", "gauge"],
      ["inserted_rows_total", "counter"],
      ["merged_rows_total", "counter"],
    ]);
    expect(text).toMatch(/^waybill_store_inserted_rows_total [1-9]\d*$/m);
  });
});
