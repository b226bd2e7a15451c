/** Objectives as people write them: what they become, and what is said about those that make no sense. */
import { describe, expect, test } from "vitest";
import type { Objective } from "../../ingest/definitions.ts";
import { parseDefinitions, renderProblem } from "../../ingest/yaml.ts";

/** A file whose objective starts on line 8 with a name and a target. */
function textOf(more: string): string {
  return `tags: { partner.id: [partner.id], channel: [channel] }
journeys:
  j:
    subject: order.id
    owner: us
    steps: { a: { event: a }, paid: { event: b, within: 30s }, c: { event: c } }
    objectives:
      - name: o
        target: 99.9%
${more}`;
}

function objective(more = ""): Objective {
  const outcome = parseDefinitions(textOf(more), "w.yaml");
  if ("problems" in outcome) throw new Error(outcome.problems.map(renderProblem).join("\n"));
  const [first] = outcome.definitions.journeys[0]?.objectives ?? [];
  if (first === undefined) throw new RangeError("there is one");
  return first;
}

function problems(more: string): string[] {
  const outcome = parseDefinitions(textOf(more), "w.yaml");
  return "problems" in outcome ? outcome.problems.map(renderProblem) : [];
}

const HOUR_MS = 3_600_000;

describe("an objective", () => {
  test("that says no more is about success in the last 28 days", () => {
    expect(objective()).toEqual({
      name: "o",
      title: null,
      description: null,
      measure: { kind: "success" },
      target: { numerator: 999, denominator: 1000 },
      window: { kind: "rolling", lengthMs: 28 * 24 * HOUR_MS },
      where: new Map(),
      tiers: [],
      minBadEvents: { page: 2, ticket: 1 },
      severities: { page: "critical", ticket: "warning" },
      labels: new Map(),
      expectTraffic: null,
      exclusions: [],
      openslo: null,
    });
  });

  test.each([
    ["window: 7d", { kind: "rolling", lengthMs: 7 * 24 * HOUR_MS }],
    ["window: 12w", { kind: "rolling", lengthMs: 84 * 24 * HOUR_MS }],
    ["window: 90d", { kind: "rolling", lengthMs: 90 * 24 * HOUR_MS }],
    ["window: month", { kind: "calendar", unit: "month", timeZone: "UTC" }],
    ["window: { calendar: quarter }", { kind: "calendar", unit: "quarter", timeZone: "UTC" }],
    [
      "window: { calendar: year, time_zone: Europe/Berlin }",
      { kind: "calendar", unit: "year", timeZone: "Europe/Berlin" },
    ],
    [
      "window: { calendar: month, timeZone: America/New_York }",
      { kind: "calendar", unit: "month", timeZone: "America/New_York" },
    ],
  ])("has the %s", (written, window) => {
    expect(objective(`        ${written}`).window).toEqual(window);
  });

  test.each([
    ["within: 400ms", { kind: "latency", withinMs: 400 }],
    ["step: paid", { kind: "step", step: "paid", withinMs: 30_000 }],
    ["{ step: paid, within: 10s }", { kind: "step", step: "paid", withinMs: 10_000 }],
    ["{ step: c, within: 1h }", { kind: "step", step: "c", withinMs: HOUR_MS }],
  ])("with %s measures that", (written, measure) => {
    const lines = written.replace(/^\{ | \}$/g, "").split(", ");
    expect(objective(lines.map((line) => `        ${line}`).join("\n")).measure).toEqual(measure);
  });

  test("looks at journeys with certain tags only", () => {
    const { where } = objective("        where: { partner.id: [acme, globex], channel: web }");
    expect([...where]).toEqual([
      ["partner.id", ["acme", "globex"]],
      ["channel", ["web"]],
    ]);
  });

  test("may say of each tier what it spends, how far it looks, whom it wakes, or that it is off", () => {
    const { tiers } = objective(`        tiers:
          page-fast: { budget: 2.5%, long: 2h, short: 10m, severity: ticket, labels: { team: x } }
          ticket-slow: off
          mine: { burn: 14.4, long: 1h, severity: page, after: 5m }`);
    const nothing = { severity: null, budget: null, burn: null, longMs: null, shortMs: null, afterMs: 0 };
    expect(tiers).toEqual([
      {
        name: "page-fast",
        enabled: true,
        severity: "ticket",
        budget: { numerator: 25, denominator: 1000 },
        burn: null,
        longMs: 2 * HOUR_MS,
        shortMs: HOUR_MS / 6,
        afterMs: 0,
        labels: new Map([["team", "x"]]),
      },
      { ...nothing, name: "ticket-slow", enabled: false, labels: new Map() },
      {
        ...nothing,
        name: "mine",
        enabled: true,
        severity: "page",
        burn: { numerator: 144, denominator: 10 },
        longMs: HOUR_MS,
        afterMs: HOUR_MS / 12,
        labels: new Map(),
      },
    ]);
  });

  test.each([["min_bad_events"], ["minBadEvents"]])("may be written with %s", (name) => {
    expect(objective(`        ${name}: { page: 5 }`).minBadEvents).toEqual({ page: 5, ticket: 1 });
  });

  test("may expect traffic, and set what its alerts are called", () => {
    const { expectTraffic, severities, labels } = objective(`        expectTraffic: { min: 10, per: 1h }
        severities: { page: p1 }
        labels: { team: checkout }`);
    expect(expectTraffic).toEqual({ min: 10, perMs: HOUR_MS });
    expect(severities).toEqual({ page: "p1", ticket: "warning" });
    expect([...labels]).toEqual([["team", "checkout"]]);
  });

  test("may leave time out, once or again and again", () => {
    const { exclusions } = objective(`        exclusions:
          - { from: 2026-11-01T01:00:00+01:00, to: 2026-11-01T02:00:00Z, reason: moving, author: ann }
          - mode: mute_only
            rrule: FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1FR;BYMONTH=1,3,5;UNTIL=20271231T000000Z
            starts: 2026-01-04T02:00
            lasts: 2h
            time_zone: Europe/Berlin
            reason: patching
            author: ops`);
    expect(exclusions).toEqual([
      {
        mode: "exclude",
        reason: "moving",
        author: "ann",
        when: {
          kind: "once",
          fromMs: Date.parse("2026-11-01T00:00:00Z"),
          toMs: Date.parse("2026-11-01T02:00:00Z"),
        },
      },
      {
        mode: "mute_only",
        reason: "patching",
        author: "ops",
        when: {
          kind: "recurring",
          lengthMs: 2 * HOUR_MS,
          rule: {
            every: "month",
            interval: 2,
            weekdays: [
              { day: 7, nth: 1 },
              { day: 5, nth: -1 },
            ],
            monthDays: [],
            months: [1, 3, 5],
            count: null,
            untilMs: Date.parse("2027-12-31T00:00:00Z"),
            starts: "2026-01-04T02:00",
            timeZone: "Europe/Berlin",
          },
        },
      },
    ]);
  });

  test("is under the exclusions of its journey too", () => {
    const text = textOf(
      "        exclusions: { from: 2026-11-02T00:00:00Z, to: 2026-11-03T00:00:00Z, reason: b, author: b }",
    ).replace(
      "    objectives:",
      "    exclusions: { from: 2026-11-01T00:00:00Z, to: 2026-11-02T00:00:00Z, reason: a, author: a }\n    objectives:",
    );
    const outcome = parseDefinitions(text, "w.yaml");
    const reasons = "definitions" in outcome && outcome.definitions.journeys[0]?.objectives[0]?.exclusions;
    expect(reasons).toMatchObject([{ reason: "a" }, { reason: "b" }]);
  });
});

