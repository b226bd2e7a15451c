import fc from "fast-check";
import { expect, test } from "vitest";
import { type Cluster, newCluster } from "../../ingest/cluster.ts";
import { Touched } from "../../ingest/touched.ts";

test("clusters stand in the order in which they were put last, as in a set", () => {
  const acts = fc.array(fc.record({ which: fc.nat(7), stays: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(acts, (all) => {
      const clusters = Array.from({ length: 8 }, (_, n) => newCluster(0, n));
      const touched = new Touched();
      const expected = new Set<Cluster>();
      for (const { which, stays } of all) {
        const cluster = clusters[which];
        if (cluster === undefined) continue;
        expected.delete(cluster);
        if (stays) {
          touched.putLast(cluster);
          expected.add(cluster);
        } else touched.delete(cluster);
        expect(serials(touched)).toEqual(serials(expected));
      }
    }),
  );
});

test("who goes through them may take out each as it comes", () => {
  const touched = new Touched();
  for (const n of [1, 2, 3, 4]) touched.putLast(newCluster(0, n));
  for (const cluster of touched) if (cluster.serial % 2 === 0) touched.delete(cluster);
  expect(serials(touched)).toEqual([1, 3]);
});

test("one that was taken out holds on to no other", () => {
  const touched = new Touched();
  const [first, second, third] = [newCluster(0, 1), newCluster(0, 2), newCluster(0, 3)];
  for (const cluster of [first, second, third]) touched.putLast(cluster);
  touched.delete(second);
  expect([second.before, second.after, first.after, third.before]).toEqual([null, null, third, first]);
});

function serials(clusters: Iterable<Cluster>): number[] {
  return Array.from(clusters, ({ serial }) => serial);
}
