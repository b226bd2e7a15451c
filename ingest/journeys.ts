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

/** The rows to write. */
export async function changedRows(rows: Rows, settled: Settled): Promise<JourneyRow[]> {
  const changed = settled.journeys.filter((journey) => remember(rows, journey));
  return [...changed, ...(await existing(rows, settled.merged))];
}

function remember({ tenant, written }: Rows, journey: Journey): boolean {
  const key = [tenant, journey.definition, journey.subject.kind, journey.subject.id].join("\n");
  const said = JSON.stringify([journey.facts, journey.state === "overdue" ? "open" : journey.state]);
  if (written.get(key) === said) return false;
  written.delete(key);
  written.set(key, said);
  const [oldest] = written.keys();
  if (written.size > REMEMBERED_MAX && oldest !== undefined) written.delete(oldest);
  return true;
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
