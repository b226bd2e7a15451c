/** Burn, tiers and budget at their edges; published.test.ts has the numbers of others. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetOf, emptyInMs } from "../../slo/budget.ts";
import { burnRate, compareBurn } from "../../slo/burn.ts";
import { judge, tiersOf } from "../../slo/tiers.ts";
import { periodAt } from "../../slo/windows.ts";
import { DAY_MS, days, HOUR_MS, MINUTE_MS, THREE_NINES } from "./promise.ts";

const plain = { tiers: [] };
const month = periodAt(days(30), 0);
const percent = (numerator: number) => ({ numerator: numerator * 10, denominator: 1000 });

describe("the burn rate", () => {
  test("is 1 when failures come exactly as planned", () => {
    expect(burnRate({ good: 999, bad: 1 }, THREE_NINES)).toBe(1);
  });

  test("of no traffic is unknown, not zero", () => {
    expect(burnRate({ good: 0, bad: 0 }, THREE_NINES)).toBeNull();
    expect(compareBurn({ good: 0, bad: 0 }, THREE_NINES, { numerator: 1, denominator: 1 })).toBeNull();
  });

  test.each([
    { tally: { good: -1, bad: 0 }, target: THREE_NINES },
    { tally: { good: 0.5, bad: 0 }, target: THREE_NINES },
    { tally: { good: 1, bad: 0 }, target: { numerator: 1, denominator: 1 } },
    { tally: { good: 1, bad: 0 }, target: { numerator: 0, denominator: 1 } },
    { tally: { good: 1, bad: 0 }, target: { numerator: 99.9, denominator: 100 } },
  ])("refuses $tally against $target", ({ tally, target }) => {
    expect(() => burnRate(tally, target)).toThrow(RangeError);
    expect(() => compareBurn(tally, target, { numerator: 1, denominator: 1 })).toThrow(RangeError);
  });

  test.each([
    { bad: 145, sign: 1 },
    { bad: 144, sign: 0 },
    { bad: 143, sign: -1 },
  ])("of $bad failures in 10,000 at 99.9 % compares with 14.4 as $sign", ({ bad, sign }) => {
    expect(compareBurn({ good: 10_000 - bad, bad }, THREE_NINES, { numerator: 72, denominator: 5 })).toBe(
      sign,
    );
  });

  test("is compared exactly where doubles are wrong", () => {
    expect(60 / 100 > 6 * (1 - 0.9)).toBe(true);
    expect(compareBurn({ good: 40, bad: 60 }, percent(90), { numerator: 6, denominator: 1 })).toBe(0);
  });

  test("compares the same however much traffic there is of the same kind", () => {
    const count = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(count, count, fc.integer({ min: 1, max: 1_000_000 }), (good, bad, times) => {
        const factor = { numerator: 72, denominator: 5 };
        const once = compareBurn({ good, bad }, THREE_NINES, factor);
        expect(compareBurn({ good: good * times, bad: bad * times }, THREE_NINES, factor)).toBe(once);
      }),
    );
  });
});

describe("the four tiers", () => {
  test("look back an hour to three days, with a short window of a twelfth", () => {
    const windows = tiersOf(plain, 30 * DAY_MS).map((tier) => [
      tier.name,
      tier.longMs / HOUR_MS,
      tier.shortMs / MINUTE_MS,
    ]);
    expect(windows).toEqual([
      ["page-fast", 1, 5],
      ["page-slow", 6, 30],
      ["ticket-fast", 24, 120],
      ["ticket-slow", 72, 360],
    ]);
  });

  test("that look back further than the objective are left out", () => {
    expect(tiersOf(plain, DAY_MS).map((tier) => tier.name)).toEqual([
      "page-fast",
      "page-slow",
      "ticket-fast",
    ]);
  });

  test.each([
    { long: { good: 9_856, bad: 144 }, short: { good: 0, bad: 9 }, minBadEvents: 0, verdict: "quiet" },
    { long: { good: 9_855, bad: 145 }, short: { good: 0, bad: 9 }, minBadEvents: 0, verdict: "burning" },
    { long: { good: 9_855, bad: 145 }, short: { good: 9, bad: 0 }, minBadEvents: 0, verdict: "quiet" },
    { long: { good: 9_855, bad: 145 }, short: { good: 0, bad: 0 }, minBadEvents: 0, verdict: "no_data" },
    { long: { good: 0, bad: 0 }, short: { good: 0, bad: 0 }, minBadEvents: 0, verdict: "no_data" },
    { long: { good: 9, bad: 1 }, short: { good: 0, bad: 1 }, minBadEvents: 2, verdict: "quiet" },
    { long: { good: 8, bad: 2 }, short: { good: 0, bad: 1 }, minBadEvents: 2, verdict: "burning" },
  ])("need both windows strictly above 14.4 and $minBadEvents failures: $verdict", (seen) => {
    const [pageFast] = tiersOf(plain, 30 * DAY_MS);
    if (pageFast === undefined) throw new RangeError("there are four tiers");
    expect(judge(pageFast, THREE_NINES, seen)).toBe(seen.verdict);
  });
});

describe("the budget", () => {
  test("of 99.9 % over 30 days is 43.2 minutes of outage", () => {
    expect(budgetOf({ good: 1_000_000, bad: 0 }, THREE_NINES, 30 * DAY_MS)).toEqual({
      allowedJourneys: 1_000,
      consumedRatio: 0,
      remainingRatio: 1,
      remainingJourneys: 1_000,
      remainingMinutes: expect.closeTo(43.2, 6),
      oneFailureRatio: 0.001,
    });
  });

  test("goes below zero when it is overspent", () => {
    expect(budgetOf({ good: 9_970, bad: 30 }, THREE_NINES, 30 * DAY_MS)).toMatchObject({
      consumedRatio: 3,
      remainingRatio: -2,
      remainingJourneys: -20,
      remainingMinutes: expect.closeTo(-86.4, 6),
      oneFailureRatio: 0.1,
    });
  });

  test("of no traffic does not exist", () => {
    expect(budgetOf({ good: 0, bad: 0 }, THREE_NINES, 30 * DAY_MS)).toBeNull();
  });

  test.each([
    { burn: 1, lastsMs: 30 * DAY_MS },
    { burn: 2, lastsMs: 15 * DAY_MS },
    { burn: 10, lastsMs: 3 * DAY_MS },
    { burn: 35, lastsMs: 20.571 * HOUR_MS },
    { burn: 1000, lastsMs: 43.2 * MINUTE_MS },
  ])("of 30 days, untouched, lasts $lastsMs ms at a burn of $burn", ({ burn, lastsMs }) => {
    expect((emptyInMs(1, burn, month) ?? 0) / lastsMs).toBeCloseTo(1, 4);
    expect((emptyInMs(0.5, burn, month) ?? 0) / lastsMs).toBeCloseTo(0.5, 4);
  });

  test("never runs out while nothing burns, and is out once it is spent", () => {
    expect(emptyInMs(1, 0, month)).toBeNull();
    expect(emptyInMs(1, null, month)).toBeNull();
    expect(emptyInMs(-2, 0, month)).toBe(0);
  });
});
