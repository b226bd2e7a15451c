/**
 * Scalars: what a single text in `waybill.yaml` may mean.
 *
 *   page → [scalars] → schema
 *
 * Pure. All of them take text; all say what they want when they do not get it.
 */
import { z } from "zod";
import { nearest } from "../nearest.ts";
import type { Fraction } from "./definitions.ts";
import { bodyPattern, namePattern, valuePattern } from "./pattern.ts";

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DAY_MS = UNIT_MS.d;
const CENTURY_MS = 36_525 * DAY_MS;

/** Any text that is not empty. */
export const Text = z.string("must be text").min(1, "must not be empty");

/** A name one may give: to a kind of key, a journey, a step. */
export const Name = z
  .string("must be text")
  .regex(
    /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/,
    "names start with a letter; letters, digits, _ . - follow, 100 at most",
  );

/** `true` or `false`. */
export const Flag = z.enum(["true", "false"]).transform((text) => text === "true");

/** A whole number from 1. */
export const Count = z
  .string("must be a whole number")
  .regex(/^[1-9]\d{0,8}$/, "must be a whole number from 1")
  .transform(Number);

/** A length of time: a whole number and a unit. Becomes milliseconds, never 0. */
export const DurationMs = z
  .string("must be a duration such as 30s")
  .transform(durationMs)
  .refine((ms) => ms > 0 && ms <= CENTURY_MS, "must be a duration such as 400ms, 30s, 15m, 12h, 28d or 4w");

/** A length of time in whole days. Becomes days. */
export const DurationDays = DurationMs.refine(
  (ms) => ms % DAY_MS === 0,
  "must be whole days, such as 30d",
).transform((ms) => ms / DAY_MS);

/** A share of journeys, `99.5%`. Becomes an exact fraction in (0, 1). */
export const Target = z
  .string("must be a percentage such as 99.5%")
  .regex(/^\d{1,3}(\.\d{1,9})?%$/, "must be a percentage such as 99.5%")
  .transform(fraction)
  .refine(({ numerator }) => numerator > 0, "0% promises nothing")
  .refine(
    ({ numerator, denominator }) => numerator < denominator,
    "must be below 100%: with no error budget every single failure breaks the promise",
  );

/** A share above nothing and up to all of it, `2%`. Becomes an exact fraction in (0, 1]. */
export const Share = z
  .string("must be a percentage such as 2%")
  .regex(/^\d{1,3}(\.\d{1,6})?%$/, "must be a percentage such as 2%")
  .transform(fraction)
  .refine(
    ({ numerator, denominator }) => numerator > 0 && numerator <= denominator,
    "must be above 0% and at most 100%",
  );

/** A number above 0 in digits, `14.4`. Becomes an exact fraction. */
export const Decimal = z
  .string("must be a number such as 14.4")
  .regex(/^\d{1,6}(\.\d{1,6})?$/, "must be a number such as 14.4")
  .transform(decimal)
  .refine(({ numerator }) => numerator > 0, "must be above 0");

/** A length of time in whole minutes. Becomes milliseconds. */
export const DurationMinutes = DurationMs.refine(
  (ms) => ms % UNIT_MS.m === 0,
  "must be whole minutes, such as 5m",
);

/** A moment with its distance from UTC, on a whole minute. Becomes epoch milliseconds. */
export const MinuteOfTime = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-11-01T22:00:00Z" })
  .transform((text) => Date.parse(text))
  .refine((ms) => ms % UNIT_MS.m === 0, "must be on a whole minute: journeys are counted by the minute");

/** A minute on the clock of some place, `2026-11-01T22:00`. */
export const LocalMinute = z
  .string("must be a time such as 2026-11-01T22:00")
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:00)?$/, "must be a time without zone, such as 2026-11-01T22:00")
  .transform((text) => text.slice(0, 16))
  .refine((text) => new Date(`${text}Z`).toJSON()?.startsWith(text) ?? false, "is not in the calendar");

/** A time zone by its IANA name, `Europe/Berlin`. */
export const TimeZone = z.string("must be a time zone such as Europe/Berlin").check((ctx) => {
  if (isTimeZone(ctx.value)) return;
  const meant = nearest(ctx.value, Intl.supportedValuesOf("timeZone"));
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  ctx.issues.push({
    code: "custom",
    input: ctx.value,
    message: `is not a time zone such as Europe/Berlin${hint}`,
  });
});

/** A day, `2026-12-31`. */
export const Day = z.iso.date("must be a day such as 2026-12-31");

/** A name with `*` for any run of characters. */
export const NameWithStars = Text.transform(namePattern);

/** A pattern that takes a value out of a log body. */
export const ValueFromBody = Text.transform(orIssue(valuePattern));

/** A pattern that says whether a log body is the one meant. */
export const BodyMatch = Text.transform(orIssue(bodyPattern));

/** Milliseconds of `15m`; NaN when it is no duration. */
function durationMs(text: string): number {
  const [, amount, unit] = /^(\d{1,15})(ms|s|m|h|d|w)$/.exec(text) ?? [];
  return Number(amount) * (Object.entries(UNIT_MS).find(([name]) => name === unit)?.[1] ?? Number.NaN);
}

/** `99.5%` is 995 of 1000, in digits, not in floating point. */
function fraction(percent: string): Fraction {
  const { numerator, denominator } = decimal(percent.slice(0, -1));
  return { numerator, denominator: 100 * denominator };
}

function decimal(text: string): Fraction {
  const [whole = "", decimals = ""] = text.split(".");
  return { numerator: Number(whole + decimals), denominator: 10 ** decimals.length };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function orIssue<T>(compile: (source: string) => T): (source: string, ctx: z.core.$RefinementCtx) => T {
  return (source, ctx) => {
    try {
      return compile(source);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      ctx.addIssue({
        code: "custom",
        message: `is not a pattern that can be run in linear time (RE2): ${why}`,
      });
      return z.NEVER;
    }
  };
}
