/**
 * Letter store: dead letters read whole, and what was done about them written down.
 *
 *   dead_letters, dead_letter_acts → [letter_store] → resend → [letter_store] → dead_letter_acts
 *
 * Nothing is ever changed in place: an act is a row of its own, and the last one says how a letter stands.
 */
import { z } from "zod";
import type { Signal } from "../collector/request.ts";
import type { StoredLetter } from "./letter_block.ts";
import { encodeBlock } from "./native.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

/** How a letter may stand: untouched, stored meanwhile, refused once more, or given up by somebody. */
export const LETTER_STATUSES = ["new", "replayed", "failed_again", "discarded"] as const;

/** How a letter stands. */
export type LetterStatus = (typeof LETTER_STATUSES)[number];

/** What can be done about a letter. */
export type Act = Exclude<LetterStatus, "new">;

const SIGNALS = ["traces", "logs", "events"] as const satisfies readonly Signal[];

/** A dead letter with its bytes. */
export interface WholeLetter extends StoredLetter {
  /** 32 lowercase hex digits */
  readonly id: string;
  readonly reason: string;
  readonly text: string;
  /** where it stood in its delivery */
  readonly position: string;
  /** a body of its own; empty when it was too large to keep */
  readonly bytes: Uint8Array;
  readonly status: LetterStatus;
  /** how often it was sent again; count */
  readonly tries: number;
  /** when and how the last act ended; null for a new one */
  readonly acted: { readonly atMs: number; readonly text: string } | null;
}

/** Which letters are wanted; what is left out filters nothing. */
export interface LetterFilter {
  readonly tenant: string;
  readonly ids?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly signal?: string | undefined;
  /** received in [sinceMs, untilMs); epoch milliseconds */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** only those that are neither stored nor given up */
  readonly open?: boolean;
}

/** A place between two letters: behind the one received then, of that id. */
export interface LetterPlace {
  readonly ms: number;
  readonly id: string;
}

/** End of what a DateTime64 with milliseconds can say; epoch milliseconds. */
export const FOREVER_MS = Date.UTC(2299, 0, 1);

/** The statement behind `readLetters`. */
export const lettersWhole = statement(new URL("./sql/letters_whole.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    ids: z.array(z.string()),
    reason: z.string(),
    signal: z.string(),
    since_ms: z.int(),
    until_ms: z.int(),
    open: z.boolean(),
    after_ms: z.int(),
    after_letter: z.string(),
    limit: z.int(),
  }),
  row: z.object({
    letter: z.string(),
    received_ms: Int64,
    signal: z.enum(SIGNALS),
    reason: z.string(),
    text: z.string(),
    position: z.string(),
    sender: z.string(),
    content_type: z.string(),
    headers: z.string().transform(headersIn),
    body: z.string(),
    status: z.enum(LETTER_STATUSES),
    tries: Int64,
    acted_ms: Int64,
    acted_text: z.string(),
  }),
});

/** So many letters at most, oldest first. A letter has up to 256 KiB, so ask for some hundred at a time. */
export async function readLetters(
  store: Store,
  filter: LetterFilter,
  { after, limit }: { readonly after: LetterPlace | null; readonly limit: number },
): Promise<WholeLetter[]> {
  const { tenant, ids = [], reason = "", signal = "", sinceMs = 0, untilMs = FOREVER_MS } = filter;
  const rows = await lettersWhole(store, {
    tenant,
    ids: [...ids],
    reason,
    signal,
    since_ms: sinceMs,
    until_ms: untilMs,
    open: filter.open ?? false,
    after_ms: after?.ms ?? -1,
    after_letter: after?.id ?? "",
    limit,
  });
  return rows.map((row) => ({
    id: row.letter,
    signal: row.signal,
    reason: row.reason,
    text: row.text,
    position: row.position,
    sender: row.sender,
    contentType: row.content_type,
    headers: row.headers,
    receivedMs: Number(row.received_ms),
    bytes: Buffer.from(row.body, "base64"),
    status: row.status,
    tries: Number(row.tries),
    acted: row.status === "new" ? null : { atMs: Number(row.acted_ms), text: row.acted_text },
  }));
}

function headersIn(text: string): Record<string, string> {
  return z.record(z.string(), z.string()).parse(JSON.parse(text));
}

/** Something done about a letter. */
export interface LetterAct {
  readonly letter: Pick<WholeLetter, "id" | "receivedMs">;
  readonly act: Act;
  /** how it ended, or why it was given up; one line */
  readonly text: string;
}

/** Writes acts down. */
export async function recordActs(
  store: Store,
  acts: readonly LetterAct[],
  { tenant, atMs }: { readonly tenant: string; readonly atMs: number },
): Promise<void> {
  if (acts.length === 0) return;
  const block = encodeBlock([
    { name: "tenant", type: "LowCardinality(String)", values: acts.map(() => tenant) },
    { name: "id", type: "Bytes", values: acts.map(({ letter }) => Buffer.from(letter.id, "hex")) },
    { name: "at", type: "DateTime64(3, 'UTC')", values: acts.map(() => BigInt(atMs)) },
    { name: "act", type: "LowCardinality(String)", values: acts.map(({ act }) => act) },
    { name: "text", type: "String", values: acts.map(({ text }) => text) },
    {
      name: "received_at",
      type: "DateTime64(3, 'UTC')",
      values: acts.map(({ letter }) => BigInt(letter.receivedMs)),
    },
  ]);
  await store.insertNative("dead_letter_acts", [block]);
}
