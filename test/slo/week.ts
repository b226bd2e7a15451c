/**
 * Week: seven days of a shop with everything that can go wrong in them, and when that has to wake somebody.
 *
 * A thousand journeys a minute by day, at 99.9 % over 30 days with the usual tiers. Every minute was worked out by hand
 * from the formulas of docs/slo.md; a tier's threshold is factor × 0.001 × the journeys of its window.
 */
import type { Stretch } from "./promise.ts";

const day = (minutes: number): Stretch => ({ minutes, good: 1_000, bad: 0 });
const night = (minutes: number): Stretch => ({ minutes, good: 1, bad: 0 });
const outage = (minutes: number): Stretch => ({ minutes, good: 0, bad: 1_000 });
const silence = (minutes: number): Stretch => ({ minutes, good: 0, bad: 0 });
const failedAtNight: Stretch = { minutes: 1, good: 0, bad: 1 };

/** The week, minute 0 at its beginning; what came before was clean. */
export const WEEK: readonly Stretch[] = [
  day(600),
  { minutes: 10, good: 850, bad: 150 }, // 600: 15 % fail for ten minutes
  day(1_390),
  outage(10), // 2000: nothing works
  day(1_990),
  { minutes: 1_000, good: 998, bad: 2 }, // 4000: a slow burn of 2
  day(700),
  night(100), // 5700: a journey a minute
  failedAtNight, // 5800
  night(49),
  failedAtNight, // 5850
  night(149),
  day(995),
  outage(5), // 6995: nothing works, and then nobody comes
  silence(400), // 7000
  day(1_100),
  silence(200), // 8500: nobody comes, and nothing was wrong before
  day(1_380),
];

/** `[fires, resolves]` of each turn of each tier. */
export const TIERS = {
  "page-fast": [
    [606, 615], // 864 of 150 a minute: 5.76; clears 5 × (1 − 0.0144 ÷ 0.15) = 4.52 after minute 610
    [2_001, 2_015], // 864 of 1,000 a minute: 0.864; clears 4.93 after 2010
    [5_851, 5_856], // the second failure within the hour; the first alone is 16.7 times too fast, and pages nobody
    [6_996, 7_401], // frozen while the short window is empty; the first minute of traffic clears it
  ],
  "page-slow": [
    [2_003, 2_040], // 2,160 of 1,000 a minute; clears when less than 180 are left in half an hour: 29.82
    [6_998, 7_401],
  ],
  "ticket-fast": [
    [2_003, 2_130], // 4,320, of which the ten minutes at 15 % are 1,500; clears 120 − 0.36 after 2010
    [6_999, 7_401], // 3,421 of the 1,140,300 journeys of that day and night
  ],
  "ticket-slow": [
    [2_003, 2_370], // 360 − 0.36 after 2010
    [4_181, 5_180], // more than 360 of two a minute in six hours; exactly 360 are left at 5180, which is not above
    [6_998, 7_401], // 4,021 of 4,020,300 journeys, 2,002 from before
  ],
} as const;

/** While any tier that pages fires, and any that writes tickets. */
export const PAGES = [
  [606, 615],
  [2_001, 2_040],
  [5_851, 5_856],
  [6_996, 7_401],
] as const;
export const TICKETS = [
  [2_003, 2_370],
  [4_181, 5_180],
  [6_998, 7_401],
] as const;

/** 1,500 + 10,000 + 2,000 + 2 + 5,000 of the week's journeys. */
export const FAILURES = 18_502;
export const JOURNEYS = 9_180_300;
