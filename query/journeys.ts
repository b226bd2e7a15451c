/**
 * Journeys: which journeys are there, in which state, waiting for what?
 *
 *   table journeys → [journeys] → /v1/journeys, start page, command line
 *
 * Lists what was last folded and stored; the answer about one journey is folded from its hops instead.
 */
import { z } from "@hono/zod-openapi";
import type { Definitions } from "../ingest/definitions.ts";
import { Int64, statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import { subjectPath } from "./address.ts";
import { SubjectView, Time } from "./answer.ts";
import { cursorOf } from "./cursor.ts";
import { plain, renderTime } from "./phrase.ts";

/** The states that a journey can be listed under. */
export const STATES = ["open", "overdue", "succeeded", "failed", "compensated"] as const;

const State = z.enum(STATES);

/** One journey of a list. */
export const JourneyItem = z
  .object({
    definition: z.string(),
    owner: z.string(),
    subject: SubjectView,
    url: z.string().describe("where its answer is"),
    state: State,
    startedAt: Time,
    endedAt: Time.nullable(),
    deadline: Time,
    late: z.boolean(),
    recovered: z.boolean(),
    reason: z.string().nullable(),
    failedStep: z.string().nullable(),
    next: z.object({ step: z.string(), dueAt: Time.nullable(), owner: z.string() }).nullable(),
    tags: z.record(z.string(), z.string()),
  })
  .openapi("JourneyItem");

/** A page of journeys. */
export const JourneyList = z
  .object({ asOf: Time, journeys: z.array(JourneyItem), nextCursor: z.string().optional() })
  .openapi("JourneyList");

export type JourneyItem = z.infer<typeof JourneyItem>;
export type JourneyList = z.infer<typeof JourneyList>;

/** What is asked for. Everything but the frame is optional. */
export interface JourneyFilter {
  readonly tenant: string;
  readonly nowNs: bigint;
  /** count ≥ 1 */
  readonly limit: number;
  readonly definition?: string | undefined;
  readonly state?: (typeof STATES)[number] | undefined;
  /** waits for this step, or failed at it */
  readonly step?: string | undefined;
  /** started in [sinceMs, untilMs); epoch milliseconds */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** each must hold */
  readonly tags?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly cursor?: string | undefined;
}

const Ns = z.bigint();
const MaybeInt64 = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : BigInt(text)));
const FOREVER_NS = 2n ** 63n - 1n;

const journeysList = statement(new URL("./sql/journeys_list.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    now_ns: Ns,
    definition: z.string(),
    state: z.string(),
    step: z.string(),
    since_ns: Ns,
    until_ns: Ns,
    wanted_names: z.array(z.string()),
    wanted_values: z.array(z.string()),
    before_ns: Ns,
    after_definition: z.string(),
    after_kind: z.string(),
    after_subject: z.string(),
    limit: z.int(),
  }),
  row: z.object({
    definition: z.string(),
    owner: z.string(),
    subject_kind: z.string(),
    subject: z.string(),
    current: State,
    started_ns: Int64,
    ended_ns: MaybeInt64,
    deadline_ns: Int64,
    late: z.boolean(),
    recovered: z.boolean(),
    reason: z.string(),
    failed_step: z.string(),
    next_step: z.string(),
    next_due_ns: MaybeInt64,
    next_owner: z.string(),
    tag_names: z.array(z.string()),
    tag_values: z.array(z.string()),
  }),
});

type Row = Awaited<ReturnType<typeof journeysList>>[number];

const JourneyCursor = cursorOf(
  z.object({ ns: z.string().regex(/^\d{1,19}$/), definition: z.string(), kind: z.string(), id: z.string() }),
);

/**
 * A page of journeys, newest start first.
 *
 * @throws {Failure} `bad_request` when the cursor is not one, `store_unavailable` when the store does not answer
 */
