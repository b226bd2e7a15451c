/** Objectives that can hardly be meant, and the number that says so. */
import { describe, expect, test } from "vitest";
import { doubtsOf } from "../../slo/sanity.ts";
import { days, HOUR_MS, replay, someDefinition, someObjective, somePromise } from "./promise.ts";

const definition = someDefinition([]);
const percent = (numerator: number) => ({ numerator, denominator: 100 });

describe("a tier that wants more than everything failing", () => {
  test("can never fire, and neither can one that wants just that", () => {
    const doubts = doubtsOf(someObjective({ target: percent(90), window: days(28) }), definition);
    expect(doubts).toEqual([
      {
        path: ["tiers", "page-fast"],
        text:
          "can never fire: it needs a burn above 13.44, and when everything fails at 90 % it is 10; " +
          "say `burn` with less than 10, or `off`",
      },
    ]);
    // 14.4 at 93.0556 %: 1 ÷ (1 − 67/72) is 14.4 exactly, and a burn of 14.4 is not above 14.4
    const exactly = { numerator: 67, denominator: 72 };
    expect(doubtsOf(someObjective({ target: exactly }), definition)).toHaveLength(1);
    expect(doubtsOf(someObjective({ target: percent(94) }), definition)).toEqual([]);
  });

  test("over a quarter is one of 43.2 at 97 %", () => {
    const [doubt] = doubtsOf(someObjective({ target: percent(97), window: days(90) }), definition);
    expect(doubt?.text).toContain("a burn above 43.2, and when everything fails at 97 % it is 33.33");
  });

  test("is no doubt when it is off", () => {
    const off = {
      name: "page-fast",
      enabled: false,
      severity: null,
      budget: null,
      burn: null,
      longMs: null,
      shortMs: null,
      afterMs: 0,
      labels: new Map(),
    };
    expect(
      doubtsOf(someObjective({ target: percent(90), window: days(28), tiers: [off] }), definition),
    ).toEqual([]);
  });
});

describe("a budget of a few failures", () => {
  test("is doubted where one of them spends more than 2 %, by the traffic that is expected", () => {
    const expecting = (min: number) =>
      doubtsOf(someObjective({ expectTraffic: { min, perMs: HOUR_MS } }), definition);
    // 720 hours × 69 × 0.001 = 49.68 failures: one is 2.01 %; 70 an hour allow 50.4
    expect(expecting(69)).toEqual([
      {
        path: ["expect_traffic"],
        text: "one failure spends 2.01 % of the budget: 49.68 are allowed in 30d at 69 in 1h",
      },
    ]);
    expect(expecting(70)).toEqual([]);
  });

  test("is doubted by the journeys that came", () => {
    const doubts = (good: number) => replay(somePromise(), { minutes: 1, good, bad: 0 }, [])[0]?.doubts;
    expect(doubts(49_999)).toEqual([
      "one failure spends 2 % of the budget: 50 are allowed in 30d with 49999 journeys",
    ]);
    expect(doubts(50_000)).toEqual([]);
    expect(doubts(1_000)).toEqual([
      "one failure spends 100 % of the budget: 1 are allowed in 30d with 1000 journeys",
    ]);
  });
});

test("a threshold that only a journey past its deadline could miss is doubted", () => {
  const slow = someObjective({ measure: { kind: "latency", withinMs: 900_000 } });
  expect(doubtsOf(slow, definition)).toEqual([
    {
      path: ["within"],
      text: "15m is not less than the timeout of 15m: what succeeds in time is never too slow",
    },
  ]);
  expect(doubtsOf(someObjective({ measure: { kind: "latency", withinMs: 899_999 } }), definition)).toEqual(
    [],
  );
});