describe("what makes no sense is refused with its line", () => {
  test.each([
    ["window: 36h", "w.yaml:10 journeys/j/objectives/0/window: must be whole days, such as 30d"],
    [
      "window: 1M",
      "w.yaml:10 journeys/j/objectives/0/window: must be a duration such as 400ms, 30s, 15m, 12h, 28d or 4w",
    ],
    [
      "window: { calendar: moth }",
      'w.yaml:10 journeys/j/objectives/0/window/calendar: unknown value "moth"; did you mean "month"?',
    ],
    [
      "window: { calendar: month, time_zone: Europe/Berlim }",
      'w.yaml:10 journeys/j/objectives/0/window/time_zone: is not a time zone such as Europe/Berlin; did you mean "Europe/Berlin"?',
    ],
    [
      "window: { calender: month }",
      'w.yaml:10 journeys/j/objectives/0/window/calender: unknown name "calender"; did you mean "calendar"?',
    ],
    ["step: payd", 'w.yaml:10 journeys/j/objectives/0/step: unknown step "payd"; did you mean "paid"?'],
    [
      "step: c",
      'w.yaml:10 journeys/j/objectives/0/step: "c" has no deadline: say `within`, here or at the step',
    ],
    [
      "where: { partner: acme }",
      'w.yaml:10 journeys/j/objectives/0/where/partner: unknown tag "partner"; known: partner.id, channel',
    ],
    [
      "where: { partner.id: [] }",
      "w.yaml:10 journeys/j/objectives/0/where/partner.id: must not be an empty list",
    ],
    [
      "tiers: { page-fst: off }",
      'w.yaml:10 journeys/j/objectives/0/tiers/page-fst: unknown tier "page-fst"; did you mean "page-fast"?',
    ],
    [
      "tiers: { page-fast: on }",
      "w.yaml:10 journeys/j/objectives/0/tiers/page-fast: must be a mapping of names to values",
    ],
    [
      "tiers: { page-fast: { budget: 0% } }",
      "w.yaml:10 journeys/j/objectives/0/tiers/page-fast/budget: must be above 0% and at most 100%",
    ],
    [
      "tiers: { page-fast: { budget: 2%, burn: 3 } }",
      "w.yaml:10 journeys/j/objectives/0/tiers/page-fast: takes a budget or a burn, not both",
    ],
    [
      "tiers: { page-fast: { long: 1h, short: 2h } }",
      "w.yaml:10 journeys/j/objectives/0/tiers/page-fast: its short window must not be longer than its long one",
    ],
    [
      "tiers: { page-fast: { long: 90s } }",
      "w.yaml:10 journeys/j/objectives/0/tiers/page-fast/long: must be whole minutes, such as 5m",
    ],
    [
      "tiers: { page-fast: { long: 29d } }",
      "w.yaml:10 journeys/j/objectives/0/tiers/page-fast/long: looks further back than the objective's window",
    ],
    [
      "labels: { slo_id: x }",
      "w.yaml:10 journeys/j/objectives/0/labels/slo_id: is a label that Waybill sets itself",
    ],
    [
      "min_bad_events: { page: 0 }",
      "w.yaml:10 journeys/j/objectives/0/min_bad_events/page: must be a whole number from 1",
    ],
    [
      "minBadEvent: { page: 1 }",
      'w.yaml:10 journeys/j/objectives/0/minBadEvent: unknown name "minBadEvent"; did you mean "min_bad_events"?',
    ],
    [
      "expectTraffic: { min: ten, per: 1h }",
      "w.yaml:10 journeys/j/objectives/0/expect_traffic/min: must be a whole number from 1",
    ],
  ])("%s", (written, line) => {
    const told = problems(`        ${written}`);
    expect(told).toContain(line);
    expect(told.length).toBeLessThanOrEqual(2);
  });

  test.each([
    ["from: 2026-11-01T00:00:00Z", "needs `from` and `to`, or `rrule`, `starts` and `lasts`"],
    [
      "from: 2026-11-01T00:00:30Z, to: 2026-11-02T00:00:00Z",
      "must be on a whole minute: journeys are counted by the minute",
    ],
    ["from: 2026-11-02T00:00:00Z, to: 2026-11-01T00:00:00Z", "must end after it begins"],
    ["from: tomorrow, to: 2026-11-01T00:00:00Z", "must be a time such as 2026-11-01T22:00:00Z"],
    [
      "rrule: FREQ=WEEKLY, starts: 2026-11-01T22:00Z, lasts: 1h",
      "must be a time without zone, such as 2026-11-01T22:00",
    ],
    ["rrule: FREQ=WEEKLY, starts: 2026-02-30T22:00, lasts: 1h", "is not in the calendar"],
    [
      "rrule: FREQ=HOURLY, starts: 2026-11-01T22:00, lasts: 1h",
      "its rrule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY",
    ],
    [
      "rrule: FREQ=DAILY;BYHOUR=3, starts: 2026-11-01T22:00, lasts: 1h",
      'its rrule has "BYHOUR", which is not followed here',
    ],
    ["rrule: FREQ=WEEKLY;BYDAY=1MO, starts: 2026-11-01T22:00, lasts: 1h", "counts within a month"],
    ["rrule: FREQ=WEEKLY;BYDAY=XX, starts: 2026-11-01T22:00, lasts: 1h", "BYDAY of its rrule takes MO to SU"],
    [
      "rrule: FREQ=DAILY;COUNT=2;UNTIL=20261231T000000Z, starts: 2026-11-01T22:00, lasts: 1h",
      "takes COUNT or UNTIL, not both",
    ],
    [
      "rrule: FREQ=DAILY;UNTIL=20261231, starts: 2026-11-01T22:00, lasts: 1h",
      "UNTIL of its rrule must be a UTC time",
    ],
    [
      "rrule: FREQ=WEEKLY;WKST=SU, starts: 2026-11-01T22:00, lasts: 1h",
      "weeks that start on another day than Monday",
    ],
    [
      "rrule: FREQ=DAILY;INTERVAL=0, starts: 2026-11-01T22:00, lasts: 1h",
      "INTERVAL of its rrule must be a whole number",
    ],
  ])("an exclusion with %s", (written, why) => {
    const told = problems(`        exclusions: [{ ${written}, reason: r, author: a }]`);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^w\.yaml:10 /);
    expect(told[0]).toContain(why);
  });

  test("an exclusion without reason and author", () => {
    expect(
      problems("        exclusions: [{ from: 2026-11-01T00:00:00Z, to: 2026-11-02T00:00:00Z }]"),
    ).toEqual([
      "w.yaml:10 journeys/j/objectives/0/exclusions/0/reason: is missing",
      "w.yaml:10 journeys/j/objectives/0/exclusions/0/author: is missing",
    ]);
  });

  test.each([
    ["month", 30],
    ["quarter", 91],
    ["year", 365],
  ])("a %s when journeys are kept for %d days", (unit, kept) => {
    const text = `${textOf(`        window: ${unit}\n`)}retention: { journeys: ${kept}d }\n`;
    const outcome = parseDefinitions(text, "w.yaml");
    const told = "problems" in outcome ? outcome.problems.map(renderProblem) : [];
    expect(told).toEqual([
      `w.yaml:10 journeys/j/objectives/0/window: looks further back than journeys are kept (retention/journeys: ${kept}d)`,
    ]);
  });
});
