/** What would have paged: made-up traffic through the code that evaluates live objectives. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../errors.ts";
import { renderSimulated } from "../../slo/render_simulated.ts";
import { parseScenario } from "../../slo/scenario.ts";
import { simulate, type Turn } from "../../slo/simulate.ts";
import { FAILURES, JOURNEYS, PAGES, TICKETS, TIERS, WEEK } from "./week.ts";

const MONTH = 43_200;
const CLEAN = { minutes: MONTH, good: 1_000, bad: 0 };

/** Simulates at 99.9 % over 30 days after a clean month, unless told otherwise. */
function run(segments: readonly object[], told: object = {}) {
  const scenario = { target: "99.9%", window: "30d", history: [CLEAN], segments, minBadEvents: 0, ...told };
  return simulate(parseScenario(JSON.stringify(scenario)));
}

/** `[fires, resolves]` of each turn. */
function minutes(turns: readonly Turn[] | undefined) {
  return turns?.map(({ firesAtMinute, resolvesAtMinute }) => [firesAtMinute, resolvesAtMinute]);
}

describe("a minute is evaluated with windows that end so many minutes after the start", () => {
  test("a failure that begins with minute 0 is seen at minute 1 at the soonest", () => {
    // 100 % at 99.9 %: 0.864 minutes by the formula (b ÷ r × L × f).
    const { tiers } = run([{ minutes: 60, good: 0, bad: 1_000 }]);
    expect(tiers["page-fast"]?.[0]?.firesAtMinute).toBe(1);
  });

  test("what the formula puts on a whole minute comes at the one after, for a burn has to be above its factor", () => {
    // 1.44 % at 14.4: never; 6 × 0.001 ÷ 0.0144 × 360 = 150 minutes.
    const { tiers } = run([{ minutes: 400, good: 9_856, bad: 144 }], {
      history: [{ minutes: MONTH, good: 10_000, bad: 0 }],
    });
    expect(tiers["page-fast"]).toEqual([]);
    expect(tiers["page-slow"]?.[0]?.firesAtMinute).toBe(151);
  });

  test("what history left burning fires at minute 0", () => {
    const history = [CLEAN, { minutes: 30, good: 850, bad: 150 }];
    const { tiers, page } = run([{ minutes: 120, good: 1_000, bad: 0 }], { history });
    expect(minutes(tiers["page-fast"])).toEqual([[0, 5]]);
    expect(minutes(page)).toEqual([[0, 29]]);
  });
});

describe("an hour at 15 %, then none", () => {
  const simulated = run([
    { minutes: 60, good: 850, bad: 150 },
    { minutes: 1_000, good: 1_000, bad: 0 },
  ]);

  // Fires after b ÷ r × L × f = 5.76, 14.4, 28.8 and 28.8 minutes; clears S × (1 − f × b ÷ r) = 4.52, 28.8, 117.6
  // and 357.6 minutes after the failures stop.
  test.each([
    ["page-fast", 6, 65],
    ["page-slow", 15, 89],
    ["ticket-fast", 29, 178],
    ["ticket-slow", 29, 418],
  ])("%s fires at minute %d and resolves at %d", (tier, fires, resolves) => {
    expect(minutes(simulated.tiers[tier])).toEqual([[fires, resolves]]);
  });

  test("is one page and one ticket", () => {
    expect(minutes(simulated.page)).toEqual([[6, 89]]);
    expect(minutes(simulated.ticket)).toEqual([[29, 418]]);
  });

  test("spends 9,000 failures of the 43,200 that 30 days allow", () => {
    expect(simulated.budget.consumedRatio).toBeCloseTo(9_000 / 43_200, 12);
    expect(simulated.budget.remainingRatio).toBeCloseTo(1 - 9_000 / 43_200, 12);
  });
});

test("what still fires at the end has no minute at which it resolves", () => {
  expect(minutes(run([{ minutes: 10, good: 0, bad: 1_000 }]).page)).toEqual([[1, null]]);
});

