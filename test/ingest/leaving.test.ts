import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { merge, newCluster } from "../../ingest/cluster.ts";
import { extract } from "../../ingest/extract.ts";
import { Heard } from "../../ingest/heard.ts";
import { Known } from "../../ingest/known.ts";
import { leavers } from "../../ingest/leaving.ts";
import { Live } from "../../ingest/live.ts";
import { pastIn } from "../../ingest/past.ts";
import { planOf } from "../../ingest/plan.ts";
import { Touched } from "../../ingest/touched.ts";
import { DEFINITIONS, event } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const PLAN = planOf(DEFINITIONS);
const HOT = { kind: "correlation.id", value: "poller-1" };
const FACTS_MAX = 100;

/** Live facts to which a poller adds one after the other, all with one key. */
class Poller {
  readonly heard = new Heard(new Known(2 ** 10), new Known(4));
  readonly live = new Live({ causesMax: 32, past: pastIn(() => this.heard) });
  #serial = 0;

  async poll(): Promise<number> {
    const serial = ++this.#serial;
    const hop = event({ name: "polled", keys: { [HOT.kind]: HOT.value }, atMs: serial });
    const [delivery] = await deliveriesOf([hop]);
    if (delivery === undefined) throw new Error("no delivery");
    this.live.add(extract(delivery.decoded.batch, PLAN, "t"), {
      serial,
      segment: 0,
      isLate: false,
      nowMs: serial,
    });
    return serial;
  }

  /** Settles what there is; the next fact comes while that is going on. Answers what was settled, in facts. */
  async round(): Promise<number> {
    const settled = this.live.due(() => true).flatMap((cluster) => this.live.take(cluster));
    const last = await this.poll();
    await this.live.evict(last - 1, FACTS_MAX);
    return settled.reduce((sum, { first, end }) => sum + end - first, 0);
  }
}

test("a cluster that is never quiet leaves when there is no more room, and each fact of it is settled once", async () => {
  const poller = new Poller();
  await poller.poll();
  let [largest, settled] = [0, 0];
  for (let n = 0; n < 450; n++) {
    settled += await poller.round();
    largest = Math.max(largest, poller.live.size);
  }
  expect(largest).toBe(FACTS_MAX);
  expect(settled).toBe(450);
  expect(poller.live.dirty).toBe(1);
});

test("what belongs to it is settled with the store's help from then on", async () => {
  const poller = new Poller();
  await poller.poll();
  for (let n = 0; n < FACTS_MAX; n++) await poller.round();
  expect(poller.live.due(() => true).map((cluster) => poller.live.isWhole(cluster))).toEqual([false]);
  await poller.poll();
  expect(poller.live.due(() => true).map((cluster) => poller.live.isWhole(cluster))).toEqual([false, false]);
});

test("its hops are found until the store has them, and the store is asked too", async () => {
  const poller = new Poller();
  await poller.poll();
  for (let n = 0; n < FACTS_MAX; n++) await poller.round();
  const { rows, unsure } = poller.live.sight([HOT]);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every(({ since }) => since === undefined)).toBe(true);
  expect(unsure).toEqual([HOT]);
  await poller.live.evict(FACTS_MAX + 1, FACTS_MAX);
  expect(poller.live.sight([HOT])).toEqual({ rows: [], unsure: [HOT] });
});

test("while the store is away nothing leaves, for all of it is told from memory later", async () => {
  const poller = new Poller();
  for (let n = 0; n < 2 * FACTS_MAX; n++) {
    await poller.poll();
    await poller.live.evict(0, FACTS_MAX);
  }
  expect(poller.live.size).toBe(2 * FACTS_MAX);
  expect(poller.live.due(() => true).map((cluster) => poller.live.isWhole(cluster))).toEqual([true]);
});

test("many leave in short stretches, and others have their turn in between", async () => {
  const live = new Live({ causesMax: 32, past: pastIn(() => new Heard(new Known(2 ** 10), new Known(4))) });
  const hops = Array.from({ length: 4_000 }, (_, n) =>
    event({ name: "placed", keys: { "order.id": `ORD-${n}` }, atMs: n }),
  );
  for (const { decoded } of await deliveriesOf(hops))
    live.add(extract(decoded.batch, PLAN, "t"), { serial: 1, segment: 0, isLate: false, nowMs: 1 });
  for (const cluster of live.due(() => true)) live.take(cluster);
  let [turns, isDone] = [0, false];
  const others = async () => {
    for (; !isDone; turns++) await nextTurn();
  };
  const counted = others();
  await live.evict(1, FACTS_MAX);
  isDone = true;
  await counted;
  expect(live.size).toBeLessThanOrEqual(FACTS_MAX);
  expect(turns).toBeGreaterThan(3);
});

test("one that became part of another in the meantime does not leave for it", () => {
  const [first, second, third] = [newCluster(0, 1), newCluster(0, 2), newCluster(0, 3)];
  const touched = new Touched();
  for (const cluster of [first, second, third]) touched.putLast(cluster);
  const leaving = leavers(touched, { stored: 3, factsMax: FACTS_MAX });
  expect(leaving.next().value).toBe(first);
  merge(third, second);
  touched.delete(second);
  expect([...leaving].filter((cluster) => cluster !== third)).toEqual([]);
});

test("of the largest each is judged when it is its turn", () => {
  const sized = (n: number) => ({ ...newCluster(0, n), size: FACTS_MAX, dirtyMs: 1, newest: 9 });
  const [first, second] = [sized(1), sized(2)];
  const touched = new Touched();
  for (const cluster of [first, second]) touched.putLast(cluster);
  const leaving = leavers(touched, { stored: 3, factsMax: FACTS_MAX });
  expect(leaving.next().value).toBe(first);
  merge(first, second);
  expect([...leaving]).toEqual([]);
});
