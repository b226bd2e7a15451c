/**
 * State counts: how many journeys are in each state now?
 *
 *   table journeys → [state counts] → start page
 *
 * The newest row of every journey has to be found for it, which takes seconds once there are millions. So an answer is
 * kept for twenty times as long as it took, one count runs at a time, and who asks meanwhile is told the last one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import { State } from "./journey_search.ts";

/** Journeys by state; states without any are 0. `stuck` are those of the open ones whose next step is past due. */
export type StateCounts = Readonly<Record<State | "stuck", number>>;

const Count = z.string().transform(Number);

const journeysByState = statement(new URL("./sql/journeys_by_state.sql", import.meta.url), {
  params: z.object({ tenant: z.string(), now_ns: z.bigint() }),
  row: z.object({ current: State, journeys: Count, stuck: Count }),
});

/** How many journeys are in each state. */
export async function countJourneys(store: Store, tenant: string, nowNs: bigint): Promise<StateCounts> {
  const rows = await journeysByState(store, { tenant, now_ns: nowNs });
  const counts = { open: 0, overdue: 0, succeeded: 0, failed: 0, compensated: 0, stuck: 0 };
  for (const { current, journeys, stuck } of rows) {
    counts[current] = journeys;
    if (current === "open") counts.stuck = stuck;
  }
  return counts;
}

/** A count costs at most this share of the time. */
const SHARE = 1 / 20;
/** A page does not wait longer than this for a count; ms. */
const PATIENCE_MS = 500;

/**
 * Answers how a count stands: the newest that can be had soon, null while there is none. One that fails, because it takes
 * longer than the store thinks about a question, leaves none, and is not tried again at once either.
 *
 * @param failed  is told why
 */
export function patientCounts(
  count: () => Promise<StateCounts>,
  failed: (error: unknown) => void = () => undefined,
): () => Promise<StateCounts | null> {
  let last: StateCounts | null = null;
  let keptUntilMs = 0;
  let running: Promise<StateCounts | null> | null = null;
  const started = async () => {
    const beganMs = performance.now();
    last = await count().catch((error: unknown) => {
      failed(error);
      return null;
    });
    keptUntilMs = performance.now() + (performance.now() - beganMs) / SHARE;
    running = null;
    return last;
  };
  return async () => {
    if (performance.now() < keptUntilMs) return last;
    running ??= started();
    return Promise.race([running, sleep(PATIENCE_MS, null, { ref: false }).then(() => last)]);
  };
}
