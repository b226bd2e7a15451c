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
    const refs = new RefList();
    const trace = (n: number) => n.toString(16).padStart(32, "7");
    for (let n = 0; n < 3_000; n++) {
      const spot = { low: n, high: 0, day: 20_000 };
      refs.add({ kind: "order.id", value: `ORD-${n}` }, spot);
      refs.add({ kind: n % 2 === 0 ? "@trace" : "@link", value: trace(n) }, spot);
      refs.add({ kind: "@caused-by", value: `event-${n}` }, spot);
    }
    await store.insertNative("refs", [refsBlock("t", [refs])]);
    const known = await namesIn(store);
    let missing = 0;
    for (let n = 0; n < 3_000; n++) {
      if (!known.has(`order.id=ORD-${n}`)) missing++;
      if (!known.hasTrace(traceWords(trace(n)), 0)) missing++;
      if (!known.has(`@event=event-${n}`)) missing++;
    }
    expect(missing).toBe(0);
    expect(known.has("order.id=ORD-3000")).toBe(false);
  });
});
