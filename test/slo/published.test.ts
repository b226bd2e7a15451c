/**
 * The numbers that others published, each with its source, worked through by our own arithmetic.
 *
 *   SRE workbook, chapter 5   https://sre.google/workbook/alerting-on-slos/
 *   Sloth                     github.com/slok/sloth: pkg/prometheus/alertwindows, examples/windows/7d.yaml
 *   Pyrra                     github.com/pyrra-dev/pyrra: slo/rules.go, slo/slo.go and their tests
 *   Datadog                   docs.datadoghq.com/service_management/service_level_objectives/burn_rate/
 *   Honeycomb                 docs.honeycomb.io, exhaustion time alerts, as emulated by burnrate.netlify.app
 */
import { describe, expect, test } from "vitest";
import type { Objective, TierOverride } from "../../ingest/definitions.ts";
import { budgetOf, emptyInMs } from "../../slo/budget.ts";
import { burnRate, compareBurn } from "../../slo/burn.ts";
import { parseScenario } from "../../slo/scenario.ts";
import { simulate } from "../../slo/simulate.ts";
import { type Tier, tiersOf } from "../../slo/tiers.ts";
import { periodAt } from "../../slo/windows.ts";
import { DAY_MS, days, HOUR_MS, MINUTE_MS, THREE_NINES } from "./promise.ts";

const none: Pick<Objective, "tiers"> = { tiers: [] };
const month = periodAt(days(30), 0);
const factorOf = ({ factor }: Tier) => factor.numerator / factor.denominator;

/** Journeys of which that share of a thousandth fails. */
const failing = (perMille: number) => ({ good: 1_000 - perMille, bad: perMille });

describe("SRE workbook, table 5-4: burn rates at 99.9 % and the time to exhaust 30 days", () => {
  test.each([
    { burn: 1, perMille: 1, exhausts: 30 * DAY_MS },
    { burn: 2, perMille: 2, exhausts: 15 * DAY_MS },
    { burn: 10, perMille: 10, exhausts: 3 * DAY_MS },
    { burn: 1000, perMille: 1000, exhausts: 43.2 * MINUTE_MS }, // printed as 43 minutes
  ])("a burn of $burn is $perMille of 1,000 failing", ({ burn, perMille, exhausts }) => {
    expect(burnRate(failing(perMille), THREE_NINES)).toBe(burn);
    expect(emptyInMs(1, burn, month)).toBeCloseTo(exhausts, 3);
  });

  test("a burn of 35 lasts 20.5 hours", () => {
    expect((emptyInMs(1, 35, month) ?? 0) / HOUR_MS).toBeCloseTo(20.57, 2);
  });
});

describe("SRE workbook, table 5-8: the recommended tiers at 99.9 % over 30 days", () => {
  // The 3 × tier over a day stands in the text of the rule only; Sloth has it too.
  test.each([
    { name: "page-fast", severity: "page", long: 1, short: 5, factor: 14.4, budget: 0.02 },
    { name: "page-slow", severity: "page", long: 6, short: 30, factor: 6, budget: 0.05 },
    { name: "ticket-fast", severity: "ticket", long: 24, short: 120, factor: 3, budget: 0.1 },
    { name: "ticket-slow", severity: "ticket", long: 72, short: 360, factor: 1, budget: 0.1 },
  ])("$name: $long h and $short min, $factor, $budget of the budget", ({ name, ...row }) => {
    const tier = tiersOf(none, 30 * DAY_MS).find((candidate) => candidate.name === name);
    if (tier === undefined) throw new RangeError(`there is no ${name}`);
    expect({
      severity: tier.severity,
      long: tier.longMs / HOUR_MS,
      short: tier.shortMs / MINUTE_MS,
      factor: factorOf(tier),
      budget: (factorOf(tier) * tier.longMs) / (30 * DAY_MS),
    }).toEqual({ ...row, budget: expect.closeTo(row.budget, 12) });
  });

  test("5 % in one hour is a factor of 36", () => {
    expect(factorOf(firstOf([said({ name: "page-fast", budget: { numerator: 5, denominator: 100 } })]))).toBe(
      36,
    );
  });
});

