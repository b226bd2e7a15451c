/**
 * Journeys: which of the settled journeys need a new row.
 *
 *   settle → [journeys] → draft
 *
 * A row is written when what it says changed since this process last wrote it; what it forgot it writes again, which
 * the table takes. A journey that is no more gets a closing row, if it ever had one (provisional.ts).
 */
import { hashesOf } from "./hashes.ts";
import type { Journey } from "./journey.ts";
import { sayingOf, sayingText } from "./saying.ts";
import type { Merged } from "./settle.ts";
import { journeyName } from "./subject.ts";

/** Per journey what its last row said, as a number of 53 bits; a bounded memory, never the truth. */
export type WrittenRows = Map<string, number>;

const REMEMBERED_MAX = 100_000;

/** Where rows go. */
export interface Rows {
  readonly tenant: string;
  readonly written: WrittenRows;
}

/** What to remember of a row that says something new. */
export interface Change {
  readonly name: string;
  readonly said: number;
}

/** Whether a journey needs a new row: null when it does not. Remember it with `rememberRows` once it is written, not before. */
export function changeOf({ tenant, written }: Rows, journey: Journey): Change | null {
  const name = nameOf(tenant, journey);
  const said = numberOf(journey);
  return written.get(name) === said ? null : { name, said };
}

/** Notes what was written, and forgets what was closed; the oldest notes go when there are too many. */
export function rememberRows(
  { tenant, written }: Rows,
  changes: readonly Change[],
  closed: readonly Merged[],
): void {
  for (const row of closed) written.delete(nameOf(tenant, row));
  for (const { name, said } of changes) {
    written.delete(name);
    written.set(name, said);
  }
  let tooMany = written.size - REMEMBERED_MAX;
  if (tooMany <= 0) return;
  for (const oldest of written.keys()) {
    if (tooMany-- <= 0) return;
    written.delete(oldest);
  }
}

function nameOf(tenant: string, { definition, subject }: Pick<Merged, "definition" | "subject">): string {
  return `${tenant}\n${journeyName(definition, subject)}`;
}

/** What a row says, as a number of 53 bits. */
function numberOf(journey: Journey): number {
  const { a, b } = hashesOf(sayingText(sayingOf(journey)));
  return a * 2 ** 21 + (b >>> 11);
}
