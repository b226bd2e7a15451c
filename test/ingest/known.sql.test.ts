import { expect, test } from "vitest";
import { hashesOf, hashesOfId } from "../../ingest/hashes.ts";
import { Known } from "../../ingest/known.ts";
import { onBothShapes } from "../server.ts";

onBothShapes("names known to the store", (open) => {
  test("are hashed as the store hashes them", async () => {
    const store = await open();
    for (const name of [
      "",
      "order.id=ORD-1",
      "é\0\n💥",
      "a",
      "ab",
      "abc",
      "abcd",
      "abcde",
      "é".repeat(5_000),
    ]) {
      const sql = "SELECT murmurHash3_32({name:String}) AS a, murmurHash2_32({name:String}) AS b";
      expect((await store.query(sql, { name }))[0]).toEqual(hashesOf(name));
    }
  });

  test("traces go by their bytes", async () => {
    const store = await open();
    const hex = "0af7651916cd43dd8448eb211c80319c";
    const words = new Uint32Array(Uint8Array.from(Buffer.from(hex, "hex")).buffer);
    const sql = "SELECT murmurHash3_32(unhex({hex:String})) AS a, murmurHash2_32(unhex({hex:String})) AS b";
    expect((await store.query(sql, { hex }))[0]).toEqual(hashesOfId(words, 0));
  });
});

test.each([
  { count: 30_000, share: 0.002 },
  { count: 300_000, share: 0.01 },
])("of $count names none is denied, and few others are claimed", ({ count, share }) => {
  const known = new Known(2 ** 12);
  for (let i = 0; i < count; i++) known.add(`order.id=${i}`);
  let denied = 0;
  let claimed = 0;
  for (let i = 0; i < count; i++) {
    if (!known.has(`order.id=${i}`)) denied++;
    if (known.has(`order.id=x${i}`)) claimed++;
  }
  expect(denied).toBe(0);
  expect(claimed / count).toBeLessThan(share);
  expect(known.bytes).toBeLessThan(4 * count);
});

test("with no room for more, no name is denied either", () => {
  const known = new Known(2 ** 12, 2 ** 12);
  for (let i = 0; i < 30_000; i++) known.add(`order.id=${i}`);
  for (let i = 0; i < 30_000; i++) expect(known.has(`order.id=${i}`)).toBe(true);
  expect(known.bytes).toBe(2 ** 12);
});
