/** Months, quarters and years of a place, and what happens to them when clocks change. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localMs, periodAround, utcMs } from "../../slo/calendar.ts";
import { periodAt } from "../../slo/windows.ts";

const MINUTE_MS = 60_000;
const at = (text: string) => Date.parse(text);

describe("a calendar period", () => {
  // Months have 40,320 to 44,640 minutes, an hour less or more where clocks change.
  test.each([
    ["2026-02-14T12:00:00Z", "month", "UTC", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", 40_320],
    ["2026-01-31T23:59:59Z", "month", "UTC", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", 44_640],
    [
      "2026-03-15T12:00:00Z",
      "month",
      "Europe/Berlin",
      "2026-02-28T23:00:00Z",
      "2026-03-31T22:00:00Z",
      44_580,
    ],
    [
      "2026-10-15T12:00:00Z",
      "month",
      "Europe/Berlin",
      "2026-09-30T22:00:00Z",
      "2026-10-31T23:00:00Z",
      44_700,
    ],
    [
      "2026-11-15T12:00:00Z",
      "month",
      "America/New_York",
      "2026-11-01T04:00:00Z",
      "2026-12-01T05:00:00Z",
      43_260,
    ],
    [
      "2026-03-31T22:30:00Z",
      "month",
      "Europe/Berlin",
      "2026-03-31T22:00:00Z",
      "2026-04-30T22:00:00Z",
      43_200,
    ],
    ["2026-02-14T12:00:00Z", "quarter", "UTC", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z", 129_600],
    ["2026-12-31T23:59:59Z", "quarter", "UTC", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z", 132_480],
    ["2028-06-01T00:00:00Z", "year", "Asia/Kolkata", "2027-12-31T18:30:00Z", "2028-12-31T18:30:00Z", 527_040],
  ] as const)("around %s is the %s of %s", (moment, unit, timeZone, from, to, minutes) => {
    const { fromMs, toMs } = periodAround(at(moment), { kind: "calendar", unit, timeZone });
    expect([new Date(fromMs), new Date(toMs)]).toEqual([new Date(from), new Date(to)]);
    expect((toMs - fromMs) / MINUTE_MS).toBe(minutes);
  });

  test("holds its moment, and the next one begins where it ends", () => {
    const zones = fc.constantFrom(
      "UTC",
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
    );
    const units = fc.constantFrom("month", "quarter", "year");
    const moments = fc.integer({ min: at("2000-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z") });
    fc.assert(
      fc.property(moments, units, zones, (ms, unit, timeZone) => {
        const window = { kind: "calendar", unit, timeZone } as const;
        const period = periodAround(ms, window);
        expect(period.fromMs <= ms && ms < period.toMs).toBe(true);
        expect(periodAround(period.toMs, window).fromMs).toBe(period.toMs);
        expect(periodAround(period.fromMs - 1, window).toMs).toBe(period.fromMs);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the clock on the wall", () => {
  test("shows a time once, except where it is set back or forward", () => {
    const show = (text: string) => new Date(utcMs(at(`${text}Z`), "Europe/Berlin")).toISOString();
    expect(show("2026-07-01T12:00:00")).toBe("2026-07-01T10:00:00.000Z");
    // 02:30 comes twice on 25 October: the first is meant
    expect(show("2026-10-25T02:30:00")).toBe("2026-10-25T00:30:00.000Z");
    // and does not come on 29 March: half an hour into the gap
    expect(show("2026-03-29T02:30:00")).toBe("2026-03-29T01:30:00.000Z");
  });

  test("is read back as it was set", () => {
    const moments = fc.integer({ min: at("1990-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z") });
    const zones = fc.constantFrom("Europe/Berlin", "America/Sao_Paulo", "Pacific/Chatham");
    fc.assert(
      fc.property(moments, zones, (ms, timeZone) => {
        const wallMs = localMs(ms, timeZone);
        expect(localMs(utcMs(wallMs, timeZone), timeZone)).toBe(wallMs);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the stretch that a target is kept over", () => {
  const march = { kind: "calendar", unit: "month", timeZone: "Europe/Berlin" } as const;

  test("of a month grows until it ends, and begins anew then", () => {
    const end = at("2026-03-31T22:00:00Z");
    const length = 44_580 * MINUTE_MS;
    expect(periodAt(march, end)).toEqual({
      fromMs: end - length,
      toMs: end,
      lengthMs: length,
      resetsAtMs: end,
    });
    expect(periodAt(march, end + MINUTE_MS)).toEqual({
      fromMs: end,
      toMs: end + MINUTE_MS,
      lengthMs: 43_200 * MINUTE_MS,
      resetsAtMs: at("2026-04-30T22:00:00Z"),
    });
  });

  test("of 30 days is always 30 days", () => {
    const lengthMs = 30 * 24 * 60 * MINUTE_MS;
    const period = { fromMs: -lengthMs, toMs: 0, lengthMs, resetsAtMs: null };
    expect(periodAt({ kind: "rolling", lengthMs }, 0)).toEqual(period);
  });
});
