/**
 * Dead letters: what was refused at the edge, and why. A to-do list.
 *
 *   table dead_letters → [dead_letters] → /v1/dead-letters, command line
 *
 * Reads only; the bytes of a record are not in the list.
 */
import { z } from "@hono/zod-openapi";
import { FOREVER_MS, LETTER_STATUSES, type LetterStatus } from "../ingest/letter_store.ts";
import { Int64, statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import { Time } from "./answer.ts";
import { cursorOf } from "./cursor.ts";
import { plain, renderCount, renderList, renderTime } from "./phrase.ts";

/** One refused record. */
export const DeadLetterItem = z
  .object({
    id: z.string(),
    receivedAt: Time,
    signal: z.string().describe("the door it came through: traces, logs or events"),
    reason: z.string().describe("a stable code"),
    text: z.string().describe("the reason in words"),
    position: z.string().describe("where it stood in its delivery"),
    sender: z.string(),
    contentType: z.string(),
    bytes: z.int().describe("how much of it is kept; 0 when it was too large"),
    status: z.enum(LETTER_STATUSES).describe("what was done about it last"),
  })
  .openapi("DeadLetterItem");

/** A page of refused records. */
export const DeadLetterList = z
  .object({ deadLetters: z.array(DeadLetterItem), nextCursor: z.string().optional() })
  .openapi("DeadLetterList");

export type DeadLetterList = z.infer<typeof DeadLetterList>;

/** What is asked for. */
export interface DeadLetterFilter {
  readonly tenant: string;
  /** count ≥ 1 */
  readonly limit: number;
  readonly signal?: string | undefined;
  readonly reason?: string | undefined;
  readonly status?: LetterStatus | undefined;
  /** received in [sinceMs, untilMs); epoch milliseconds */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly cursor?: string | undefined;
}

const deadLetters = statement(new URL("./sql/dead_letters.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    since_ms: z.int(),
    until_ms: z.int(),
    signal: z.string(),
    reason: z.string(),
    status: z.string(),
    before_ms: z.int(),
    after_letter: z.string(),
    limit: z.int(),
  }),
  row: z.object({
    letter: z.string(),
    received_ms: Int64,
    signal: z.string(),
    reason: z.string(),
    text: z.string(),
    position: z.string(),
    sender: z.string(),
    content_type: z.string(),
    size: z.string().transform(Number),
    status: z.enum(LETTER_STATUSES),
  }),
});

const LetterCursor = cursorOf(z.object({ ms: z.int().min(0), letter: z.string() }));

/**
 * A page of refused records, newest first.
 *
 * @throws {Failure} `bad_request` when the cursor is not one, `store_unavailable` when the store does not answer
 */
export async function listDeadLetters(store: Store, filter: DeadLetterFilter): Promise<DeadLetterList> {
  const {
    tenant,
    limit,
    signal = "",
    reason = "",
    status = "",
    sinceMs = 0,
    untilMs = FOREVER_MS,
    cursor,
  } = filter;
  const { ms, letter } = cursor === undefined ? { ms: FOREVER_MS, letter: "" } : LetterCursor.parse(cursor);
  const window = { since_ms: sinceMs, until_ms: untilMs, before_ms: ms, after_letter: letter };
  const rows = await deadLetters(store, { tenant, signal, reason, status, ...window, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = last !== undefined && rows.length > shown.length;
  return {
    deadLetters: shown.map(({ letter: id, received_ms, content_type, size, ...row }) => ({
      id,
      receivedAt: renderTime(received_ms * 1_000_000n),
      ...row,
      contentType: content_type,
      bytes: size,
    })),
    ...(hasMore
      ? { nextCursor: LetterCursor.render({ ms: Number(last.received_ms), letter: last.letter }) }
      : {}),
  };
}

/** A list for a terminal: one record a line; nothing when there is none. */
export function renderDeadLetters({ deadLetters }: DeadLetterList): string {
  const lines = deadLetters.map(
    ({ id, receivedAt, status, signal, reason, text, sender }) =>
      `${receivedAt.slice(0, 19)}Z  ${id}  ${status.padEnd(12)}  ${plain(signal)}  ${plain(reason)}: ${plain(text)}  ${plain(sender)}`,
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** What was refused for one reason. */
export const DeadLetterGroup = z
  .object({
    signal: z.string(),
    reason: z.string(),
    letters: z.int(),
    waiting: z.int().describe("neither stored meanwhile nor given up"),
    oldestAt: Time,
    newestAt: Time,
    senders: z.int().describe("how many different senders, about"),
    example: z.object({ id: z.string(), text: z.string() }),
  })
  .openapi("DeadLetterGroup");

/** Refused records by reason. */
export const DeadLetterGroups = z.object({ groups: z.array(DeadLetterGroup) }).openapi("DeadLetterGroups");

export type DeadLetterGroups = z.infer<typeof DeadLetterGroups>;

const Count = z.string().transform(Number);

const deadLettersByReason = statement(new URL("./sql/dead_letters_by_reason.sql", import.meta.url), {
  params: z.object({ tenant: z.string(), since_ms: z.int(), until_ms: z.int(), signal: z.string() }),
  row: z.object({
    signal: z.string(),
    reason: z.string(),
    letters_count: Count,
    waiting: Count,
    oldest_ms: Int64,
    newest_ms: Int64,
    senders: Count,
    example_text: z.string(),
    example_letter: z.string(),
  }),
});

/** Refused records by signal and reason, those with most that wait first. */
export async function groupDeadLetters(
  store: Store,
  { tenant, signal = "", sinceMs = 0, untilMs = FOREVER_MS }: Omit<DeadLetterFilter, "limit">,
): Promise<DeadLetterGroups> {
  const rows = await deadLettersByReason(store, { tenant, signal, since_ms: sinceMs, until_ms: untilMs });
  return {
    groups: rows.map((row) => ({
      signal: row.signal,
      reason: row.reason,
      letters: row.letters_count,
      waiting: row.waiting,
      oldestAt: renderTime(row.oldest_ms * 1_000_000n),
      newestAt: renderTime(row.newest_ms * 1_000_000n),
      senders: row.senders,
      example: { id: row.example_letter, text: row.example_text },
    })),
  };
}

/** Groups for a terminal: one a line; nothing when there is none. */
export function renderGroups({ groups }: DeadLetterGroups): string {
  const lines = groups.map(
    ({ signal, reason, letters, waiting, newestAt, example }) =>
      `${renderCount(letters, "letter")}, ${waiting} waiting, last ${newestAt.slice(0, 19)}Z  ${plain(signal)}  ${plain(reason)}: ${plain(example.text)}`,
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** So many reasons are named; count. */
const REASONS_MAX = 20;

/** What a terminal is told where nothing fits what was asked: what waits all the same, of all groups. */
export function renderNone({ groups }: DeadLetterGroups): string {
  if (groups.length === 0) return "No dead letters.\n";
  const those = groups.filter(({ waiting }) => waiting > 0);
  const count = those.reduce((sum, { waiting }) => sum + waiting, 0);
  if (count === 0) return "No dead letters fit, and none waits.\n";
  const reasons = [...new Set(those.map(({ reason }) => plain(reason)))];
  const wait = count === 1 ? "1 waits" : `${count} wait`;
  return `No dead letters fit. ${wait}, refused as ${renderList(reasons, REASONS_MAX)}.\n`;
}
