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

/** Writes the rows in one insert. */
export async function tellJourneys(
  store: Store,
  rows: readonly JourneyRow[],
  definition = "create-order",
): Promise<void> {
  if (rows.length === 0) return;
  await store.command(
    `INSERT INTO journeys (tenant, definition, subject_kind, subject, version, owner, state, started_at, ended_at, deadline,
       verdict, counted_at, failed_step, next_step, tags, step_names, step_at) VALUES ${rows.map((row) => values(row, definition)).join(", ")}`,
  );
}

function values(row: JourneyRow, definition: string): string {
  const { atMs, outcome, id = nextId++, version = 1, tookMs = 100, step = "", tags = {}, steps = {} } = row;
  const time = (ms: number) => `fromUnixTimestamp64Milli(${ms}, 'UTC')`;
  const isOpen = outcome === "open";
  return `('', '${definition}', 'order.id', 'ORD-${id}', ${version}, 'checkout-team', '${STATES[outcome]}',
    ${time(atMs - tookMs)}, ${isOpen ? "NULL" : time(atMs)}, ${time(isOpen ? atMs : atMs + 900_000)},
    '${VERDICTS[outcome]}', ${isOpen ? "NULL" : time(atMs)}, '${isOpen ? "" : step}', '${isOpen ? step : ""}',
    map(${Object.entries(tags).flatMap((pair) => pair.map((text) => `'${text}'`))})::Map(String, String),
    [${Object.keys(steps).map((name) => `'${name}'`)}]::Array(String),
    [${Object.values(steps).map((ms) => (ms === null ? "NULL" : time(ms)))}]::Array(Nullable(DateTime64(9, 'UTC'))))`;
}
