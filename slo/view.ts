/**
 * View: the shape in which objectives are answered, as schemas.
 *
 *   evaluate → [view] → /v1/slos, `waybill slo`, /metrics
 *
 * Ratios are fractions (0.25, not 25), durations `…Ms` are numbers, times RFC 3339 UTC with nanoseconds.
 */
import { z } from "@hono/zod-openapi";

/** A moment as every answer writes it. */
export const Time = z.iso.datetime({ precision: 9 }).describe("RFC 3339, UTC, nanoseconds");
const Count = z.int().min(0);
const Severity = z.enum(["page", "ticket"]);
const TierName = z.string().describe("page-fast, page-slow, ticket-fast, ticket-slow, or a name of your own");
const Burn = z
  .number()
  .min(0)
  .nullable()
  .describe("times faster than planned; null when nothing was counted");

/** One window of an objective. */
export const WindowView = z.object({
  window: z.string().describe("5m, 28d, month"),
  windowMs: z.number(),
  good: Count,
  bad: Count,
  burn: Burn,
});

/** One burn tier of an objective. */
export const TierView = z.object({
  name: TierName,
  severity: Severity,
  longMs: z.number(),
  shortMs: z.number(),
  factor: z.number().describe("burn that both windows must exceed"),
  longBurn: Burn,
  shortBurn: Burn,
  verdict: z.enum(["burning", "quiet", "no_data"]),
  firing: z.boolean().describe("no_data keeps what was decided before"),
  since: Time.nullable().describe("when it began to fire, or cleared; null: neither"),
});

/** The error budget of an objective over its window; signed. */
export const BudgetView = z.object({
  allowedJourneys: z.number(),
  consumedRatio: z.number(),
  remainingRatio: z.number(),
  remainingJourneys: z.number(),
  remainingMinutes: z.number().describe("minutes of total outage at even traffic"),
  oneFailureRatio: z.number(),
  emptyInMs: z.number().nullable().describe("at the burn of the last hour; null when nothing burns"),
});

/** One objective, as it stands at the watermark. */
export const SloView = z.object({
  id: z.string().describe("definition.objective"),
  definition: z.string(),
  name: z.string(),
  owner: z.string(),
  kind: z.enum(["success", "latency", "step"]),
  step: z.string().nullable(),
  withinMs: z.number().nullable(),
  targetRatio: z.number(),
  window: z.string().describe("28d, month"),
  windowMs: z.number().describe("of a calendar window: when it is over"),
  resetsAt: Time.nullable().describe("when a calendar window begins anew; null for a rolling one"),
  watermark: Time.describe("windows end here"),
  state: z.enum(["ok", "burning", "exhausted", "no_data", "stale"]),
  good: Count,
  bad: Count,
  raw: z
    .object({ good: Count, bad: Count })
    .nullable()
    .describe("with what is excluded; null when nothing is"),
  doubts: z.array(z.string()).describe("what the counts say against the objective itself"),
  muted: z.string().nullable().describe("why nobody is notified now"),
  traffic: z
    .object({ min: Count, perMs: z.number(), seen: Count, missing: z.boolean() })
    .nullable()
    .describe("journeys that were to be expected; null when none were"),
  inFlight: Count.describe("journeys of the definition that count on neither side yet"),
  tookMsP99: z.number().nullable().describe("of successful journeys; shown, never decided on"),
  windows: z.array(WindowView),
  tiers: z.array(TierView),
  budget: BudgetView.nullable().describe("null when no journey was counted"),
});

/** What late facts changed of minutes that were evaluated already, since this process began to count. */
export const RevisionsView = z.object({
  takenBack: Count.describe("failures that turned out to be none"),
  restated: Count.describe("journeys that count otherwise, in another minute, or were not known in time"),
  since: Time,
});

/** An objective as it is listed. */
export const SloItem = SloView.extend({
  revisions: RevisionsView,
  hourlyBurn: z.array(Burn).describe("of each of the last 24 hours, the oldest first"),
});

