/**
 * Journey search: the rows of journeys that belong on a page.
 *
 *   table journeys → [journey search] → journeys.ts
 *
 * Promises what a FINAL would, the newest row of each journey and no other, without its price: bringing together the
 * versions of every journey that is stored, for a page of fifty. Rows of any age are found by narrow columns first; then
 * the newest rows of those journeys, by their keys, have the last word. A journey's newest row is among those found when
 * it fits, so none is missed.
 */
import { z } from "@hono/zod-openapi";
import { Int64, statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import { cursorOf } from "./cursor.ts";

/** The states that a journey can be listed under. */
export const STATES = ["open", "overdue", "succeeded", "failed", "compensated"] as const;

/** One of them. */
export const State = z.enum(STATES);

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

/** What a row must fit, whichever way it was found. */
const Fit = {
  tenant: z.string(),
  now_ns: Ns,
  state: z.string(),
  step: z.string(),
  wanted_names: z.array(z.string()),
  wanted_values: z.array(z.string()),
};

const journeysFound = statement(new URL("./sql/journeys_found.sql", import.meta.url), {
  params: z.object({
    ...Fit,
    definition: z.string(),
    since_ns: Ns,
    until_ns: Ns,
    before_ns: Ns,
    after_definition: z.string(),
    after_kind: z.string(),
    after_subject: z.string(),
    limit: z.int(),
  }),
  row: z.object({
    definition: z.string(),
    subject_kind: z.string(),
    subject: z.string(),
    version: Int64,
    started_ns: Int64,
  }),
});

type Found = Awaited<ReturnType<typeof journeysFound>>[number];

const journeysList = statement(new URL("./sql/journeys_list.sql", import.meta.url), {
  params: z.object({
    ...Fit,
    definitions: z.array(z.string()),
    kinds: z.array(z.string()),
    ids: z.array(z.string()),
    version: z.bigint(),
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

/** The newest row of one journey. */
export type JourneyRow = Awaited<ReturnType<typeof journeysList>>[number];

const JourneyCursor = cursorOf(
  z.object({ ns: z.string().regex(/^\d{1,19}$/), definition: z.string(), kind: z.string(), id: z.string() }),
);

/** Rows in order, and the cursor of what comes after them, if anything does. */
export interface FoundPage {
  readonly rows: readonly JourneyRow[];
  readonly nextCursor?: string;
}

/** So many more rows than journeys are looked at, for some will have newer ones that do not fit; count. */
const SPARE = 20;
/** Of one go, however many do not fit; count. */
const FOUND_MAX = 1_000;

/**
 * A page of rows, newest start first.
 *
 * @throws {Failure} `bad_request` when the cursor is not one, `store_unavailable` when the store does not answer
 */
export async function searchJourneys(store: Store, filter: JourneyFilter): Promise<FoundPage> {
  const wanted = filter.limit + 1;
  const rows: JourneyRow[] = [];
  let position = positionOf(filter);
  for (let limit = wanted + SPARE; ; limit = Math.max(wanted, Math.min(limit * 4, FOUND_MAX))) {
    const found = await journeysFound(store, { ...fitting(filter), ...range(filter), ...position, limit });
    rows.push(...(await standing(store, filter, found)));
    const last = found.at(-1);
    if (last === undefined || found.length < limit || rows.length >= wanted) break;
    position = positionAfter(last);
  }
  const shown = rows.slice(0, filter.limit);
  const last = shown.at(-1);
  return last !== undefined && rows.length > shown.length
    ? { rows: shown, nextCursor: cursorAfter(last) }
    : { rows: shown };
}

/** Of the journeys found those that fit as they were last folded, in order; one that starts elsewhere by now is met there. */
async function standing(store: Store, filter: JourneyFilter, found: readonly Found[]): Promise<JourneyRow[]> {
  if (found.length === 0) return [];
  const newest = await journeysList(store, {
    ...fitting(filter),
    definitions: found.map(({ definition }) => definition),
    kinds: found.map(({ subject_kind }) => subject_kind),
    ids: found.map(({ subject }) => subject),
    version: found.reduce((least, { version }) => (version < least ? version : least), VERSION_MAX),
  });
  const byPlace = new Map(newest.map((row) => [placeOf(row), row]));
  // A journey that was found by several of its rows is shown once.
  return [...new Set(found.map(placeOf))].flatMap((place) => byPlace.get(place) ?? []);
}

const VERSION_MAX = 2n ** 64n - 1n;

function placeOf({ started_ns, definition, subject_kind, subject }: JourneyRow | Found): string {
  return JSON.stringify([String(started_ns), definition, subject_kind, subject]);
}

function fitting({ tenant, nowNs, state, step, tags = [] }: JourneyFilter) {
  return {
    tenant,
    now_ns: nowNs,
    state: state ?? "",
    step: step ?? "",
    wanted_names: tags.map(({ name }) => name),
    wanted_values: tags.map(({ value }) => value),
  };
}

function range({ definition, sinceMs, untilMs }: JourneyFilter) {
  return {
    definition: definition ?? "",
    since_ns: sinceMs === undefined ? 0n : BigInt(sinceMs) * 1_000_000n,
    until_ns: untilMs === undefined ? FOREVER_NS : BigInt(untilMs) * 1_000_000n,
  };
}

function positionOf({ cursor }: JourneyFilter) {
  if (cursor === undefined)
    return { before_ns: FOREVER_NS, after_definition: "", after_kind: "", after_subject: "" };
  const { ns, definition, kind, id } = JourneyCursor.parse(cursor);
  return { before_ns: BigInt(ns), after_definition: definition, after_kind: kind, after_subject: id };
}

function positionAfter({ started_ns, definition, subject_kind, subject }: Found) {
  return {
    before_ns: started_ns,
    after_definition: definition,
    after_kind: subject_kind,
    after_subject: subject,
  };
}

function cursorAfter({ started_ns, definition, subject_kind, subject }: JourneyRow): string {
  return JourneyCursor.render({ ns: String(started_ns), definition, kind: subject_kind, id: subject });
}
