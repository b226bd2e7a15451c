/**
 * Scalars: what a single text in `waybill.yaml` may mean.
 *
 *   page → [scalars] → schema
 *
 * Pure. All of them take text; all say what they want when they do not get it.
 */
import { z } from "zod";
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
function fraction(percent: string): { numerator: number; denominator: number } {
  const [whole = "", decimals = ""] = percent.slice(0, -1).split(".");
  return { numerator: Number(whole + decimals), denominator: 100 * 10 ** decimals.length };
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
