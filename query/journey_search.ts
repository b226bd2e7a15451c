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
import { ask, type Clause, every, sql, value } from "../ingest/clause.ts";
import { Int64 } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import { cursorOf } from "./cursor.ts";

/** The states that a journey can be listed under. */
export const STATES = ["open", "overdue", "succeeded", "failed", "compensated"] as const;

/** One of them. */
export const State = z.enum(STATES);

export type State = z.infer<typeof State>;

/** What is asked for. Everything but the frame is optional. */
export interface JourneyFilter {
  readonly tenant: string;
  readonly nowNs: bigint;
  /** count ≥ 1 */
  readonly limit: number;
  readonly definition?: string | undefined;
  readonly state?: State | undefined;
  /** true: only those that go on though what they wait for is past due */
  readonly stuck?: boolean | undefined;
  /** waits for this step, or failed at it */
  readonly step?: string | undefined;
  /** started in [sinceMs, untilMs); epoch milliseconds */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** each must hold */
  readonly tags?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly cursor?: string | undefined;
}

/** A row of any age, as far as it takes to find the newest. */
const Found = z.object({
  definition: z.string(),
  subject_kind: z.string(),
  subject: z.string(),
  version: Int64,
  started_ns: Int64,
});

const MaybeInt64 = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : BigInt(text)));

const JourneyRow = z.object({
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
});

type Found = z.infer<typeof Found>;

/** The newest row of one journey. */
export type JourneyRow = z.infer<typeof JourneyRow>;

/** Rows in order, and the cursor of what comes after them, if anything does. */
export interface FoundPage {
  readonly rows: readonly JourneyRow[];
  readonly nextCursor?: string;
}

const Position = z.object({
  ns: z.string().regex(/^\d{1,19}$/),
  definition: z.string(),
  kind: z.string(),
  id: z.string(),
});

/** After which journey a page begins. */
type Position = z.infer<typeof Position>;

const JourneyCursor = cursorOf(Position);

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
  let after = filter.cursor === undefined ? null : JourneyCursor.parse(filter.cursor);
  for (let limit = wanted + SPARE; ; limit = Math.max(wanted, Math.min(limit * 4, FOUND_MAX))) {
    const found = await ask(store, rowsFound(filter, { after, limit }), Found);
    rows.push(...(await standing(store, filter, found)));
    const last = found.at(-1);
    if (last === undefined || found.length < limit || rows.length >= wanted) break;
    after = positionOf(last);
  }
  const shown = rows.slice(0, filter.limit);
  const last = shown.at(-1);
  return last !== undefined && rows.length > shown.length
    ? { rows: shown, nextCursor: JourneyCursor.render(positionOf(last)) }
    : { rows: shown };
}

/** Of the journeys found those that fit as they were last folded, in order; one that starts elsewhere by now is met there. */
async function standing(store: Store, filter: JourneyFilter, found: readonly Found[]): Promise<JourneyRow[]> {
  if (found.length === 0) return [];
  const newest = await ask(store, newestRows(filter, found), JourneyRow);
  const byPlace = new Map(newest.map((row) => [placeOf(row), row]));
  // A journey that was found by several of its rows is shown once.
  return [...new Set(found.map(placeOf))].flatMap((place) => byPlace.get(place) ?? []);
}

function placeOf(row: JourneyRow | Found): string {
  return JSON.stringify(positionOf(row));
}

function positionOf({ started_ns, definition, subject_kind, subject }: JourneyRow | Found): Position {
  return { ns: String(started_ns), definition, kind: subject_kind, id: subject };
}

/**
 * Which rows may belong on a page? One per row that was ever written and fits, newest start first, the newest version of
 * a journey before its others. Reads narrow columns, and of those only what is asked about.
 */
export function rowsFound(
  filter: JourneyFilter,
  { after, limit }: { readonly after: Position | null; readonly limit: number },
): Clause {
  const conditions = fitting(filter);
  if (after === null) return rowsWhere(conditions, limit);
  const ns = value("Int64", after.ns);
  const at = sql`toUnixTimestamp64Nano(started_at) = ${ns} AND (definition, subject_kind, subject)
    > (${value("String", after.definition)}, ${value("String", after.kind)}, ${value("String", after.id)})`;
  const before = sql`toUnixTimestamp64Nano(started_at) < ${ns}`;
  // In two: as one condition it would have the ids of all journeys read, for the few that start at the same moment.
  return sql`SELECT * FROM (
      ${rowsWhere([...conditions, at], limit)} UNION ALL ${rowsWhere([...conditions, before], limit)}
    ) ORDER BY started_ns DESC, definition, subject_kind, subject, version DESC LIMIT ${value("UInt32", limit)}`;
}

