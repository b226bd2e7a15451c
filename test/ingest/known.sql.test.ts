import { expect, test } from "vitest";
import { hashesOf, Known } from "../../ingest/known.ts";
import { onBothShapes } from "../server.ts";

onBothShapes("names known to the store", (open) => {
  test("are hashed as the store hashes them", async () => {
    const store = await open();
    for (const name of [
      "",
      "order.id=ORD-1",
      "@trace=0af7651916cd43dd8448eb211c80319c",
      "é\0\n💥",
      "abc",
      "abcd",
    ]) {
      const sql =
        "SELECT murmurHash3_32(concat('a', {name:String})) AS a, murmurHash3_32(concat('b', {name:String})) AS b";
      const [row] = await store.query(sql, { name });
      expect(row).toEqual({ a: hashesOf(name)[0], b: hashesOf(name)[1] });
    }
  });
});

test("a name that was added is never denied, and few others are claimed", () => {
  const known = new Known(2 ** 17);
  for (let i = 0; i < 100_000; i++) known.add(`order.id=${i}`);
  let claimed = 0;
  for (let i = 0; i < 100_000; i++) {
    expect(known.has(`order.id=${i}`)).toBe(true);
    if (known.has(`order.id=x${i}`)) claimed++;
  }
  expect(claimed / 100_000).toBeLessThan(0.02);
});
