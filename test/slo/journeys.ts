/**
 * Journeys: rows of the table, told in the few words that the objectives look at, for the tests of this folder.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Store } from "../../ingest/store.ts";

/** One version of one journey. */
export interface JourneyRow {
  /** when it counts: its end, or the deadline of an open one; epoch ms */
  readonly atMs: number;
  readonly outcome: "good" | "bad" | "open" | "excluded" | "merged";
  /** `ORD-<id>`; a journey of its own unless given */
  readonly id?: number;
  /** @default order.id; another is provisional */
  readonly kind?: string;
  readonly version?: number;
  /** default 100 */
  readonly tookMs?: number;
  /** failed or, while open, awaited */
  readonly step?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** when steps were reached; epoch ms */
  readonly steps?: Readonly<Record<string, number | null>>;
}

const STATES = { good: "succeeded", bad: "failed", open: "open", excluded: "compensated", merged: "merged" };
const VERDICTS = { good: "good", bad: "bad", open: "none", excluded: "excluded", merged: "bad" };

let nextId = 1_000_000;

/** Makes the tables that objectives are kept in, as the migrations do; empty, also when they are there. */
export async function journeysTable(store: Store): Promise<void> {
  const folder = new URL("../../ingest/schema/", import.meta.url);
  const files = readdirSync(folder).filter((file) => /_(journeys|alert_states|annotations)\.sql$/.test(file));
  for (const file of files) {
    await store.command(readFileSync(new URL(file, folder), "utf8"));
    await store.command(`TRUNCATE TABLE ${file.replace(/^\d+_|\.sql$/g, "")}`);
  }
}

/** One store for all tests of a block, with empty tables for each: opening one takes longer than most of them ask of it. */
export function oneStore(openNew: () => Promise<Store>): () => Promise<Store> {
  let opened: Promise<Store> | null = null;
  return async () => {
    opened ??= openNew();
    await journeysTable(await opened);
    return opened;
  };
}

/** Writes the rows in one insert. */
export async function tellJourneys(
  store: Store,
  rows: readonly JourneyRow[],
  definition = "create-order",
): Promise<void> {
  if (rows.length === 0) return;
  await store.command(INSERT, { definition, lines: rows.map((row) => JSON.stringify(said(row))) });
}

function said(row: JourneyRow) {
  const { atMs, outcome, id = nextId++, version = 1, tookMs = 100, step = "", tags = {}, steps = {} } = row;
  const isOpen = outcome === "open";
  return {
    kind: row.kind ?? "order.id",
    subject: `ORD-${id}`,
    version,
    state: STATES[outcome],
    startedMs: atMs - tookMs,
    endedMs: isOpen ? null : atMs,
    deadlineMs: isOpen ? atMs : atMs + 900_000,
    verdict: VERDICTS[outcome],
    failed: isOpen ? "" : step,
    next: isOpen ? step : "",
    tags,
    stepNames: Object.keys(steps),
    stepMs: Object.values(steps),
  };
}

/** As lines of JSON: thousands of rows are parsed much faster than as values. */
const INSERT = `INSERT INTO journeys (tenant, definition, subject_kind, subject, version, owner, state, started_at, ended_at,
  deadline, verdict, counted_at, failed_step, next_step, tags, step_names, step_at)
SELECT '', {definition:String}, JSONExtractString(line, 'kind'), JSONExtractString(line, 'subject'), JSONExtractUInt(line, 'version'),
  'checkout-team', JSONExtractString(line, 'state'),
  fromUnixTimestamp64Milli(JSONExtractInt(line, 'startedMs'), 'UTC'),
  fromUnixTimestamp64Milli(JSONExtract(line, 'endedMs', 'Nullable(Int64)'), 'UTC') AS ended,
  fromUnixTimestamp64Milli(JSONExtractInt(line, 'deadlineMs'), 'UTC'), JSONExtractString(line, 'verdict'), ended,
  JSONExtractString(line, 'failed'), JSONExtractString(line, 'next'), JSONExtract(line, 'tags', 'Map(String, String)'),
  JSONExtract(line, 'stepNames', 'Array(String)'),
  arrayMap(ms -> fromUnixTimestamp64Milli(ms, 'UTC'), JSONExtract(line, 'stepMs', 'Array(Nullable(Int64))'))
FROM (SELECT arrayJoin({lines:Array(String)}) AS line)`;
