/**
 * Rrule: recurrence rules as text (RFC 5545, 3.3.10), the part that maintenance windows need.
 *
 *   yaml_promise → [rrule] → Exclusion
 *
 * Pure. FREQ DAILY to YEARLY with INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY and BYMONTH. Parts that pick within a day
 * (BYHOUR …) or need a numbering of weeks (BYWEEKNO, BYSETPOS, WKST other than MO) are refused, never ignored.
 */
import type { Recurrence } from "./definitions.ts";

const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const FREQUENCIES = { DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" } as const;
const KNOWN = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST"];

/** Where a rule starts. */
export interface RecurrenceStart {
  /** wall clock, `2026-01-31T22:00` */
  readonly starts: string;
  readonly timeZone: string;
}

/** A rule such as `FREQ=WEEKLY;BYDAY=SA`, or in words why it is none that can be followed. */
export function recurrence(text: string, start: RecurrenceStart): Recurrence | string {
  const written = partsOf(text);
  if (typeof written === "string") return written;
  const every = Object.entries(FREQUENCIES).find(([name]) => name === written.get("FREQ"))?.[1];
  if (every === undefined) return "its rrule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY";
  const rule = {
    every,
    interval: wholeIn(written.get("INTERVAL") ?? "1", 1, 1_000),
    weekdays: listOf(written.get("BYDAY"), weekdayOf),
    monthDays: listOf(written.get("BYMONTHDAY"), (day) => signedIn(day, 31)),
    months: listOf(written.get("BYMONTH"), (month) => wholeIn(month, 1, 12)),
    count: written.has("COUNT") ? wholeIn(written.get("COUNT"), 1, 10_000) : null,
    untilMs: written.has("UNTIL") ? untilOf(written.get("UNTIL")) : null,
    ...start,
  };
  const { interval, weekdays, monthDays, months, count, untilMs } = rule;
  if (interval === undefined) return "INTERVAL of its rrule must be a whole number from 1 to 1000";
  if (weekdays === undefined)
    return "BYDAY of its rrule takes MO to SU, with a number before them: 1SU, -1FR";
  if (monthDays === undefined) return "BYMONTHDAY of its rrule takes 1 to 31, or -1 to -31 from the end";
  if (months === undefined) return "BYMONTH of its rrule takes 1 to 12";
  if (count === undefined) return "COUNT of its rrule must be a whole number from 1 to 10000";
  if (untilMs === undefined) return "UNTIL of its rrule must be a UTC time such as 20261231T235900Z";
  if (count !== null && untilMs !== null) return "its rrule takes COUNT or UNTIL, not both";
  if (weekdays.some(({ nth }) => nth !== null) && !ordinalsMean(every, months))
    return "a number before a weekday of its rrule counts within a month: use FREQ=MONTHLY, or YEARLY with BYMONTH";
  if (every === "week" && monthDays.length > 0) return "BYMONTHDAY of its rrule means nothing in a week";
  return { ...rule, interval, weekdays, monthDays, months, count, untilMs };
}

function partsOf(text: string): Map<string, string> | string {
  const parts = new Map<string, string>();
  for (const part of text.replace(/^RRULE:/, "").split(";")) {
    const [name = "", value = ""] = part.split("=");
    if (!KNOWN.includes(name))
      return `its rrule has "${name}", which is not followed here; known: ${KNOWN.join(", ")}`;
    if (parts.has(name)) return `its rrule has ${name} twice`;
    parts.set(name, value);
  }
  const weekStart = parts.get("WKST") ?? "MO";
  return weekStart === "MO" ? parts : "its rrule has weeks that start on another day than Monday";
}

function ordinalsMean(every: Recurrence["every"], months: readonly number[]): boolean {
  return every === "month" || (every === "year" && months.length > 0);
}

/** Every entry of a list, undefined when one of them is none; absent it is empty. */
function listOf<T>(text: string | undefined, entry: (text: string) => T | undefined): T[] | undefined {
  if (text === undefined) return [];
  const entries = text.split(",").map(entry);
  const known = entries.filter((value) => value !== undefined);
  return known.length === entries.length ? known : undefined;
}

function weekdayOf(text: string): Recurrence["weekdays"][number] | undefined {
  const [, ordinal = "", name = ""] = /^([+-]?\d?)([A-Z]{2})$/.exec(text) ?? [];
  const day = WEEKDAYS.indexOf(name) + 1;
  const nth = ordinal === "" ? null : signedIn(ordinal, 5);
  return day === 0 || nth === undefined ? undefined : { day, nth };
}

function wholeIn(text: string | undefined, from: number, to: number): number | undefined {
  const value = /^\d{1,6}$/.test(text ?? "") ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

function signedIn(text: string, most: number): number | undefined {
  const value = wholeIn(text.replace(/^[+-]/, ""), 1, most);
  return value === undefined || !text.startsWith("-") ? value : -value;
}

function untilOf(text: string | undefined): number | undefined {
  const [, day, minute, second] = /^(\d{4}\d\d\d\d)T(\d\d\d\d)(\d\d)Z$/.exec(text ?? "") ?? [];
  if (day === undefined || minute === undefined) return undefined;
  const date = day.replace(/(....)(..)(..)/, "$1-$2-$3");
  const ms = Date.parse(`${date}T${minute.replace(/(..)(..)/, "$1:$2")}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The text of a rule; reading it back with the same start gives the same rule. */
export function renderRecurrence(rule: Recurrence): string {
  const [frequency = ""] = Object.entries(FREQUENCIES).find(([, every]) => every === rule.every) ?? [];
  const until = rule.untilMs === null ? "" : new Date(rule.untilMs).toISOString();
  const parts = {
    FREQ: frequency,
    INTERVAL: rule.interval === 1 ? "" : String(rule.interval),
    COUNT: rule.count === null ? "" : String(rule.count),
    UNTIL: until.replace(/[-:]|\.\d+/g, ""),
    BYMONTH: rule.months.join(","),
    BYMONTHDAY: rule.monthDays.join(","),
    BYDAY: rule.weekdays.map(({ day, nth }) => `${nth ?? ""}${WEEKDAYS[day - 1]}`).join(","),
  };
  const given = Object.entries(parts).filter(([, value]) => value !== "");
  return given.map(([name, value]) => `${name}=${value}`).join(";");
}