test("one quiet minute between two bad ones does not split an incident, two do", () => {
  const outage = { minutes: 3, good: 0, bad: 1_000 };
  const hush = (quiet: number) => [outage, { minutes: 5 + quiet, good: 1_000, bad: 0 }, outage];
  // The short window is clean five minutes after the failures stop: at minute 8, where the next outage begins or not.
  expect(minutes(run(hush(0)).tiers["page-fast"])).toEqual([[1, null]]);
  expect(minutes(run(hush(1)).tiers["page-fast"])).toEqual([
    [1, 8],
    [10, null],
  ]);
});

test("at least so many failures have to be in the long window: two for a page, one for a ticket, unless told", () => {
  const quiet = [{ minutes: MONTH, good: 1, bad: 0 }];
  const one = [
    { minutes: 1, good: 0, bad: 1 },
    { minutes: 30, good: 1, bad: 0 },
  ];
  const told = { history: quiet, minBadEvents: undefined };
  expect(run(one, told).page).toEqual([]);
  expect(minutes(run(one, { history: quiet, minBadEvents: 0 }).page)).toEqual([[1, 6]]);
  expect(minutes(run(one, { history: quiet, minBadEvents: { page: 1 } }).page)).toEqual([[1, 6]]);
});

test("without a single journey there is no budget and nothing fires", () => {
  expect(run([{ minutes: 60, good: 0, bad: 0 }], { history: [] })).toEqual({
    tiers: { "page-fast": [], "page-slow": [], "ticket-fast": [], "ticket-slow": [] },
    page: [],
    ticket: [],
    budget: { consumedRatio: null, remainingRatio: null },
  });
});

test("tiers may be changed, switched off and added", () => {
  const { tiers, page } = run([{ minutes: 60, good: 0, bad: 1_000 }], {
    tiers: {
      "page-slow": "off",
      "page-fast": { budget: "4%" },
      mine: { severity: "page", long: "1h", short: "1h", burn: "100", after: "3m" },
    },
  });
  // Twice the budget takes twice as long: 1.728 minutes. 100 × 0.001 × 60 = 6 minutes, and three more.
  expect(minutes(tiers["page-fast"])).toEqual([[2, null]]);
  expect(tiers["page-slow"]).toEqual([]);
  expect(minutes(tiers["mine"])).toEqual([[10, null]]);
  expect(minutes(page)).toEqual([[2, null]]);
});

test("a calendar month begins anew on the stroke of its end", () => {
  const told = { window: "month", history: [{ minutes: 60, good: 0, bad: 10 }] };
  const startsAt = "2026-03-01T00:00:00Z";
  const { budget } = run([{ minutes: 10, good: 999, bad: 1 }], { ...told, startsAt });
  expect(budget.consumedRatio).toBe(1);
  const before = run([{ minutes: 10, good: 999, bad: 1 }], { ...told, startsAt: "2026-02-28T23:50:00Z" });
  expect(before.budget.consumedRatio).toBeCloseTo(610 / 10.6, 9);
});

/** `npm run test:week` has the same week lived through, journey by journey, by the evaluator. */
describe("a week of 9.2 million journeys", () => {
  const { tiers, page, ticket, budget } = run(WEEK, { minBadEvents: undefined });

  test.each(Object.entries(TIERS))(
    "%s fires and clears at the minutes that the formulas give",
    (tier, turns) => {
      expect(minutes(tiers[tier])).toEqual(turns);
    },
  );

  test("is four pages and three tickets", () => {
    expect(minutes(page)).toEqual(PAGES);
    expect(minutes(ticket)).toEqual(TICKETS);
  });

  test("spends 18,502 failures of the 42,300 that its month allows", () => {
    const before = MONTH - 7 * 1_440;
    expect(budget.consumedRatio).toBeCloseTo(FAILURES / (before + JOURNEYS / 1_000), 12);
  });
});