describe("SRE workbook, section 4: detection b ÷ r × L × f and reset S × (1 − f × b ÷ r), in whole minutes", () => {
  const CLEAN = { minutes: 43_200, good: 10_000, bad: 0 };
  const run = (bad: number, minutes: number) =>
    simulate(
      parseScenario(
        JSON.stringify({
          target: "99.9%",
          window: "30d",
          history: [CLEAN],
          segments: [
            { minutes, good: 10_000 - bad, bad },
            { minutes: 400, good: 10_000, bad: 0 },
          ],
          minBadEvents: 0,
        }),
      ),
    );
  const firesAt = (bad: number) =>
    Object.values(run(bad, 2_400).tiers).map((turns) => turns[0]?.firesAtMinute ?? null);

  // Continuous: 0.864 2.16 4.32 4.32 · 5.76 14.4 28.8 28.8 · 17.28 43.2 86.4 86.4 · 43.2 108 216 216 · 150 300 300 ·
  // 216 432 432 · 2160. A whole minute of the formula is the next of ours, for the comparison is strict.
  test.each([
    { percent: "100", bad: 10_000, minutes: [1, 3, 5, 5] },
    { percent: "15", bad: 1_500, minutes: [6, 15, 29, 29] },
    { percent: "5", bad: 500, minutes: [18, 44, 87, 87] },
    { percent: "2", bad: 200, minutes: [44, 109, 217, 217] },
    { percent: "1.44", bad: 144, minutes: [null, 151, 301, 301] },
    { percent: "1", bad: 100, minutes: [null, 217, 433, 433] },
    { percent: "0.2", bad: 20, minutes: [null, null, null, 2_161] },
  ])("$percent % fires the tiers at $minutes", ({ bad, minutes }) => {
    expect(firesAt(bad)).toEqual(minutes);
  });

  // Continuous: 4.928, 4.52 (which the workbook rounds to 5), 3.56 and 1.4 minutes.
  test.each([
    { percent: "100", bad: 10_000, minutes: 5 },
    { percent: "15", bad: 1_500, minutes: 5 },
    { percent: "5", bad: 500, minutes: 4 },
    { percent: "2", bad: 200, minutes: 2 },
  ])("the fast page clears $minutes minutes after $percent % stop", ({ bad, minutes }) => {
    expect(run(bad, 55).tiers["page-fast"]?.[0]?.resolvesAtMinute).toBe(55 + minutes);
  });

  test("what a tier has cost when it fires is f × L ÷ P", () => {
    // 14.4 × 1 h ÷ 720 h: 2 % of 432,000 failures is 8,640, which a total outage reaches within its first minute
    expect(run(10_000, 1).budget.consumedRatio).toBeCloseTo(10_000 / 432_000, 9);
    const atFactor = { good: 0, bad: 8_640 };
    expect(
      compareBurn({ ...atFactor, good: 600_000 - 8_640 }, THREE_NINES, { numerator: 72, denominator: 5 }),
    ).toBe(0);
  });

  test("erratum, figure 5-6: the one-hour condition ends 54.24 minutes after ten minutes at 15 %, not 60", () => {
    const scenario = {
      target: "99.9%",
      window: "30d",
      history: [CLEAN],
      segments: [
        { minutes: 10, good: 8_500, bad: 1_500 },
        { minutes: 100, good: 10_000, bad: 0 },
      ],
      tiers: { "page-fast": { short: "1h" } },
      minBadEvents: 0,
    };
    const [turn] = simulate(parseScenario(JSON.stringify(scenario))).tiers["page-fast"] ?? [];
    expect(turn).toEqual({ firesAtMinute: 6, resolvesAtMinute: 10 + 55 });
  });

  test("erratum, low traffic: one of ten requests an hour burns at 100, and costs 13.9 % of the month", () => {
    const burn = burnRate({ good: 9, bad: 1 }, THREE_NINES);
    expect(burn).toBe(100);
    expect(((burn ?? 0) * HOUR_MS) / (30 * DAY_MS)).toBeCloseTo(0.139, 3);
    // 1,000 only holds in a window with nothing but that request
    expect(burnRate({ good: 0, bad: 1 }, THREE_NINES)).toBe(1_000);
  });
});

