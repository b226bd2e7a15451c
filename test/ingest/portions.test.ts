import { describe, expect, test } from "vitest";
import { type Cluster, newCluster } from "../../ingest/cluster.ts";
import { inTurn, portions, type Taken } from "../../ingest/portions.ts";
import { event } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const HOPS = Array.from({ length: 5 }, (_, n) => event({ name: `step ${n}` }));

/** A cluster with one new fact. */
async function waiting(count: number): Promise<{ clusters: Cluster[]; take: (cluster: Cluster) => Taken }> {
  const [delivery] = await deliveriesOf(HOPS.slice(0, count));
  if (delivery === undefined) throw new Error("there is a delivery");
  const from = delivery.decoded.batch;
  const clusters = HOPS.slice(0, count).map((_, row) => ({
    ...newCluster(0, row),
    dirtyMs: 0,
    added: [{ from, first: row, end: row + 1 }],
  }));
  const take = (cluster: Cluster) => {
    const { serial, newest, added } = cluster;
    cluster.dirtyMs = null;
    return { cluster, serial, newest, added };
  };
  return { clusters, take };
}

describe("clusters that wait for the store", () => {
  test("come before those that memory was asked about in vain, each in its turn", async () => {
    const { clusters, take } = await waiting(3);
    const [first, second, third] = clusters;
    const taken = third === undefined ? [] : [take(third)];
    const turns = [...inTurn(clusters.slice(0, 2), take, taken)];
    expect(turns.map(({ cluster }) => cluster)).toEqual([first, second, third]);
  });

  test("keep their place when there is no time for them", async () => {
    const { clusters, take } = await waiting(5);
    const seen: number[] = [];
    for (const { hops, taken } of portions(inTurn(clusters, take, []), 2)) {
      expect(hops).toHaveLength(2);
      seen.push(...taken.map(({ serial }) => serial));
      break;
    }
    expect(seen).toEqual([0, 1]);
    expect(clusters.map(({ dirtyMs }) => dirtyMs === null)).toEqual([true, true, false, false, false]);
  });

  test("are passed over when another cluster has taken them in, or nothing of them waits any more", async () => {
    const { clusters, take } = await waiting(3);
    const [first, second, third] = clusters;
    if (first === undefined || second === undefined) throw new Error("there are three");
    first.into = second;
    second.dirtyMs = null;
    expect([...inTurn(clusters, take, [])].map(({ cluster }) => cluster)).toEqual([third]);
  });
});
