/** Time that is left out: when it is, and what that does to burn and budget. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Exclusion } from "../../ingest/definitions.ts";
import { recurrence } from "../../ingest/rrule.ts";
import type { Span } from "../../slo/calendar.ts";
import { evaluate } from "../../slo/evaluate.ts";
import { coveredBy, occurrencesIn, overlap } from "../../slo/exclusions.ts";
import { cutsOf, withoutExcluded } from "../../slo/tally.ts";
import { HOUR_MS, MINUTE_MS, replay, someObjective, somePromise, turnsOf } from "./promise.ts";

const at = (text: string) => Date.parse(text);
const year: Span = { fromMs: at("2026-01-01T00:00:00Z"), toMs: at("2027-01-01T00:00:00Z") };

function once(fromMs: number, toMs: number, mode: Exclusion["mode"] = "exclude"): Exclusion {
  return { mode, reason: "moving house", author: "ann", when: { kind: "once", fromMs, toMs } };
}

/** Starts of a recurring exclusion of two hours that begins on Sunday, 4 January 2026, at 02:00 in Berlin. */
function starts(rrule: string, within = year): string[] {
  const rule = recurrence(rrule, { starts: "2026-01-04T02:00", timeZone: "Europe/Berlin" });
  if (typeof rule === "string") throw new RangeError(rule);
  const when = { kind: "recurring", rule, lengthMs: 2 * HOUR_MS } as const;
  return occurrencesIn({ ...once(0, 0), when }, within).map(({ fromMs }) => new Date(fromMs).toISOString());
}

describe("a recurring exclusion", () => {
  test.each([
    ["FREQ=MONTHLY;BYDAY=1SU;COUNT=4", ["01-04T01", "02-01T01", "03-01T01", "04-05T00"]],
    ["FREQ=WEEKLY;INTERVAL=2;COUNT=3", ["01-04T01", "01-18T01", "02-01T01"]],
    ["FREQ=WEEKLY;BYDAY=SA,SU;COUNT=3", ["01-04T01", "01-10T01", "01-11T01"]],
    ["FREQ=DAILY;INTERVAL=10;UNTIL=20260124T000000Z", ["01-04T01", "01-14T01"]],
    ["FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["01-31T01", "02-28T01", "03-31T00"]],
    ["FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", ["01-30T01", "02-27T01"]],
    [
      "FREQ=MONTHLY;INTERVAL=3;BYDAY=SU;BYMONTHDAY=1,2,3,4,5,6,7;COUNT=3",
      ["01-04T01", "04-05T00", "07-05T00"],
    ],
    ["FREQ=YEARLY;BYMONTH=3,6;BYDAY=2SU", ["03-08T01", "06-14T00"]],
    ["FREQ=YEARLY;BYMONTH=2", ["02-04T01"]],
    ["FREQ=YEARLY", ["01-04T01"]],
    ["FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", ["01-31T01", "03-31T00", "05-31T00"]],
  ])("of %s keeps the time on the clock", (rrule, expected) => {
    expect(starts(rrule)).toEqual(expected.map((start) => `2026-${start}:00:00.000Z`));
  });

  test("is found however far from its start one looks, also when it began before the window", () => {
    const late = { fromMs: at("2036-06-01T01:00:00Z"), toMs: at("2036-06-08T00:00:00Z") };
    // Sundays at 02:00 in Berlin are midnight UTC in summer: the one of 1 June is cut, that of 8 June begins at the end.
    expect(starts("FREQ=WEEKLY", late)).toEqual(["2036-06-01T01:00:00.000Z"]);
    expect(starts("FREQ=WEEKLY;COUNT=600", late)).toEqual(["2036-06-01T01:00:00.000Z"]);
    expect(starts("FREQ=WEEKLY;COUNT=500", late)).toEqual([]);
  });

  test("is the same whether one looks at all of it or piece by piece", () => {
    const rules = fc.constantFrom(
      "FREQ=DAILY",
      "FREQ=MONTHLY;BYDAY=1SU",
      "FREQ=WEEKLY;COUNT=20",
      "FREQ=MONTHLY;BYMONTHDAY=15",
    );
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 364 }), (rule, dayOfYear) => {
        const middle = year.fromMs + dayOfYear * 24 * HOUR_MS;
        const pieces = [
          ...starts(rule, { ...year, toMs: middle }),
          ...starts(rule, { ...year, fromMs: middle }),
        ];
        // one that the cut goes through is found on both sides, the second time from the cut on
        expect(new Set(pieces.filter((start) => start !== new Date(middle).toISOString()))).toEqual(
          new Set(starts(rule).filter((start) => start !== new Date(middle).toISOString())),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe("exclusions that overlap or touch", () => {
  test("cover their time once", () => {
    const all = [once(0, 10), once(5, 20), once(20, 30), once(40, 50)];
    expect(coveredBy(all, { fromMs: 2, toMs: 45 })).toEqual([
      { fromMs: 2, toMs: 30 },
      { fromMs: 40, toMs: 45 },
    ]);
  });

  test("subtract what lies in them, and nothing else", () => {
    const moments = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 60 });
    const stretches = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 30 })), {
      maxLength: 6,
    });
    const window = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 51, max: 100 }));
    fc.assert(
      fc.property(moments, stretches, window, (bad, out, [fromMs, toMs]) => {
        const inside = (span: Span) => bad.filter((ms) => ms >= span.fromMs && ms < span.toMs).length;
        const count = (span: Span) => ({ good: 2 * inside(span), bad: inside(span) });
        const exclusions = out.map(([from, length]) => once(from, from + length));
        const excluded = coveredBy(exclusions, { fromMs: 0, toMs: 100 });
        const left = bad.filter(
          (ms) =>
            ms >= fromMs && ms < toMs && !out.some(([from, length]) => ms >= from && ms < from + length),
        );
        expect(withoutExcluded(count, excluded)({ fromMs, toMs })).toEqual({
          good: 2 * left.length,
          bad: left.length,
        });
      }),
    );
  });
});