describe("Sloth: factors follow from the period, pct × period ÷ long window", () => {
  test.each([
    { period: 30, factors: [14.4, 6, 3, 1], source: "alert_test.go" },
    { period: 28, factors: [13.44, 5.6, 2.8, 0.9333], source: "alert_test.go" },
    { period: 7, factors: [13.44, 3.5, 1.4, 0.98], source: "examples/windows/7d.yaml: 8, 12.5, 20 and 42 %" },
  ])("$period days: $factors", ({ period, factors }) => {
    expect(tiersOf(none, period * DAY_MS).map(factorOf)).toEqual(
      factors.map((factor) => expect.closeTo(factor, 4)),
    );
  });

  test("pitfall: a fixed 14.4 would be 8.6 % of a week's budget and 0.67 % of a quarter's", () => {
    expect((14.4 * HOUR_MS) / (7 * DAY_MS)).toBeCloseTo(0.086, 3);
    expect((14.4 * HOUR_MS) / (90 * DAY_MS)).toBeCloseTo(0.0067, 4);
    expect(tiersOf(none, 90 * DAY_MS).map(factorOf)).toEqual([43.2, 18, 9, 3]);
  });
});

describe("Pyrra: factors of 14, 7, 2 and 1 over windows that scale with the period", () => {
  // slo/rules_test.go: 28 days 1h/5m, 6h/30m, 1d/2h, 4d/6h; a tier's label says in how long it exhausts the budget.
  const pyrra = (scale: number) =>
    [
      { name: "page-fast", burn: 14, long: 60, short: 5 },
      { name: "page-slow", burn: 7, long: 360, short: 30 },
      { name: "ticket-fast", burn: 2, long: 1_440, short: 120 },
      { name: "ticket-slow", burn: 1, long: 5_760, short: 360 },
    ].map(({ name, burn, long, short }) =>
      said({
        name,
        burn: { numerator: burn, denominator: 1 },
        longMs: long * scale * MINUTE_MS,
        shortMs: Math.round(short * scale) * MINUTE_MS,
      }),
    );

  test.each([
    { period: 28, windows: ["60/5", "360/30", "1440/120", "5760/360"], exhausts: [2, 4, 14, 28] },
    { period: 14, windows: ["30/3", "180/15", "720/60", "2880/180"], exhausts: [1, 2, 7, 14] },
  ])("$period days: $windows minutes, exhausted in $exhausts days", ({ period, windows, exhausts }) => {
    const tiers = tiersOf({ tiers: pyrra(period / 28) }, period * DAY_MS);
    expect(tiers.map(({ longMs, shortMs }) => `${longMs / MINUTE_MS}/${shortMs / MINUTE_MS}`)).toEqual(
      windows,
    );
    const lasts = tiers.map((tier) => emptyInMs(1, factorOf(tier), periodAt(days(period), 0)) ?? 0);
    expect(lasts.map((ms) => ms / DAY_MS)).toEqual(exhausts);
  });

  test("a short window of a twelfth falls on the same whole minutes", () => {
    const halved = pyrra(0.5).map((tier) => ({ ...tier, shortMs: null }));
    const shorts = tiersOf({ tiers: halved.slice(0, 3) }, 14 * DAY_MS).map(
      ({ shortMs }) => shortMs / MINUTE_MS,
    );
    expect(shorts.slice(0, 3)).toEqual([3, 15, 60]);
  });
});

