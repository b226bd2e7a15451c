/**
 * Promise: what may stand in an entry of `objectives`, and in `exclusions`.
 *
 *   page → [promise] → objectives → Definitions
 *
 * Pure. Knows what each part may look like on its own; yaml_objectives.ts checks them against the journey they are in.
 */
import { isMap, parseDocument } from "yaml";
import { z } from "zod";
import { recurrence } from "./rrule.ts";
import {
  Count,
  Decimal,
  DurationDays,
  DurationMinutes,
  DurationMs,
  LocalMinute,
  MinuteOfTime,
  Name,
  Share,
  Target,
  Text,
  TimeZone,
} from "./yaml_scalars.ts";
import { exactly, inEitherCase, oneOrMany, orEmpty } from "./yaml_shapes.ts";

const DAY_MS = 86_400_000;

const CalendarUnit = z.enum(["month", "quarter", "year"]);

const Calendar = inEitherCase({ calendar: CalendarUnit, time_zone: TimeZone.prefault("UTC") }).transform(
  ({ calendar, time_zone }) => ({ kind: "calendar", unit: calendar, timeZone: time_zone }) as const,
);

const Rolling = DurationDays.transform((days) => ({ kind: "rolling", lengthMs: days * DAY_MS }) as const);

/** `28d`, `month`, or `{ calendar: month, time_zone: Europe/Berlin }`. */
export const WrittenWindow = z.unknown().transform((value, ctx) => {
  const isUnit = CalendarUnit.safeParse(value).success;
  const schema = isUnit || typeof value === "object" ? Calendar : Rolling;
  const outcome = schema.safeParse(isUnit ? { calendar: value } : value, { reportInput: true });
  if (outcome.success) return outcome.data;
  ctx.issues.push(...(outcome.error.issues as typeof ctx.issues)); // zod's own, given on as they are
  return z.NEVER;
});

/** Prometheus' rule for label names; what an alert is known by is not for anybody to set. */
const LabelName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "label names are letters, digits and _")
  .refine((name) => name !== "alertname" && !/^(slo|__)/.test(name), "is a label that Waybill sets itself");

const Labels = orEmpty(
  z
    .record(LabelName, Text, "must be a mapping of labels to values")
    .transform((labels) => new Map(Object.entries(labels))),
);

const Tier = z.preprocess(
  (value) => (value === "off" ? { enabled: false } : value),
  inEitherCase({
    enabled: z.literal(false).optional(),
    severity: z.enum(["page", "ticket"]).nullable().default(null),
    budget: Share.nullable().default(null),
    burn: Decimal.nullable().default(null),
    long: DurationMinutes.nullable().default(null),
    short: DurationMinutes.nullable().default(null),
    after: DurationMinutes.optional(),
    labels: Labels,
  })
    .refine(({ budget, burn }) => budget === null || burn === null, "takes a budget or a burn, not both")
    .refine(
      ({ long, short }) => long === null || short === null || short <= long,
      "its short window must not be longer than its long one",
    ),
);

/** A tier as written. */
export type WrittenTier = z.output<typeof Tier>;

/** `tiers`: what is said of each by its name. */
export const WrittenTiers = orEmpty(z.record(Name, Tier, "must be a mapping of tier names to tiers"));

const Exclusion = inEitherCase({
  mode: z.enum(["exclude", "mute_only"]).default("exclude"),
  reason: Text,
  author: Text,
  from: MinuteOfTime.optional(),
  to: MinuteOfTime.optional(),
  rrule: Text.optional(),
  starts: LocalMinute.optional(),
  lasts: DurationMinutes.optional(),
  time_zone: TimeZone.optional(),
}).transform(({ mode, reason, author, ...when }, ctx) => {
  const found = whenOf(when);
  if (typeof found !== "string") return { mode, reason, author, when: found };
  ctx.addIssue({ code: "custom", message: found });
  return z.NEVER;
});

/** `exclusions`, of a journey or of an objective. */
export const WrittenExclusions = oneOrMany(Exclusion).default([]);

interface WrittenWhen {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly rrule?: string | undefined;
  readonly starts?: string | undefined;
  readonly lasts?: number | undefined;
  readonly time_zone?: string | undefined;
}

/** The stretch of an exclusion, or why there is none. */
function whenOf({ from, to, rrule, starts, lasts, time_zone = "UTC" }: WrittenWhen) {
  const isOnce = from !== undefined && to !== undefined;
  const isRecurring = rrule !== undefined && starts !== undefined && lasts !== undefined;
  const given = [from, to, rrule, starts, lasts].filter((part) => part !== undefined).length;
  if (isOnce && given === 2)
    return from < to ? ({ kind: "once", fromMs: from, toMs: to } as const) : "must end after it begins";
  if (!isRecurring || given > 3) return "needs `from` and `to`, or `rrule`, `starts` and `lasts`";
  const rule = recurrence(rrule, { starts, timeZone: time_zone });
  return typeof rule === "string" ? rule : ({ kind: "recurring", rule, lengthMs: lasts } as const);
}

function isMapping(text: string): boolean {
  const document = parseDocument(text);
  return document.errors.length === 0 && isMap(document.contents);
}

/** One entry of `objectives`. */
export const WrittenObjective = inEitherCase({
  name: Name,
  title: Text.nullable().default(null),
  description: Text.nullable().default(null),
  target: Target,
  window: WrittenWindow.prefault("28d"),
  within: DurationMs.nullable().default(null),
  step: Name.nullable().default(null),
  where: orEmpty(z.record(Text, oneOrMany(Text), "must be a mapping of tags to values")),
  tiers: WrittenTiers,
  min_bad_events: orEmpty(exactly({ page: Count.prefault("2"), ticket: Count.prefault("1") })),
  severities: orEmpty(exactly({ page: Text.default("critical"), ticket: Text.default("warning") })),
  labels: Labels,
  expect_traffic: exactly({ min: Count, per: DurationMinutes })
    .transform(({ min, per }) => ({ min, perMs: per }))
    .nullable()
    .default(null),
  exclusions: WrittenExclusions,
  openslo: Text.refine(isMapping, "must be YAML of names and values, as `waybill slo import` wrote it")
    .nullable()
    .default(null),
});
export type WrittenObjective = z.output<typeof WrittenObjective>;
