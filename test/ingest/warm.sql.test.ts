import { expect, test } from "vitest";
import { refsBlock } from "../../ingest/blocks.ts";
import { migrate } from "../../ingest/migrate.ts";
import { traceWords } from "../../ingest/past.ts";
import { RefList } from "../../ingest/reflist.ts";
import { namesIn, namesInStore, namesOfElders, rangesOf } from "../../ingest/warm.ts";
import { granulesRead, onBothShapes } from "../server.ts";

onBothShapes("the names in the store", (open) => {
  test.each([
    ["in one question", 3_000, 1_000_000],
    ["in a dozen", 3_000, 700],
    ["in one for each name and many more", 100, 0.1],
  ])("are all known to a process that starts, asked for %s", async (_, names, atOnce) => {
    const store = await open();
    await migrate(store);
    const refs = new RefList(7);
    const trace = (n: number) => n.toString(16).padStart(32, "7");
    for (let n = 0; n < names; n++) {
      const spot = { low: n, high: 0, day: 20_000 };
      refs.add({ kind: "order.id", value: `ORD-${n}` }, spot);
      refs.add({ kind: n % 2 === 0 ? "@trace" : "@link", value: trace(n) }, spot);
      refs.add({ kind: "@caused-by", value: `event-${n}` }, spot);
    }
    await store.insertNative("refs", [refsBlock("t", [refs])]);
    const heard = await namesIn(store, { first: 8, last: 7 }, { atOnce });
    let missing = 0;
    for (let n = 0; n < names; n++) {
      if (heard.of(`order.id=ORD-${n}`) !== "store") missing++;
      if (heard.ofTrace(traceWords(trace(n)), 0) !== "store") missing++;
      if (heard.of(`@event=event-${n}`) !== "store") missing++;
    }
    expect(missing).toBe(0);
    expect(heard.of("order.id=ORD-3000")).toBe("nowhere");
  });

  test("are read range by range, each a part of the table", async () => {
    const store = await open();
    await migrate(store);
    const refs = new RefList(7);
    for (let n = 0; n < 20_000; n++)
      refs.add({ kind: "order.id", value: `ORD-${n}` }, { low: n, high: 0, day: 20_000 });
    await store.insertNative("refs", [refsBlock("t", [refs])]);
    const params = { from: "ORD-3", until: "ORD-4", first: 8 };
    const granules = await granulesRead(store, namesInStore.sql, params);
    expect(granules.of).toBeGreaterThanOrEqual(78);
    expect(granules.read).toBeLessThanOrEqual(14);
    const [names] = await namesInStore(store, params);
    expect(Buffer.from(names?.old ?? "", "base64").length / 8).toBe(1_111);
  });

  test.each([1_000_000, 7])(
    "are those of journeys too whose refs may be gone, %i at once",
    async (atOnce) => {
      const store = await open();
      await migrate(store);
      const began = (days: string, from: number, count: number) =>
        store.command(
          `INSERT INTO journeys (tenant, definition, subject_kind, subject, version, started_at)
         SELECT 't', if(number % 2 = 0, 'a', 'b'), 'order.id', concat('ORD-', toString({from:UInt32} + number)),
                number, toDateTime64({days:String}, 9, 'UTC')
         FROM numbers({count:UInt32})`,
          { days, from, count },
        );
      await began("2026-09-01", 0, 50);
      await began("2026-10-01", 50, 50);
      const keptSinceNs = BigInt(Date.UTC(2026, 8, 20)) * 1_000_000n;
      const heard = await namesIn(store, { first: 8, last: 7 }, { keptSinceNs, atOnce });
      const names = Array.from({ length: 100 }, (_, n) => `order.id=ORD-${n}`);
      expect(names.filter((name) => heard.of(name) === "store")).toEqual(names.slice(0, 50));
    },
  );

  test("of journeys are read page by page, each from where the last one ended", async () => {
    const store = await open();
    await migrate(store);
    await store.command(
      `INSERT INTO journeys (tenant, definition, subject_kind, subject, version)
       SELECT 't', 'a', 'order.id', concat('ORD-', leftPad(toString(number), 6, '0')), 1 FROM numbers(50000)`,
    );
    const after = { after_tenant: "t", after_definition: "a", after_kind: "order.id" };
    const params = { ...after, after_subject: "ORD-045000", before_ns: 1n, limit: 100 };
    const granules = await granulesRead(store, namesOfElders.sql, params);
    expect(granules.of).toBeGreaterThanOrEqual(48);
    expect(granules.read).toBeLessThanOrEqual(8);
    const [page] = await namesOfElders(store, params);
    expect(page).toMatchObject({ found: 100n, ...after, after_subject: "ORD-045100" });
  });

  test("are in doubt only until the journal is read, when it still has all that told of them", async () => {
    const store = await open();
    await migrate(store);
    for (const [since, value] of [
      [7, "older"],
      [8, "kept"],
      [9, "kept"],
      [9, "older"],
      [9, "newest"],
    ] as const) {
      const refs = new RefList(since);
      refs.add({ kind: "order.id", value }, { low: 1, high: 1, day: 20_000 });
      await store.insertNative("refs", [refsBlock("t", [refs])]);
    }
    const whereabouts = async (first: number, last: number, isWhole?: boolean) => {
      const heard = await namesIn(store, { first, last });
      if (isWhole !== undefined) heard.noteRead(isWhole);
      return ["older", "kept", "new"].map((value) => heard.of(`order.id=${value}`));
    };
    for (const merged of [false, true]) {
      if (merged) await store.command("OPTIMIZE TABLE refs FINAL");
      expect(await whereabouts(8, 9)).toEqual(["store", "journal", "nowhere"]);
      expect(await whereabouts(8, 9, true)).toEqual(["store", "nowhere", "nowhere"]);
      expect(await whereabouts(8, 9, false)).toEqual(["store", "journal", "nowhere"]);
      expect(await whereabouts(9, 9)).toEqual(["store", "store", "nowhere"]);
      // The last segment there ever was is number 8: another journal told of what is in the store.
      expect(await whereabouts(8, 8, true)).toEqual(["store", "store", "nowhere"]);
    }
  });
});

test("ranges of values leave nothing out and overlap nowhere", () => {
  const sample = ["a", "b", "b", "b", "c", "d"];
  expect(rangesOf(sample, 1)).toEqual([{ from: "", until: "" }]);
  expect(rangesOf(sample, 3)).toEqual([
    { from: "", until: "b" },
    { from: "b", until: "c" },
    { from: "c", until: "" },
  ]);
  // Many refs that go by one name are not taken apart.
  expect(rangesOf(["x", "x", "x"], 3)).toEqual([
    { from: "", until: "x" },
    { from: "x", until: "" },
  ]);
  expect(rangesOf([], 2)).toEqual([{ from: "", until: "" }]);
});
