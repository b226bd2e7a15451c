/**
 * Answer: the shape in which "what happened to this order?" is answered, as schemas.
 *
 *   gather → stitch → fold → [answer] → JSON, story, page
 *
 * The one source of the API's types, its OpenAPI document and the command line's `--json`.
 * Times are RFC 3339 UTC with nanoseconds, durations `…Ms` are numbers, ids are lowercase hex.
 */
import { z } from "@hono/zod-openapi";

/** RFC 3339, UTC, nine decimals. */
export const Time = z.iso.datetime({ precision: 9 }).describe("RFC 3339, UTC, nanoseconds");

/** The thing a journey is about. */
export const SubjectView = z.object({ kind: z.string(), id: z.string() });

/** Why a hop is in a journey. */
export const EvidenceView = z.object({
  rule: z.enum(["key", "identifies", "shared", "cause", "climb", "trace"]),
  key: z.string().optional().describe("the key that decided, kind=value"),
  through: z.string().optional().describe("id of the hop it came through"),
  beside: z
    .literal(true)
    .optional()
    .describe("of climb: that hop is not below this one, but both have a cause in common"),
});

/** What connects a hop to others without being a key; shown when an explanation is asked for. */
export const CarriersView = z.object({
  links: z.array(z.string()).describe("trace id and span id of each span it links to"),
  sent: z.array(z.string()).describe("messages it handed to a broker"),
  received: z.array(z.string()).describe("messages it got"),
  eventId: z.string().describe("of a CloudEvent"),
  causationId: z.string().describe("the CloudEvent behind it"),
});

/** One observed fact of a subject. */
export const HopView = z.object({
  id: z.string(),
  kind: z.enum(["span", "log", "cloudevent"]),
  at: Time,
  endAt: Time,
  durationMs: z.number(),
  service: z.string(),
  name: z.string(),
  status: z.enum(["ok", "error", "unset"]),
  message: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentId: z.string(),
  step: z.string().nullable(),
  keys: z.record(z.string(), z.array(z.string())),
  contract: z.string().nullable(),
  shared: z.boolean(),
  evidence: z.array(EvidenceView),
  carriers: CarriersView.optional().describe("with `explain=1`"),
  verdict: z
    .object({ verdict: z.enum(["verified", "open", "broken"]), why: z.string() })
    .optional()
    .describe("with `explain=1`: whether its evidence could be derived again from this answer"),
});

/** One step of a journey. */
export const StepView = z.object({
  name: z.string(),
  at: Time.nullable(),
  dueAt: Time.nullable(),
  owner: z.string(),
  state: z.enum(["done", "pending", "overdue", "skipped", "failed"]),
});

/** One definition × one subject. */
export const JourneyView = z.object({
  definition: z.string(),
  owner: z.string(),
  state: z.enum(["open", "overdue", "succeeded", "failed", "compensated"]),
  startedAt: Time,
  endedAt: Time.nullable(),
  durationMs: z.number(),
  deadline: Time,
  late: z.boolean(),
  recovered: z.boolean(),
  reason: z.string().nullable(),
  steps: z.array(StepView),
  next: z.object({ step: z.string(), dueAt: Time, owner: z.string() }).nullable(),
});

/** What the caller got. */
export const SeenByCallerView = z.object({
  at: Time,
  service: z.string(),
  name: z.string(),
  durationMs: z.number(),
  status: z.string().describe("HTTP status code when the hop says one, else the span status"),
  error: z.string().nullable(),
});

/** Another subject that this one touches, never merged with it. */
export const RelatedView = z.object({
  kind: z.string(),
  id: z.string(),
  relation: z.enum(["carries", "shares", "conflict", "same-hops"]),
  text: z.string(),
  url: z.string().describe("where its own answer is"),
});

/** Something the answer cannot be sure of. */
export const GapView = z.object({
  kind: z.enum([
    "parent-missing",
    "links-dropped",
    "clock-suspect",
    "sampled",
    "late",
    "conflict",
    "hub",
    "truncated",
  ]),
  text: z.string(),
  hopId: z.string().optional(),
});

/** The whole answer about one subject. */
export const Answer = z.object({
  subject: SubjectView,
  asOf: Time,
  headline: z.string(),
  story: z.array(z.string()),
  seenByCaller: SeenByCallerView.nullable().describe(
    "of the first journey, in the order of waybill.yaml, whose caller was seen; `name` says which answer it was",
  ),
  journeys: z.array(JourneyView),
  hops: z.array(HopView),
  related: z.array(RelatedView),
  gaps: z.array(GapView),
  nextCursor: z.string().optional(),
});

export type Answer = z.infer<typeof Answer>;
export type HopView = z.infer<typeof HopView>;
export type JourneyView = z.infer<typeof JourneyView>;
export type StepView = z.infer<typeof StepView>;
export type RelatedView = z.infer<typeof RelatedView>;
export type GapView = z.infer<typeof GapView>;
