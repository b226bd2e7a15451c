/**
 * Journeys: which of the settled journeys need a new row.
 *
 *   settle → [journeys] → pipeline writes
 *
 * A row is written when what it says changed since this process last wrote it; what it forgot it writes again, which
 * the table takes. A provisional journey that is no more gets a closing row, if it ever had one (provisional.ts).
 */
import type { JourneyRow } from "./blocks.ts";
import type { Journey } from "./journey.ts";
import { hashText } from "./known.ts";
import type { Settled } from "./settle.ts";

/** Per journey what its last row said, as a number of 53 bits; a bounded memory, never the truth. */
export type WrittenRows = Map<string, number>;

const REMEMBERED_MAX = 100_000;

/** Where rows go. */
export interface Rows {
  readonly tenant: string;
  readonly written: WrittenRows;
}

/** The rows to write. Remember them with `rememberRows` once they are written, not before. */
export function changedRows({ tenant, written }: Rows, settled: Settled): JourneyRow[] {
  const changed = settled.journeys.filter(
    (journey) => written.get(nameOf(tenant, journey)) !== sayingOf(journey),
  );
  return [...changed, ...settled.merged];
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
function sayingOf(journey: Journey): number {
  const { definitionVersion, startedNs, endedNs, compensatedNs, steps, tags } = journey;
  const course = [definitionVersion, startedNs, endedNs, compensatedNs].map(String);
  const reason = journey.state === "overdue" ? null : journey.reason;
  const reached = steps.map((step) => [step.hopId, String(step.atNs)]);
  const said = Buffer.from(JSON.stringify([course, reason, reached, [...tags]]));
  return (hashText(said, 0x61) >>> 0) * 2 ** 21 + (hashText(said, 0x62) >>> 11);
}