test("cutting a stretch in two changes nothing", () => {
  const stretch = fc.record({
    minutes: fc.integer({ min: 2, max: 90 }),
    good: fc.integer({ min: 0, max: 50 }),
    bad: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 5 }), fc.nat(), (segments, seed) => {
      const cut = segments.flatMap(({ minutes: length, ...rest }) => {
        const first = 1 + (seed % (length - 1));
        return [
          { minutes: first, ...rest },
          { minutes: length - first, ...rest },
        ];
      });
      expect(run(cut)).toEqual(run(segments));
    }),
    { numRuns: 30 },
  );
});

describe("a scenario that makes no sense is refused by the field", () => {
  const fine = { target: "99.9%", window: "30d", segments: [{ minutes: 1, good: 1, bad: 0 }] };

  test.each([
    [
      { target: "100%" },
      "target must be below 100%: with no error budget every single failure breaks the promise",
    ],
    [{ target: "0%" }, "target 0% promises nothing"],
    [
      { target: "101%" },
      "target must be below 100%: with no error budget every single failure breaks the promise",
    ],
    [{ target: 99.9 }, "target must be a percentage such as 99.5%"],
    [{ target: undefined }, "target is missing"],
    [{ window: "90m" }, "window must be whole days, such as 30d"],
    [{ window: "month" }, "startsAt is missing: a calendar window has to know which day it is"],
    [{ segments: undefined }, "segments is missing"],
    [{ segments: {} }, "segments must be a list of {minutes, good, bad}"],
    [{ segments: [7] }, "segments/0 must be an object"],
    [
      { segments: [{ minutes: 0, good: 1, bad: 0 }] },
      "segments/0/minutes must be a whole number from 1 to 5256000",
    ],
    [
      { segments: [{ minutes: 1, good: 0.5, bad: 0 }] },
      "segments/0/good must be a whole number from 0 to 100000000",
    ],
    [
      { history: [{ minutes: 1, good: 1, bad: -1 }] },
      "history/0/bad must be a whole number from 0 to 100000000",
    ],
    [{ history: [{ minutes: 1, good: 1 }] }, "history/0/bad is missing"],
    [
      { segments: [{ minutes: 1, good: 1, bda: 0, bad: 0 }] },
      'segments/0/bda is not known; did you mean "bad"?',
    ],
    [{ segmnets: [] }, 'segmnets is not known; did you mean "segments"?'],
    [{ minBadEvents: -1 }, "minBadEvents must be a whole number from 0, or {page, ticket}"],
    [
      { tiers: { "page-fst": { budget: "2%" } } },
      "tiers has a tier that is not one of page-fast, page-slow, ticket-fast, ticket-slow; a tier of your own needs severity, long, and budget or burn",
    ],
  ])("%j", (change, line) => {
    const text = JSON.stringify({ ...fine, ...change });
    expect(() => parseScenario(text)).toThrow(new Failure("bad_request", line));
  });

  test("as is what is not JSON, and what is no object", () => {
    expect(() => parseScenario("{")).toThrow(/It is not JSON/);
    expect(() => parseScenario("[]")).toThrow(/it must be an object/);
  });
});

test("it is a table in the terminal", () => {
  const simulated = run(
    [
      { minutes: 60, good: 850, bad: 150 },
      { minutes: 20, good: 1_000, bad: 0 },
    ],
    { tiers: { "ticket-slow": "off" } },
  );
  expect(renderSimulated(simulated)).toBe(
    [
      "             FIRES AT  RESOLVES AT   FIRING FOR",
      "page         min 6     still firing",
      "ticket       min 29    still firing",
      "page-fast    min 6     min 65        59 min",
      "page-slow    min 15    still firing",
      "ticket-fast  min 29    still firing",
      "ticket-slow  never",
      "",
      "At the end 20.83 % of the error budget is spent; 79.16 % is left.",
      "",
    ].join("\n"),
  );
});