function rowsWhere(conditions: readonly Clause[], limit: number): Clause {
  return sql`(
    SELECT definition, subject_kind, subject, version, toUnixTimestamp64Nano(started_at) AS started_ns
    FROM journeys WHERE ${every(conditions)}
    ORDER BY started_at DESC, definition, subject_kind, subject, version DESC LIMIT ${value("UInt32", limit)})`;
}

/**
 * Which of these journeys, as last folded, belong on a page? One row per journey that fits, in no order. Reads by the
 * table's key, and no parts that are older than the rows found. Ids alone are compared first: it is quicker than all three.
 */
export function newestRows(filter: JourneyFilter, found: readonly Found[]): Clause {
  const list = (name: "definition" | "subject_kind" | "subject") =>
    value(
      "Array(String)",
      found.map((row) => row[name]),
    );
  const ids = list("subject");
  const oldest = found.reduce((least, { version }) => (version < least ? version : least), VERSION_MAX);
  return sql`
    SELECT definition, owner, subject_kind, subject, ${current(filter)} AS current,
      toUnixTimestamp64Nano(started_at) AS started_ns, toUnixTimestamp64Nano(ended_at) AS ended_ns,
      toUnixTimestamp64Nano(deadline) AS deadline_ns, late, recovered, reason, failed_step,
      next_step, toUnixTimestamp64Nano(next_due) AS next_due_ns, next_owner,
      mapKeys(tags) AS tag_names, mapValues(tags) AS tag_values
    FROM (
      SELECT * FROM journeys
      WHERE tenant = ${value("String", filter.tenant)} AND version >= ${value("UInt64", oldest)} AND subject IN ${ids}
        AND (definition, subject_kind, subject) IN arrayZip(${list("definition")}, ${list("subject_kind")}, ${ids})
      ORDER BY version DESC LIMIT 1 BY definition, subject_kind, subject
    )
    WHERE ${every(fitting(filter))}`;
}

const VERSION_MAX = 2n ** 64n - 1n;

/** The state at the moment of the question: `overdue` is not stored, but read off the clock. */
function current({ nowNs }: JourneyFilter): Clause {
  return sql`if(state = 'open' AND ${isOverdue(nowNs)}, 'overdue', toString(state))`;
}

function isOverdue(nowNs: bigint): Clause {
  return sql`toUnixTimestamp64Nano(deadline) < ${value("Int64", nowNs)}`;
}

/** What it waits for is past due: its next step, or its end when it waits for none. No step is due after its journey. */
function isStuck(nowNs: bigint): Clause {
  return sql`state = 'open' AND toUnixTimestamp64Nano(ifNull(next_due, deadline)) < ${value("Int64", nowNs)}`;
}

/** What a row must fit, whichever way it was found. Only what is asked: every column more is read for every row. */
function fitting(filter: JourneyFilter): Clause[] {
  const { tenant, nowNs, definition, stuck, step, sinceMs, untilMs, tags = [] } = filter;
  const text = (given: string) => value("String", given);
  return [
    sql`tenant = ${text(tenant)}`,
    inState(filter),
    ...(stuck === true ? [isStuck(nowNs)] : []),
    ...(definition === undefined ? [] : [sql`definition = ${text(definition)}`]),
    ...(step === undefined ? [] : [sql`next_step = ${text(step)} OR failed_step = ${text(step)}`]),
    ...(sinceMs === undefined ? [] : [sql`toUnixTimestamp64Milli(started_at) >= ${value("Int64", sinceMs)}`]),
    ...(untilMs === undefined ? [] : [sql`toUnixTimestamp64Milli(started_at) < ${value("Int64", untilMs)}`]),
    ...tags.map(({ name, value: wanted }) => sql`tags[${text(name)}] = ${text(wanted)}`),
  ];
}

/** Provisional journeys that moved into another are none. */
function inState({ state, nowNs }: JourneyFilter): Clause {
  if (state === undefined) return sql`state != 'merged'`;
  if (state === "overdue") return sql`state = 'open' AND ${isOverdue(nowNs)}`;
  if (state === "open") return sql`state = 'open' AND NOT (${isOverdue(nowNs)})`;
  return sql`state = ${value("String", state)}`;
}
