/**
 * Journeys: which of the settled journeys need a new row.
 *
 *   settle → [journeys] → pipeline writes
 *
 * A row is written when what it says changed since this process last wrote it; what it forgot it writes again, which
 * the table takes. A provisional journey that is no more gets a closing row, if it ever had one.
 */
import { z } from "zod";
import type { JourneyRow } from "./blocks.ts";
import type { Journey } from "./journey.ts";
import type { Merged, Settled } from "./settle.ts";
import { statement } from "./statements.ts";
import type { Store } from "./store.ts";

/** Per journey what its last row said; a bounded memory, never the truth. */
export type WrittenRows = Map<string, string>;

const REMEMBERED_MAX = 100_000;

const provisionalRows = statement(new URL("./sql/provisional_rows.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    definitions: z.array(z.string()),
    kinds: z.array(z.string()),
    ids: z.array(z.string()),
  }),
  row: z.object({ definition: z.string(), subject_kind: z.string(), subject: z.string() }),
});

/** Where rows go. */
export interface Rows {
  readonly store: Store;
  readonly tenant: string;
  readonly written: WrittenRows;
}

/** The rows to write. Remember them with `rememberRows` once they are written, not before. */
export async function changedRows(rows: Rows, settled: Settled): Promise<JourneyRow[]> {
  const { tenant, written } = rows;
  const changed = settled.journeys.filter(
    (journey) => written.get(nameOf(tenant, journey)) !== sayingOf(journey),
  );
  return [...changed, ...(await existing(rows, settled.merged))];
}

/** Notes what was written; the oldest notes go when there are too many. */
export function rememberRows({ tenant, written }: Rows, rows: readonly JourneyRow[]): void {
  for (const row of rows) {
    if ("into" in row) continue;
    written.delete(nameOf(tenant, row));
    written.set(nameOf(tenant, row), sayingOf(row));
    const [oldest] = written.keys();
    if (written.size > REMEMBERED_MAX && oldest !== undefined) written.delete(oldest);
  }
}

function nameOf(tenant: string, { definition, subject }: Journey): string {
  return [tenant, definition, subject.kind, subject.id].join("\n");
}

/** What a row says of a journey, without what only the clock changes. */
function sayingOf(journey: Journey): string {
  const { definitionVersion, startedNs, endedNs, compensatedNs, steps, tags } = journey;
  const course = [definitionVersion, startedNs, endedNs, compensatedNs].map(String);
  const reason = journey.state === "overdue" ? null : journey.reason;
  return JSON.stringify([course, reason, steps.map((step) => [step.hopId, String(step.atNs)]), [...tags]]);
}

async function existing({ store, tenant }: Rows, merged: readonly Merged[]): Promise<Merged[]> {
  if (merged.length === 0) return [];
  const found = await provisionalRows(store, {
    tenant,
    definitions: [...new Set(merged.map(({ definition }) => definition))],
    kinds: merged.map(({ subject }) => subject.kind),
    ids: merged.map(({ subject }) => subject.id),
  });
  const open = new Set(found.map((row) => [row.definition, row.subject_kind, row.subject].join("\n")));
  return merged.filter(({ definition, subject }) =>
    open.has([definition, subject.kind, subject.id].join("\n")),
  );
}
