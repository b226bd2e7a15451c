/** Facts arrive in any order and late: the budget is the same, and each failure is taken back exactly once. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import type { Objective } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import { budgetOf } from "../../slo/budget.ts";
import type { Tally } from "../../slo/burn.ts";
import { at, CREATE_ORDER, event } from "../ingest/build.ts";
import { shuffled } from "../ingest/world.ts";
import { type Outcome, outcomeOf } from "./outcomes.ts";
import { DAY_MS, someObjective } from "./promise.ts";

const TIMEOUT_MS = CREATE_ORDER.timeoutMs;
const NINETY = { numerator: 9, denominator: 10 };

const OBJECTIVES: readonly Objective[] = [
  someObjective({ target: NINETY }),
  someObjective({ name: "fast", target: NINETY, measure: { kind: "latency", withinMs: 300_000 } }),
  someObjective({ name: "paid", target: NINETY, measure: { kind: "step", step: "paid", withinMs: 30_000 } }),
  someObjective({ name: "acme", target: NINETY, where: new Map([["partner", ["acme"]]]) }),
];

/** What is counted, kept as the product keeps it: a journey's next outcome takes back the one before. */
class Counted {
  readonly #objective: Objective;
  readonly #hops = new Map<string, Hop[]>();
  readonly #outcomes = new Map<string, Outcome | null>();
  tally: Tally = { good: 0, bad: 0 };

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  arrive(order: string, hop: Hop, nowMs: number): void {
    const known = this.#hops.get(order) ?? [];
    if (!known.some(({ id }) => id === hop.id)) this.#hops.set(order, [...known, hop]);
    this.look(order, nowMs);
  }

  /** Folds a journey anew, as of now: a deadline may have passed. */
  look(order: string, nowMs: number): void {
    const hops = this.#hops.get(order) ?? [];
    const tags = new Map([["partner", ["partner.id"]]]);
    const subject = { kind: "order.id", id: order };
    const journey = fold({ definition: CREATE_ORDER, subject, hops, tags }, at(nowMs));
    const outcome = journey && outcomeOf(journey, this.#objective, CREATE_ORDER);
    const settled = outcome !== null && outcome.atNs < at(nowMs) ? outcome : null;
    this.#add(this.#outcomes.get(order) ?? null, -1);
    this.#add(settled, 1);
    this.#outcomes.set(order, settled);
  }

  #add(outcome: Outcome | null, sign: 1 | -1): void {
    if (outcome?.good) this.tally = { ...this.tally, good: this.tally.good + sign };
    else if (outcome !== null) this.tally = { ...this.tally, bad: this.tally.bad + sign };
  }
}

/** One order's facts: which happened, and when, on both sides of every deadline. */
const someOrder = fc.record({
  paidMs: fc.option(fc.integer({ min: 1, max: 2 * TIMEOUT_MS })),
  declinedMs: fc.option(fc.integer({ min: 1, max: 60_000 }), { freq: 4 }),
  shippedMs: fc.option(fc.integer({ min: 1, max: 2 * TIMEOUT_MS })),
  rejectedMs: fc.option(fc.integer({ min: 1, max: 2 * TIMEOUT_MS }), { freq: 4 }),
  partner: fc.constantFrom("acme", "globex"),
});

type Order = typeof someOrder extends fc.Arbitrary<infer T> ? T : never;

function factsOf(orders: readonly Order[]) {
  return orders.flatMap((told, i) => {
    const order = `ORD-${i}`;
    const fact = (name: string, atMs: number | null, more: object = {}) =>
      atMs === null ? [] : [{ order, hop: event({ name, atMs, body: order, ...more }) }];
    return [
      ...fact("placed", 0, { keys: { "partner.id": told.partner } }),
      ...fact("paid", told.paidMs),
      ...fact("paid", told.declinedMs, { status: "error" }),
      ...fact("shipped", told.shippedMs),
      ...fact("rejected", told.rejectedMs),
    ];
  });
}

