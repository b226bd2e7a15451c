/**
 * Parts: the journeys of a definition, cut into parts that one statement each can count.
 *
 *   journeys → [parts] → marks, recount
 *
 * A statement has limits of time and memory, and a definition may have any number of journeys. Cut by subject, because
 * that is how the table is sorted: each part reads its own granules only, and all rows of a journey are in one part.
 */
import { z } from "zod";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";

/** Rows of one part: a fraction of a second on a quiet core, so that a busy one stays far from the limit. */
const ROWS_MAX = 250_000;

/** Subjects in `[first, beyond)`, as bytes are compared; "" means without a bound. */
export interface Part {
  readonly first: string;
  readonly beyond: string;
}

/** All subjects. */
export const WHOLE: Part = { first: "", beyond: "" };

/** How many rows, and where they can be cut? As slo/sql/cuts.sql says. */
export const cuts = statement(new URL("./sql/cuts.sql", import.meta.url), {
  params: z.object({ tenant: z.string(), definition: z.string() }),
  row: z.object({ rows: z.number(), sample: z.array(z.string()) }),
});

/** Whose journeys, and how many rows a part may have. */
export interface Parting {
  readonly tenant: string;
  readonly definition: string;
  /** @default 250,000 */
  readonly rowsMax?: number | undefined;
}

/** Parts of about the same size that together hold every journey once. @throws {Failure} when the store does not answer */
export async function partsOf(
  store: Store,
  { tenant, definition, rowsMax = ROWS_MAX }: Parting,
): Promise<Part[]> {
  const [row] = await cuts(store, { tenant, definition });
  const { rows, sample } = row ?? { rows: 0, sample: [] };
  const wanted = Math.ceil(rows / rowsMax);
  const bounds = new Set<string>();
  for (let part = 1; part < wanted; part++)
    bounds.add(sample[Math.floor((part * sample.length) / wanted)] ?? "");
  bounds.delete("");
  const firsts = ["", ...bounds];
  return firsts.map((first, at) => ({ first, beyond: firsts[at + 1] ?? "" }));
}
