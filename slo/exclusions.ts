/**
 * Exclusions: the stretches of time that an objective leaves out, or keeps quiet about.
 *
 *   Exclusion → [exclusions] → evaluate
 *
 * Pure. A recurring one follows the clock of its place: 22:00 stays 22:00 when clocks change, and lasts as long.
 */
import type { Exclusion, Recurrence } from "../ingest/definitions.ts";
import { localMs, type Span, utcMs } from "./calendar.ts";

const DAY_MS = 86_400_000;

/** The parts of `within` that these exclusions cover; in order, none touching another. */
export function coveredBy(exclusions: readonly Exclusion[], within: Span): readonly Span[] {
  const spans = exclusions.flatMap((exclusion) => occurrencesIn(exclusion, within));
  const merged: Span[] = [];
  for (const span of spans.sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    const touches = last !== undefined && span.fromMs <= last.toMs;
    if (touches) merged[merged.length - 1] = { ...last, toMs: Math.max(last.toMs, span.toMs) };
    else merged.push(span);
  }
  return merged;
}

/** When one exclusion holds, cut to `within`; in order. */
export function occurrencesIn({ when }: Exclusion, within: Span): Span[] {
  const whole =
    when.kind === "once"
      ? [{ fromMs: when.fromMs, toMs: when.toMs }]
      : startsIn(when.rule, { fromMs: within.fromMs - when.lengthMs, toMs: within.toMs }).map((fromMs) => ({
          fromMs,
          toMs: fromMs + when.lengthMs,
        }));
  return whole.flatMap((span) => overlap(span, within) ?? []);
}

/** What two stretches have in common, or null. */
export function overlap(a: Span, b: Span): Span | null {
  const span = { fromMs: Math.max(a.fromMs, b.fromMs), toMs: Math.min(a.toMs, b.toMs) };
  return span.fromMs < span.toMs ? span : null;
}

/** When a rule starts, from `fromMs` on and before `toMs`; epoch ms UTC. */
function startsIn(rule: Recurrence, { fromMs, toMs }: Span): number[] {
  const firstMs = Date.parse(`${rule.starts}Z`);
  const untilMs = rule.untilMs ?? Number.POSITIVE_INFINITY;
  // Without a count the days before the window need not be looked at; a day more, for the distance from UTC.
  const soonestMs = rule.count === null ? localMs(fromMs, rule.timeZone) - DAY_MS : firstMs;
  const skipped = Math.max(0, Math.floor((soonestMs - firstMs) / DAY_MS));
  const starts: number[] = [];
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  for (let wallMs = firstMs + skipped * DAY_MS; left > 0; wallMs += DAY_MS) {
    if (!isOn(rule, { wallMs, firstMs })) {
      if (wallMs - DAY_MS > toMs + DAY_MS) break;
      continue;
    }
    const startMs = utcMs(wallMs, rule.timeZone);
    if (startMs >= toMs || startMs > untilMs) break;
    left -= 1;
    if (startMs >= fromMs) starts.push(startMs);
  }
  return starts;
}

/** Whether a rule starts on the day of a wall-clock time. */
function isOn(rule: Recurrence, { wallMs, firstMs }: { wallMs: number; firstMs: number }): boolean {
  const [day, first] = [new Date(wallMs), new Date(firstMs)];
  const { weekdays, monthDays, months, every, interval } = rule;
  const month = day.getUTCMonth() + 1;
  if (unitsBetween(every, first, day) % interval !== 0) return false;
  if (months.length > 0 && !months.includes(month)) return false;
  if (monthDays.length > 0 && !monthDays.some((n) => n === dayOfMonth(day, n))) return false;
  if (weekdays.length > 0) return weekdays.some((wanted) => isWeekday(day, wanted));
  if (monthDays.length > 0 || every === "day") return true;
  if (every === "week") return weekdayOf(day) === weekdayOf(first);
  const isSameDay = day.getUTCDate() === first.getUTCDate();
  return every === "month" || months.length > 0
    ? isSameDay
    : isSameDay && day.getUTCMonth() === first.getUTCMonth();
}

/** How many days, weeks from Monday, months or years lie between the units that two days are in. */
function unitsBetween(every: Recurrence["every"], from: Date, to: Date): number {
  const years = to.getUTCFullYear() - from.getUTCFullYear();
  if (every === "year") return years;
  if (every === "month") return years * 12 + to.getUTCMonth() - from.getUTCMonth();
  const days = (date: Date) => Math.floor(date.getTime() / DAY_MS);
  if (every === "day") return days(to) - days(from);
  const week = (date: Date) => Math.floor((days(date) - weekdayOf(date) + 1) / 7);
  return week(to) - week(from);
}

/** From 1, Monday. */
function weekdayOf(day: Date): number {
  return day.getUTCDay() === 0 ? 7 : day.getUTCDay();
}

/** The day of its month; from the end, from −1, when `like` is negative. */
function dayOfMonth(day: Date, like: number): number {
  return like > 0 ? day.getUTCDate() : day.getUTCDate() - daysInMonth(day) - 1;
}

function daysInMonth(day: Date): number {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
}

function isWeekday(date: Date, { day, nth }: Recurrence["weekdays"][number]): boolean {
  if (weekdayOf(date) !== day) return false;
  if (nth === null) return true;
  const fromStart = Math.ceil(date.getUTCDate() / 7);
  const fromEnd = -Math.ceil((daysInMonth(date) - date.getUTCDate() + 1) / 7);
  return nth === fromStart || nth === fromEnd;
}
