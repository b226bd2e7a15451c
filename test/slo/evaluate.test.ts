/** Objectives minute by minute: when tiers fire and stop, what silence does, what is left. */
import { describe, expect, test } from "vitest";
import { evaluate } from "../../slo/evaluate.ts";
import { watermarkAt } from "../../slo/windows.ts";
import { days, HOUR_MS, MINUTE_MS, replay, someObjective, somePromise, turnsOf } from "./promise.ts";

const MONTH = 30 * 24 * 60;
const CLEAN = { minutes: MONTH, good: 10_000, bad: 0 };

describe("at 99.9 % over 30 days, after a clean month", () => {
  test("the fast page has cost 2 % of the budget by the time it comes", () => {
    const views = replay(somePromise(), CLEAN, [{ minutes: 60, good: 8_500, bad: 1_500 }]);
    const [minute = 0] = turnsOf(views)["page-fast"].fires;
    const consumed = (at: number) => views[at]?.budget?.consumedRatio ?? 0;
    expect(consumed(minute - 1)).toBeLessThan(0.02);
    expect(consumed(minute)).toBeGreaterThan(0.02);
  });
});

test("one journey is one journey, also where it is doubted that it says anything", () => {
  const [view] = replay(somePromise(), { minutes: 1, good: 1, bad: 0 }, []);
  expect(view?.doubts).toEqual([
    "one failure spends 100000 % of the budget: 0.001 are allowed in 30d with 1 journey",
  ]);
});

describe("silence", () => {
  const outage = { minutes: 10, good: 0, bad: 10_000 };

  test("does not clear a page: a stop of all traffic freezes it, and traffic thaws it", () => {
    const stretches = [outage, { minutes: 120, good: 0, bad: 0 }, { minutes: 10, good: 10_000, bad: 0 }];
    const turns = turnsOf(replay(somePromise(), CLEAN, stretches));
    expect(turns["page-fast"]).toEqual({ fires: [1], stops: [131] });
  });

  test("does not set one off", () => {
    const views = replay(somePromise(), CLEAN, [{ minutes: 120, good: 0, bad: 0 }]);
    const last = views.at(-1)?.tiers.map((tier) => [tier.name, tier.verdict, tier.firing]);
    expect(last).toEqual([
      ["page-fast", "no_data", false],
      ["page-slow", "no_data", false],
      ["ticket-fast", "no_data", false],
      ["ticket-slow", "quiet", false],
    ]);
  });

  test("from the start is neither met nor missed", () => {
    const [view] = replay(somePromise(), { minutes: 0, good: 0, bad: 0 }, []);
    expect(view).toMatchObject({ state: "no_data", budget: null, good: 0, bad: 0 });
  });
});

describe("little traffic", () => {
  const night = { minutes: 60, good: 0, bad: 0 };
  const one = { minutes: 1, good: 0, bad: 1 };
  const history = { minutes: MONTH, good: 1, bad: 0 };

  test("one failure pages nobody when a page takes two", () => {
    const promised = somePromise({ minBadEvents: { page: 2, ticket: 1 } });
    const turns = turnsOf(replay(promised, history, [one, night]));
    expect([turns["page-fast"].fires, turns["page-slow"].fires]).toEqual([[], []]);
    expect(turns["ticket-fast"].fires).toEqual([]);
    expect(turns["ticket-slow"].fires).toEqual([]);
  });

  test("one failure pages when one is enough, for a journey of high value", () => {
    const turns = turnsOf(replay(somePromise(), history, [one, night]));
    expect(turns["page-fast"].fires).toEqual([1]);
  });

  test("each failure says how much of the budget it takes", () => {
    const [view] = replay(somePromise(), history, []);
    expect(view?.budget?.oneFailureRatio).toBeCloseTo(1 / 43.2, 6);
  });
});

describe("the state of an objective", () => {
  // 99,620 journeys in one minute, then one a minute for 73 hours: 104,000 in all, of which 104 may fail.
  const quiet = { minutes: 73 * 60, good: 1, bad: 0 };

  test.each([
    { bad: 0, state: "ok" },
    { bad: 103, state: "ok" },
    { bad: 104, state: "exhausted" },
    { bad: 105, state: "exhausted" },
  ])("is $state when $bad have failed of 104 that may", ({ bad, state }) => {
    const first = { minutes: 1, good: 99_620 - bad, bad };
    expect(replay(somePromise(), first, [quiet]).at(-1)?.state).toBe(state);
  });

  test("is burning while a tier fires and budget is left", () => {
    expect(replay(somePromise(), CLEAN, [{ minutes: 6, good: 8_500, bad: 1_500 }]).at(-1)?.state).toBe(
      "burning",
    );
  });
});

test("an objective is shown whole", () => {
  const seen = {
    watermarkMs: 1_763_800_020_000,
    count: () => ({ good: 98, bad: 2 }),
    tookMsP99: 350,
    inFlight: 3,
  };
  const { view } = evaluate(
    somePromise({ name: "fast", measure: { kind: "latency", withinMs: 400 } }),
    seen,
    new Map(),
  );
  expect(view).toMatchObject({
    id: "create-order.fast",
    owner: "checkout-team",
    kind: "latency",
    targetRatio: 0.999,
    withinMs: 400,
    watermark: "2025-11-22T08:27:00.000000000Z",
    state: "exhausted",
    good: 98,
    bad: 2,
    inFlight: 3,
    tookMsP99: 350,
  });
  const minutes = view.windows.map(({ windowMs }) => windowMs / MINUTE_MS);
  expect(minutes).toEqual([5, 30, 60, 120, 360, 1_440, 4_320, MONTH]);
});

test("a budget that the last hour burns says when it is empty", () => {
  const views = replay(somePromise(), CLEAN, [{ minutes: 60, good: 9_980, bad: 20 }]);
  const budget = views.at(-1)?.budget;
  expect(budget?.emptyInMs).toBeCloseTo((budget?.remainingRatio ?? 0) * 15 * 24 * HOUR_MS, 0);
});

test("an objective of a day has no tier of three days", () => {
  const promised = { ...somePromise(), objective: someObjective({ window: days(1) }) };
  const [view] = replay(promised, { minutes: 1, good: 1, bad: 0 }, []);
  expect(view?.tiers).toHaveLength(3);
});

test("windows end at the last whole minute that has settled", () => {
  expect(watermarkAt(Date.parse("2026-01-01T12:01:59.999Z"))).toBe(Date.parse("2026-01-01T12:00:00Z"));
  expect(watermarkAt(Date.parse("2026-01-01T12:02:00.000Z"))).toBe(Date.parse("2026-01-01T12:01:00Z"));
});