describe("an outage in a maintenance window", () => {
  const month = 43_200;
  const clean = { minutes: month, good: 1_000, bad: 0 };
  const outage = [
    { minutes: 60, good: 0, bad: 1_000 },
    { minutes: 60, good: 1_000, bad: 0 },
  ];
  const during = once(month * MINUTE_MS, (month + 60) * MINUTE_MS);

  test("that is excluded fires nothing and spends nothing, and its failures stay visible", () => {
    const views = replay(somePromise({ exclusions: [during] }), clean, outage);
    expect(Object.values(turnsOf(views)).flatMap(({ fires }) => fires)).toEqual([]);
    expect(views.at(-1)).toMatchObject({
      bad: 0,
      raw: { bad: 60_000, good: 43_140_000 },
      budget: { consumedRatio: 0 },
      muted: null,
    });
    expect(views[30]).toMatchObject({ muted: "moving house" });
  });

  test("that is only muted burns and spends as ever, and says why nobody is told", () => {
    const muted = { ...during, mode: "mute_only" } as const;
    const views = replay(somePromise({ exclusions: [muted] }), clean, outage);
    expect(turnsOf(views)["page-fast"].fires).toEqual([1]);
    expect(views[30]).toMatchObject({ muted: "moving house", raw: null });
    expect(views[61]).toMatchObject({ muted: null });
    expect(views.at(-1)?.budget?.consumedRatio).toBeCloseTo(60_000 / 43_200, 9);
  });

  test("does not clear a page that fired before it", () => {
    const after = {
      ...during,
      when: { kind: "once", fromMs: (month + 10) * MINUTE_MS, toMs: (month + 60) * MINUTE_MS },
    } as const;
    const views = replay(somePromise({ exclusions: [after] }), clean, outage);
    // frozen while nothing counts; the first good minute after it clears
    expect(turnsOf(views)["page-fast"]).toEqual({ fires: [1], stops: [61] });
  });
});

describe("expected traffic", () => {
  const expecting = { expectTraffic: { min: 10, perMs: 10 * MINUTE_MS } };
  const daytime = { minutes: 60, good: 1, bad: 0 };
  const silence = { minutes: 20, good: 0, bad: 0 };
  const missing = (told: object) =>
    replay(somePromise({ ...expecting, ...told }), daytime, [silence]).map(({ traffic }) => traffic?.missing);

  test("is missed from the first minute that is short of it", () => {
    expect(missing({}).slice(0, 3)).toEqual([false, true, true]);
  });

  test("is not missed while what it looks at is excluded in part", () => {
    const exclusions = [once(60 * MINUTE_MS, 65 * MINUTE_MS)];
    // the look back from minute 15 on is at minutes 65 and after, none of them excluded
    const told = missing({ exclusions });
    expect([told[1], told[14], told[15], told[20]]).toEqual([false, false, true, true]);
  });

  test("is nobody's business unless somebody says so", () => {
    expect(replay(somePromise(), daytime, [silence]).at(-1)?.traffic).toBeNull();
  });
});

test("an evaluation asks for no stretch that does not begin and end at its cuts", () => {
  const minute = fc.integer({ min: -60_000, max: 0 });
  fc.assert(
    fc.property(fc.array(fc.tuple(minute, fc.integer({ min: 1, max: 600 })), { maxLength: 5 }), (out) => {
      const exclusions = out.map(([from, length]) => once(from * MINUTE_MS, (from + length) * MINUTE_MS));
      const expectTraffic = { min: 1, perMs: 17 * MINUTE_MS };
      const objective = someObjective({ exclusions, expectTraffic });
      const cuts = new Set(cutsOf(objective, 0));
      const count = (span: Span) => {
        expect(cuts.has(span.fromMs) && cuts.has(span.toMs)).toBe(true);
        return { good: 0, bad: 0 };
      };
      const seen = { watermarkMs: 0, count, tookMsP99: null, inFlight: 0 };
      evaluate({ ...somePromise(), objective }, seen, new Map());
    }),
  );
});

test("two stretches have in common what lies in both", () => {
  expect(overlap({ fromMs: 0, toMs: 5 }, { fromMs: 3, toMs: 9 })).toEqual({ fromMs: 3, toMs: 5 });
  expect(overlap({ fromMs: 0, toMs: 5 }, { fromMs: 5, toMs: 9 })).toBeNull();
});