export async function listJourneys(
  store: Store,
  definitions: Definitions,
  filter: JourneyFilter,
): Promise<JourneyList> {
  const rows = await journeysList(store, {
    ...conditions(filter),
    ...positionOf(filter),
    limit: filter.limit + 1,
  });
  const shown = rows.slice(0, filter.limit);
  const last = shown.at(-1);
  return {
    asOf: renderTime(filter.nowNs),
    journeys: shown.map((row) => itemOf(row, definitions)),
    ...(last !== undefined && rows.length > shown.length ? { nextCursor: cursorAfter(last) } : {}),
  };
}

function conditions({ tenant, nowNs, definition, state, step, sinceMs, untilMs, tags = [] }: JourneyFilter) {
  return {
    tenant,
    now_ns: nowNs,
    definition: definition ?? "",
    state: state ?? "",
    step: step ?? "",
    since_ns: sinceMs === undefined ? 0n : BigInt(sinceMs) * 1_000_000n,
    until_ns: untilMs === undefined ? FOREVER_NS : BigInt(untilMs) * 1_000_000n,
    wanted_names: tags.map(({ name }) => name),
    wanted_values: tags.map(({ value }) => value),
  };
}

function positionOf({ cursor }: JourneyFilter) {
  const start = { ns: String(FOREVER_NS), definition: "", kind: "", id: "" };
  const { ns, definition, kind, id } = cursor === undefined ? start : JourneyCursor.parse(cursor);
  return { before_ns: BigInt(ns), after_definition: definition, after_kind: kind, after_subject: id };
}

function cursorAfter({ started_ns, definition, subject_kind, subject }: Row): string {
  return JourneyCursor.render({ ns: String(started_ns), definition, kind: subject_kind, id: subject });
}

function itemOf(row: Row, definitions: Definitions): JourneyItem {
  const subject = { kind: row.subject_kind, id: row.subject };
  const next = { step: row.next_step, dueAt: maybeTime(row.next_due_ns), owner: row.next_owner };
  return {
    definition: row.definition,
    owner: row.owner,
    subject,
    url: subjectPath(subject, definitions),
    state: row.current,
    startedAt: renderTime(row.started_ns),
    endedAt: maybeTime(row.ended_ns),
    deadline: renderTime(row.deadline_ns),
    late: row.late,
    recovered: row.recovered,
    reason: row.reason === "" ? null : row.reason,
    failedStep: row.failed_step === "" ? null : row.failed_step,
    next: next.step === "" ? null : next,
    tags: Object.fromEntries(row.tag_names.map((name, at) => [name, row.tag_values[at] ?? ""])),
  };
}

function maybeTime(ns: bigint | null): string | null {
  return ns === null ? null : renderTime(ns);
}

const journeysByState = statement(new URL("./sql/journeys_by_state.sql", import.meta.url), {
  params: z.object({ tenant: z.string(), now_ns: Ns }),
  row: z.object({ current: State, journeys: z.string().transform(Number) }),
});

/** How many journeys are in each state; states without any are 0. */
export async function countJourneys(
  store: Store,
  tenant: string,
  nowNs: bigint,
): Promise<Record<(typeof STATES)[number], number>> {
  const rows = await journeysByState(store, { tenant, now_ns: nowNs });
  const counts = { open: 0, overdue: 0, succeeded: 0, failed: 0, compensated: 0 };
  for (const { current, journeys } of rows) counts[current] = journeys;
  return counts;
}

/** A list for a terminal: one journey a line. */
export function renderJourneys({ journeys }: JourneyList): string {
  if (journeys.length === 0) return "No journeys.\n";
  const lines = journeys.map(({ startedAt, state, definition, subject, reason, next }) => {
    const waiting = next === null ? "" : `next is ${plain(next.step)} (${plain(next.owner)})`;
    const about = [plain(definition), plain(reason ?? waiting)].filter((part) => part !== "").join(": ");
    return `${startedAt.slice(0, 19)}Z  ${state.padEnd(11)}  ${plain(subject.id)}  ${about}`;
  });
  return `${lines.join("\n")}\n`;
}