describe.each(OBJECTIVES)("for the objective $name", (objective) => {
  test("any order of arrival, with duplicates and looks in between, gives the same budget", () => {
    const worlds = fc.array(someOrder, { minLength: 1, maxLength: 8 });
    const looks = fc.array(fc.integer({ min: 0, max: 3 * TIMEOUT_MS }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(worlds, looks, fc.nat(), (orders, nows, seed) => {
        const facts = factsOf(orders);
        const endMs = 4 * TIMEOUT_MS;
        const early = new Counted(objective);
        for (const { order, hop } of facts) early.arrive(order, hop, endMs);
        const late = new Counted(objective);
        shuffled([...facts, ...facts], seed).forEach(({ order, hop }, i) => {
          late.arrive(order, hop, nows[i % nows.length] ?? 0);
        });
        orders.forEach((_, i) => {
          late.look(`ORD-${i}`, endMs);
        });
        expect(late.tally).toEqual(early.tally);
        expect(budgetOf(late.tally, NINETY, DAY_MS)).toEqual(budgetOf(early.tally, NINETY, DAY_MS));
      }),
      { numRuns: 120 },
    );
  });

  test("a journey counts at most once", () => {
    fc.assert(
      fc.property(someOrder, (order) => {
        const counted = new Counted(objective);
        for (const { order: id, hop } of factsOf([order])) counted.arrive(id, hop, 4 * TIMEOUT_MS);
        expect(counted.tally.good + counted.tally.bad).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("an overdue order", () => {
  const placed = event({ name: "placed", atMs: 0 });
  const shippedAt = (atMs: number) => event({ name: "shipped", atMs });

  /** Seen as overdue, then its success arrives that many times. */
  function thenShipped(atMs: number, times: number): Tally[] {
    const counted = new Counted(someObjective());
    const tallies: Tally[] = [];
    counted.arrive("ORD-1", placed, TIMEOUT_MS + 1);
    tallies.push(counted.tally);
    for (let i = 0; i < times; i++) {
      counted.arrive("ORD-1", shippedAt(atMs), TIMEOUT_MS + 60_000 + i);
      tallies.push(counted.tally);
    }
    return tallies;
  }

  test("that shipped in time takes its failure back, exactly once however often it is told", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: TIMEOUT_MS }), fc.integer({ min: 1, max: 4 }), (atMs, times) => {
        const [before, ...after] = thenShipped(atMs, times);
        expect(before).toEqual({ good: 0, bad: 1 });
        for (const tally of after) expect(tally).toEqual({ good: 1, bad: 0 });
      }),
    );
  });

  test("that shipped after its deadline stays a failure, in the minute of the deadline", () => {
    fc.assert(
      fc.property(fc.integer({ min: TIMEOUT_MS + 1, max: TIMEOUT_MS + 50_000 }), (atMs) => {
        expect(thenShipped(atMs, 2)).toEqual([
          { good: 0, bad: 1 },
          { good: 0, bad: 1 },
          { good: 0, bad: 1 },
        ]);
      }),
    );
  });
});

describe("a step's own deadline", () => {
  const placed = event({ name: "placed", atMs: 0 });
  const objective = someObjective({ measure: { kind: "step", step: "paid", withinMs: 30_000 } });

  test.each([
    ["is kept when it was reached in time", [event({ name: "paid", atMs: 30_000 })], { good: 1, bad: 0 }],
    ["is missed when it was reached too late", [event({ name: "paid", atMs: 30_001 })], { good: 0, bad: 1 }],
    ["is missed when it was not reached", [], { good: 0, bad: 1 }],
    [
      "is missed when the step failed",
      [event({ name: "paid", atMs: 9, status: "error" })],
      { good: 0, bad: 1 },
    ],
    [
      "does not count when the journey ended before it was due",
      [event({ name: "rejected", atMs: 9 })],
      { good: 0, bad: 0 },
    ],
    [
      "counts when the journey ended after it was due",
      [event({ name: "rejected", atMs: 30_001 })],
      { good: 0, bad: 1 },
    ],
  ])("%s", (_, hops, tally) => {
    const counted = new Counted(objective);
    for (const hop of [placed, ...hops]) counted.arrive("ORD-1", hop, 60_000);
    expect(counted.tally).toEqual(tally);
  });
});
