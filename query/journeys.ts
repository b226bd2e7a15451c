/**
 * Journeys: which journeys are there, in which state, waiting for what?
 *
 *   journey search → [journeys] → /v1/journeys, start page, command line
 *
 * Lists what was last folded and stored; the answer about one journey is folded from its hops instead.
 */
import { z } from "@hono/zod-openapi";
import type { Definitions } from "../ingest/definitions.ts";
import { whyOverdue } from "../ingest/steps.ts";
import type { Store } from "../ingest/store.ts";
import { subjectPath } from "./address.ts";
import { SubjectView, Time } from "./answer.ts";
import { type JourneyFilter, type JourneyRow, State, searchJourneys } from "./journey_search.ts";
import { plain, renderTime } from "./phrase.ts";

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
    stuck: z
      .boolean()
      .describe("goes on, though its next step is past due, or its end when it waits for none"),
    tags: z.record(z.string(), z.string()),
  })
  .openapi("JourneyItem");

/** A page of journeys. */
export const JourneyList = z
  .object({ asOf: Time, journeys: z.array(JourneyItem), nextCursor: z.string().optional() })
  .openapi("JourneyList");

export type JourneyItem = z.infer<typeof JourneyItem>;
export type JourneyList = z.infer<typeof JourneyList>;

function itemOf(row: JourneyRow, definitions: Definitions, nowNs: bigint): JourneyItem {
  const subject = { kind: row.subject_kind, id: row.subject };
  const next = { step: row.next_step, dueAt: maybeTime(row.next_due_ns), owner: row.next_owner };
  const why = whyOf(row);
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
    reason: why.text,
    failedStep: why.step,
    next: next.step === "" ? null : next,
    stuck: row.ended_ns === null && (row.next_due_ns ?? row.deadline_ns) < nowNs,
    tags: Object.fromEntries(row.tag_names.map((name, at) => [name, row.tag_values[at] ?? ""])),
  };
}

/** As stored; what became overdue since then waits for its next step, which the clock does not change. */
function whyOf({ current, reason, failed_step, next_step, next_owner }: JourneyRow) {
  const isSilent = current === "overdue" && reason === "" && next_step !== "";
  if (isSilent) return whyOverdue({ step: next_step, owner: next_owner });
  return { text: reason === "" ? null : reason, step: failed_step === "" ? null : failed_step };
}

function maybeTime(ns: bigint | null): string | null {
  return ns === null ? null : renderTime(ns);
}

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
  const { rows, ...next } = await searchJourneys(store, filter);
  const journeys = rows.map((row) => itemOf(row, definitions, filter.nowNs));
  return { asOf: renderTime(filter.nowNs), journeys, ...next };
}

/** A list for a terminal: one journey a line. */
export function renderJourneys({ journeys }: JourneyList): string {
  if (journeys.length === 0) return "No journeys.\n";
  const lines = journeys.map((item) => {
    const { startedAt, state, definition, subject, reason } = item;
    const about = [plain(definition), plain(reason ?? renderWait(item))].filter((part) => part !== "");
    return `${startedAt.slice(0, 19)}Z  ${state.padEnd(11)}  ${plain(subject.id)}  ${about.join(": ")}`;
  });
  return `${lines.join("\n")}\n`;
}

function renderWait({ next, stuck, startedAt }: JourneyItem): string {
  if (next === null) return "";
  const { step, dueAt, owner } = next;
  if (!stuck || dueAt === null) return `next is ${plain(step)} (${plain(owner)})`;
  const day = dueAt.startsWith(startedAt.slice(0, 10)) ? "" : `${dueAt.slice(0, 10)} `;
  return `${plain(step)} was due ${day}${dueAt.slice(11, 19)} UTC (${plain(owner)})`;
}
