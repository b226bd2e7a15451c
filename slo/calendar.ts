/**
 * Calendar: where the days, months, quarters and years of a place begin.
 *
 *   time zone → [calendar] → windows, exclusions
 *
 * Pure. A month is as long as it is: 28 to 31 days, an hour less or more where clocks change in it. What is known of
 * time zones comes with the runtime.
 */
import type { ObjectiveWindow } from "../ingest/definitions.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Months of one unit. */
const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/** A stretch of time, half-open; epoch ms UTC. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A calendar period of a place. */
export type CalendarWindow = Extract<ObjectiveWindow, { kind: "calendar" }>;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows, as if it were UTC; epoch ms. */
export function localMs(utcMs: number, timeZone: string): number {
  const clock = clocks.get(timeZone) ?? openClock(timeZone);
  const parts = new Map(clock.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const seconds = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return seconds + (utcMs - Math.floor(utcMs / 1_000) * 1_000);
}

function openClock(timeZone: string): Intl.DateTimeFormat {
  const clock = new Intl.DateTimeFormat("en-u-ca-iso8601", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  clocks.set(timeZone, clock);
  return clock;
}

/**
 * When the clock on the wall shows that; epoch ms UTC. A time that it shows twice means the first of them; one that it
 * skips means as long after the gap began as the time is into it.
 */
export function utcMs(wallMs: number, timeZone: string): number {
  const offsets = [wallMs - DAY_MS, wallMs + DAY_MS].map((near) => localMs(near, timeZone) - near);
  const [before = 0, after = 0] = offsets;
  const found = [wallMs - before, wallMs - after].filter((guess) => localMs(guess, timeZone) === wallMs);
  return found.length === 0 ? wallMs - before : Math.min(...found);
}

/** The calendar period that a moment lies in, whole. */
export function periodAround(ms: number, { unit, timeZone }: CalendarWindow): Span {
  const wall = new Date(localMs(ms, timeZone));
  const months = MONTHS[unit];
  const first = wall.getUTCMonth() - (wall.getUTCMonth() % months);
  const startOf = (month: number) => utcMs(Date.UTC(wall.getUTCFullYear(), month, 1), timeZone);
  return { fromMs: startOf(first), toMs: startOf(first + months) };
}
