/** The one sentence, where an order has more than one journey, a clock that is wrong, or several steps to wait for. */
import { describe, expect, test } from "vitest";
import type { Definitions } from "../../ingest/definitions.ts";
import { renderStory } from "../../query/story.ts";
import { DEFINITIONS, PARTS, type Seen, tell } from "./shop.ts";

const { CHECKOUT, PAID, PLACED, SHIPPED } = PARTS;

function headline(seen: readonly Seen[], definitions = DEFINITIONS): string {
  return renderStory(tell(seen, { definitions }), definitions).headline;
}

describe("what the customer got", () => {
  const entry = [{ span: { source: "POST /returns", test: (name: string) => name === "POST /returns" } }];
  const withReturns: Definitions = {
    ...DEFINITIONS,
    journeys: DEFINITIONS.journeys.map((each) =>
      each.name === "refund" ? { ...each, entry } : { ...each, compensates: [] },
    ),
  };
  const answered504 = { attributes: new Map([["http.response.status_code", "504"]]) };
  const returned: readonly Seen[] = [
    { service: "support", name: "refund.requested", at: 60_000 },
    { service: "gateway", name: "POST /returns", at: 60_000, took: 90, with: answered504 },
    { service: "payments", name: "payment.refunded", at: 70_000 },
  ];

  test("of another journey about the same order is not said of this one", () => {
    expect(headline([PLACED, SHIPPED, ...returned], withReturns)).toBe(
      "ORD-42 was shipped 3.2 s after it was placed.",
    );
  });

  test("of this journey is said, whatever another one got", () => {
    expect(headline([{ ...CHECKOUT, with: answered504 }, PLACED, SHIPPED, ...returned], withReturns)).toBe(
      "ORD-42 was shipped 3.2 s after it was placed, although the customer got a 504.",
    );
  });
});

describe("steps side by side", () => {
  const [createOrder, ...others] = DEFINITIONS.journeys;
  if (createOrder === undefined) throw new Error("the shop has a journey");
  const beside = (name: string, withinMs: number, owner = `team-${name}`) => {
    const named = { source: name, test: (event: string) => event === name };
    return { name, match: [{ event: named }], owner, after: ["placed"], optional: false, withinMs };
  };
  const [placed] = createOrder.steps;
  /** placed, then so many at once, due a second apart; the last in the alphabet is due first. */
  const sideBySide = (names: string): Definitions => {
    const steps = [...names].map((name, at) => beside(name, (names.length - at) * 1_000));
    const shipped = { ...beside("shipped", 60_000), after: [...names] };
    const all = [...(placed === undefined ? [] : [placed]), ...steps, shipped];
    return { ...DEFINITIONS, journeys: [{ ...createOrder, steps: all, succeeds: "shipped" }, ...others] };
  };
  const told = (names: string, askedAt: number, seen: readonly Seen[] = []) => {
    const definitions = sideBySide(names);
    return renderStory(tell([PLACED, ...seen], { askedAt, definitions }), definitions);
  };

  test("that are overdue are all named, each with whom it lies", () => {
    const { headline, story } = told("ba", 5_000);
    expect(headline).toBe(
      "ORD-42 is stuck: `a` is overdue since 10:02:04 UTC (team-a) and `b` since 10:02:05 UTC (team-b).",
    );
    expect(story.slice(1)).toEqual([
      "`a` should have come by 10:02:04 UTC and is 4.0 s overdue; it is with team-a.",
      "`b` should have come by 10:02:05 UTC and is 3.0 s overdue; it is with team-b. The last sign of life was `order.placed` in orders at 10:02:03 UTC.",
    ]);
  });

  test("are told apart by what each is: overdue, still to come, or done", () => {
    const { headline, story } = told("dcba", 1_500, [{ service: "b", name: "b", at: 10 }]);
    expect(headline).toBe("ORD-42 is stuck: `a` is overdue since 10:02:04 UTC (team-a).");
    expect(story.slice(2)).toEqual([
      "`a` should have come by 10:02:04 UTC and is 500 ms overdue; it is with team-a. The last sign of life was `b` in b at 10:02:03 UTC.",
      "Next should come `c`, by 10:02:06 UTC; it is with team-c.",
      "Beside it should come `d`, by 10:02:07 UTC; it is with team-d.",
    ]);
  });

  test("that are many are named up to a few, and the others counted", () => {
    const { headline, story } = told("gfedcba", 9_000);
    expect(headline).toMatch(/`d` since 10:02:07 UTC \(team-d\) and 3 others\.$/);
    expect(story).toHaveLength(1 + 5 + 1);
    expect(story.at(-2)).toMatch(/^`e` should have come by /);
    expect(story.at(-1)).toMatch(/^2 more steps are overdue\. The last sign of life was/);
    expect(told("gfedcba", 100).story.at(-1)).toBe("2 more steps should come beside these.");
  });
});

describe("an order whose start was not seen", () => {
  test("is not said to have been placed", () => {
    expect(headline([SHIPPED])).toBe("ORD-42 was shipped without `placed` having been seen.");
    expect(headline([PAID, SHIPPED])).toBe(
      "ORD-42 was shipped 3.2 s after it began, without `placed` having been seen.",
    );
  });

  test("is told with what came after it", () => {
    const refunded: Seen = { service: "payments", name: "payment.refunded", at: 63_200 };
    expect(headline([SHIPPED, refunded])).toBe(
      "ORD-42 was shipped without `placed` having been seen, then compensated by `payment.refunded` 1 min later.",
    );
  });

  test("but failed, was seen all the same", () => {
    const definitions: Definitions = {
      ...DEFINITIONS,
      journeys: DEFINITIONS.journeys.map((each) => ({ ...each, fails: each.steps[0]?.match ?? [] })),
    };
    expect(headline([PLACED, SHIPPED], definitions)).toBe(
      "ORD-42 was shipped 3.2 s after it began, after an earlier failure.",
    );
  });
});

describe("an order whose clocks contradict each other", () => {
  const rejected: Seen = { service: "orders", name: "order.rejected", at: -30_000 };

  test("was shipped before it was placed, not after", () => {
    expect(headline([PLACED, { ...SHIPPED, at: -30_000 }])).toBe(
      "ORD-42 was shipped 30.0 s before it was placed.",
    );
  });

  test("is told in its story with the same words", () => {
    const story = (seen: readonly Seen[]) => renderStory(tell(seen), DEFINITIONS).story.join("\n");
    expect(story([PLACED, { ...SHIPPED, at: -30_000 }])).toContain(
      "create-order succeeded 30.0 s before it began",
    );
    expect(story([PLACED, rejected])).toContain("create-order failed 30.0 s before it began");
  });
});