/** One step of a chart. */
export const SeriesPoint = z.object({
  at: Time.describe("where the step begins"),
  good: Count,
  bad: Count,
  burn: Burn,
});

/** What somebody says happened. */
export const Annotation = z.object({
  id: z.string(),
  at: Time,
  until: Time.nullable(),
  kind: z.enum(["deploy", "incident", "note"]),
  text: z.string(),
  author: z.string(),
  definition: z.string().nullable().describe("null: it concerns all"),
  link: z.string().nullable(),
});

/** What was said to have happened. */
export const AnnotationList = z.object({ asOf: Time, annotations: z.array(Annotation) });

/** All objectives. */
export const SloList = z.object({ asOf: Time, slos: z.array(SloItem) });

/** A journey that spent budget. */
export const SloExample = z.object({
  kind: z.string(),
  id: z.string(),
  at: Time.describe("when it counted"),
  step: z.string().nullable(),
  url: z.string().describe("where its answer is"),
});

/** One objective with what spent its budget. */
export const SloDetail = SloItem.extend({
  burntByStep: z.array(
    z.object({
      step: z.string().nullable().describe("failed or missing step; null when no single step was"),
      bad: Count,
      consumedRatio: z.number().describe("share of the budget"),
    }),
  ),
  burntByTag: z
    .array(z.object({ tag: z.string(), value: z.string(), bad: Count, consumedRatio: z.number() }))
    .describe(
      "the costliest first, at most ten values of each tag; none that stand for single journeys only",
    ),
  examples: z.array(SloExample).describe("the latest, at most three"),
});

/** The same with its chart: raw counts, what is excluded still in them. */
export const SloChart = SloDetail.extend({
  series: z.array(SeriesPoint),
  annotations: z.array(Annotation).describe("in the time of the chart"),
});

const Sides = z.object({ good: Count, bad: Count });

/** What is held, against a count from nothing, up to the watermark. */
export const Recount = z.object({
  asOf: Time,
  watermark: Time,
  equal: z.boolean(),
  objectives: z.array(
    z.object({
      id: z.string(),
      counted: Sides.describe("as held"),
      recounted: Sides.describe("from nothing"),
      differentMinutes: Count.describe("minutes in which the two differ"),
    }),
  ),
});

/** An alert that lasts: one incident, however many tiers fire. A page takes the place of a ticket. */
export const SloAlert = z.object({
  id: z.string().describe("of the objective; empty for SLOStale, which is about all of them"),
  name: z.enum(["ErrorBudgetBurn", "ErrorBudgetExhausted", "SLONoData", "SLOStale"]),
  owner: z.string(),
  severity: Severity,
  labels: z.record(z.string(), z.string()).describe("what the alert is known by; they never change"),
  tiers: z.array(TierName).describe("that fire now"),
  since: Time,
  notified: Time.nullable().describe("when somebody was first told; null: nobody yet"),
  muted: z.string().nullable().describe("why nobody is told"),
  text: z.string(),
  url: z.string().describe("where the objective is"),
});

/** Everything that fires. */
export const AlertList = z.object({
  asOf: Time,
  watermark: Time.nullable().describe("up to here everything was evaluated; null: nothing was yet"),
  alerts: z.array(SloAlert),
});

export type WindowView = z.infer<typeof WindowView>;
export type TierView = z.infer<typeof TierView>;
export type SloView = z.infer<typeof SloView>;
export type SloItem = z.infer<typeof SloItem>;
export type SloList = z.infer<typeof SloList>;
export type SloExample = z.infer<typeof SloExample>;
export type SloDetail = z.infer<typeof SloDetail>;
export type SloAlert = z.infer<typeof SloAlert>;
export type AlertList = z.infer<typeof AlertList>;
export type Recount = z.infer<typeof Recount>;
export type SeriesPoint = z.infer<typeof SeriesPoint>;
export type Annotation = z.infer<typeof Annotation>;
export type SloChart = z.infer<typeof SloChart>;
