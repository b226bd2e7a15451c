import { expect, test } from "vitest";
import { refsBlock } from "../../ingest/blocks.ts";
import { migrate } from "../../ingest/migrate.ts";
import { traceWords } from "../../ingest/past.ts";
import { RefList } from "../../ingest/reflist.ts";
import { namesIn } from "../../ingest/warm.ts";
import { onBothShapes } from "../server.ts";

onBothShapes("the names in the store", (open) => {
  test("are all known to a process that starts, however many there are", async () => {
    const store = await open();
    await migrate(store);
    const refs = new RefList(7);
    const trace = (n: number) => n.toString(16).padStart(32, "7");
    for (let n = 0; n < 3_000; n++) {
      const spot = { low: n, high: 0, day: 20_000 };
      refs.add({ kind: "order.id", value: `ORD-${n}` }, spot);
      refs.add({ kind: n % 2 === 0 ? "@trace" : "@link", value: trace(n) }, spot);
      refs.add({ kind: "@caused-by", value: `event-${n}` }, spot);
    }
    await store.insertNative("refs", [refsBlock("t", [refs])]);
    const heard = await namesIn(store, { first: 8, last: 7 });
    let missing = 0;
    for (let n = 0; n < 3_000; n++) {
      if (heard.of(`order.id=ORD-${n}`) !== "store") missing++;
      if (heard.ofTrace(traceWords(trace(n)), 0) !== "store") missing++;
      if (heard.of(`@event=event-${n}`) !== "store") missing++;
    }
    expect(missing).toBe(0);
    expect(heard.of("order.id=ORD-3000")).toBe("nowhere");
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
