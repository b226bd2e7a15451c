import { expect, test } from "vitest";
import { type Name, newCluster } from "../../ingest/cluster.ts";
import { Names } from "../../ingest/names.ts";

const named = (kind: string, value: string): Name => ({
  kind,
  value,
  cluster: newCluster(0, 1),
  spots: -1,
  sets: null,
  next: null,
});

test("each of many is found by its kind and value, whatever they begin or end with, until it leaves", () => {
  const values = [
    "",
    "1",
    "12",
    "é",
    "😀",
    ...Array.from({ length: 5_000 }, (_, n) => `ORD-${n * 1_000}-eu`),
  ];
  const all = ["order.id", "cart.id"].flatMap((kind) => values.map((value) => named(kind, value)));
  const names = new Names();
  for (const name of all) names.add(name);
  expect(all.filter((name) => names.get(name.kind, name.value) !== name)).toEqual([]);
  expect([names.get("order.id", "ORD-1"), names.get("user.id", "1")]).toEqual([undefined, undefined]);
  const [left, stay] = [all.filter((_, at) => at % 3 === 0), all.filter((_, at) => at % 3 !== 0)];
  for (const name of left) names.delete(name);
  expect(left.filter((name) => names.get(name.kind, name.value) !== undefined)).toEqual([]);
  expect(stay.filter((name) => names.get(name.kind, name.value) !== name)).toEqual([]);
});