describe("Datadog and OpenObserve: the most that can burn is 1 ÷ (1 − target)", () => {
  test.each([
    { target: { numerator: 90, denominator: 100 }, most: 10 },
    { target: { numerator: 94, denominator: 100 }, most: 16.67 },
    { target: { numerator: 96, denominator: 100 }, most: 25 },
    { target: THREE_NINES, most: 1_000 },
  ])("$target.numerator of $target.denominator: $most", ({ target, most }) => {
    expect(burnRate({ good: 0, bad: 3 }, target)).toBeCloseTo(most, 2);
  });
});

describe("Honeycomb: exhausted within six hours, at the rate of the last quarter of that", () => {
  test("a total outage at 99.95 % over 14 days fires after 2 min 32 s, at a quarter of the budget", () => {
    // one window of 1.5 h that may spend 25 %: f = 0.25 × 336 h ÷ 1.5 h = 56; b ÷ r × L × f = 2.52 minutes
    const quarter = { numerator: 25, denominator: 100 };
    const ninety = 90 * MINUTE_MS;
    const tier = firstOf([said({ name: "page-fast", budget: quarter, longMs: ninety, shortMs: ninety })], 14);
    expect(factorOf(tier)).toBe(56);
    expect(0.0005 * 90 * factorOf(tier)).toBeCloseTo(2.52, 9);
    const scenario = {
      target: "99.95%",
      window: "14d",
      history: [{ minutes: 20_160, good: 1_000, bad: 0 }],
      segments: [{ minutes: 10, good: 0, bad: 1_000 }],
      tiers: { "page-fast": { budget: "25%", long: "90m", short: "90m" } },
    };
    expect(simulate(parseScenario(JSON.stringify(scenario))).tiers["page-fast"]?.[0]?.firesAtMinute).toBe(3);
  });
});

describe("the budget", () => {
  test("is weighted by journeys: Sloth's default mean of ratios is another number (issues 241, 618)", () => {
    // 9 bad of 10 by night, 0 bad of 990 by day: 45 % as a mean of ratios, 0.9 % of the journeys
    expect(budgetOf({ good: 991, bad: 9 }, { numerator: 99, denominator: 100 }, DAY_MS)?.consumedRatio).toBe(
      0.9,
    );
  });

  test("is signed: Kibana stops at 0, OpenObserve, Sloth and Pyrra go below", () => {
    expect(
      budgetOf({ good: 970, bad: 30 }, { numerator: 99, denominator: 100 }, DAY_MS)?.remainingRatio,
    ).toBe(-2);
  });

  test("half spent lasts half as long: remaining × P ÷ B", () => {
    expect(emptyInMs(0.5, 10, month)).toBe(1.5 * DAY_MS);
  });

  test("that a window spends alone is p of it, when it holds its share of the traffic (Pyrra 1602, Sloth 459)", () => {
    // bad(L) > p × N(P) × b is the static rule where N(L) ÷ N(P) = L ÷ P: 720,000 journeys a month, 1,000 an hour
    const [tier] = tiersOf(none, 30 * DAY_MS);
    if (tier === undefined) throw new RangeError("there are four");
    const allowed = 0.02 * 720_000 * 0.001;
    expect(allowed).toBeCloseTo(14.4, 9);
    expect(compareBurn({ good: 986, bad: 14 }, THREE_NINES, tier.factor)).toBe(-1);
    expect(compareBurn({ good: 985, bad: 15 }, THREE_NINES, tier.factor)).toBe(1);
  });
});

function said(told: Partial<TierOverride> & { name: string }): TierOverride {
  const nothing = { severity: null, budget: null, burn: null, longMs: null, shortMs: null, afterMs: 0 };
  return { enabled: true, labels: new Map(), ...nothing, ...told };
}

function firstOf(tiers: readonly TierOverride[], period = 30): Tier {
  const [first] = tiersOf({ tiers }, period * DAY_MS);
  if (first === undefined) throw new RangeError("there is one");
  return first;
}
