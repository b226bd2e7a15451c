import { describe, expect, test } from "vitest";
import type { Cluster } from "../../ingest/cluster.ts";
import { extract } from "../../ingest/extract.ts";
import { Live } from "../../ingest/live.ts";
import { planOf } from "../../ingest/plan.ts";
import { portions } from "../../ingest/portions.ts";
import { Round } from "../../ingest/round.ts";
import { DEFINITIONS, event } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const PLAN = planOf(DEFINITIONS);
const STORED = 100;
const all = () => true;

/** Live facts of so many orders, one fact each, and a round over them. */
class Waiting {
  readonly live = new Live({
    causesMax: 32,
    past: {
      isHeard: () => true,
      of: () => "nowhere",
      ofTrace: () => "nowhere",
      isInDoubt: () => false,
      add: () => {},
      addTrace: () => {},
    },
  });
  isEarly = (_: Cluster): boolean => false;
  nowMs = 10_000;
  #serial = 0;
  readonly round = new Round({
    live: this.live,
    stored: STORED,
    now: () => this.nowMs,
    standing: {
      nowMs: this.nowMs,
      everything: false,
      waiting: 10_000,
      waitsForJournal: false,
      isEarly: (cluster) => this.isEarly(cluster),
    },
  });

  async add(...orders: string[]): Promise<void> {
    for (const order of orders)
      for (const { decoded } of await deliveriesOf([event({ name: "placed", keys: { "order.id": order } })]))
        this.live.add(extract(decoded.batch, PLAN, "t"), {
          serial: ++this.#serial,
          segment: 1,
          isLate: false,
          nowMs: 0,
        });
  }

  /** The clusters that wait, in their order. */
  clusters = (): Cluster[] => this.live.due(all);

  /** The orders that wait, in their order. */
  orders = (): (string | undefined)[] => this.clusters().map(({ names }) => names?.value);
}

async function waiting(...orders: string[]): Promise<Waiting> {
  const made = new Waiting();
  await made.add(...orders);
  return made;
}

describe("clusters that wait for the store", () => {
  test("keep their place when there is no time for them, and with it the journal their number", async () => {
    const { live, round, clusters, orders } = await waiting("A", "B", "C", "D", "E");
    for (const { hops, taken } of portions(round.inTurn(clusters(), all), 2)) {
      expect(hops).toHaveLength(2);
      round.noteSettled(taken);
      break;
    }
    expect(round.end().map(({ serial }) => serial)).toEqual([1, 2]);
    expect(orders()).toEqual(["C", "D", "E"]);
    expect(live.oldestSerial()).toBe(3);
  });

  test("go behind the others when they were taken in vain", async () => {
    const { live, round, clusters, orders } = await waiting("A", "B", "C");
    const [first] = clusters();
    if (first === undefined) throw new Error("there are three");
    round.take(first);
    expect([round.pending, orders()]).toEqual([1, ["B", "C"]]);
    expect(round.end()).toEqual([]);
    expect([round.pending, orders(), live.oldestSerial()]).toEqual([0, ["B", "C", "A"], 1]);
  });

  test("are passed over when they are not wanted, or have been taken, or are another's by now", async () => {
    const { live, round, clusters } = await waiting("A", "B", "C", "D");
    const [first, second, third, fourth] = clusters();
    if (first === undefined || second === undefined || third === undefined) throw new Error("there are four");
    live.take(second);
    third.into = first;
    const turns = [...round.inTurn(clusters(), (cluster) => cluster !== first)];
    expect(turns.map(({ cluster }) => cluster)).toEqual([fourth]);
  });

  test("are asked once more whether it is time when their turn comes", async () => {
    const company = await waiting("A", "B");
    const turns = company.round.inTurn(company.clusters(), all);
    expect(turns.next().value?.cluster.names?.value).toBe("A");
    company.nowMs = 100; // as if more had come just now
    expect(turns.next().done).toBe(true);
    company.round.end();
    expect(company.orders()).toEqual(["B", "A"]);
  });
});

test("what was settled before all of it was stored is settled once more, when it is", async () => {
  const company = await waiting("A", "B");
  company.isEarly = ({ names }) => names?.value === "A";
  const taken = [...company.round.inTurn(company.clusters(), all)];
  company.round.noteSettled(taken);
  expect(company.round.end().map(({ cluster }) => cluster.names?.value)).toEqual(["B"]);
  expect([company.orders(), company.live.oldestSerial()]).toEqual([["A"], STORED + 1]);
});
