/**
 * Store metrics: how the store lies on disk and what its merges cost, in Prometheus' text format.
 *
 *   system tables → [store_metrics] → /metrics
 *
 * Parts that grow without end, or rows that are merged again and again, are the two ways in which a store falls behind.
 * Left out while the store does not answer, and where a server does not let us see.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Counter, Gauge, Registry } from "prom-client";
import { z } from "zod";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";

const Count = z.coerce.number();

/** How large is each table, and in how many parts does it lie? */
export const storeParts = statement(new URL("./sql/store_parts.sql", import.meta.url), {
  params: z.object({}),
  row: z.object({ table: z.string(), parts: Count, stored_rows: Count, bytes: Count }),
});

/** How many rows has the engine inserted, and how many has it merged? */
export const storeWork = statement(new URL("./sql/store_work.sql", import.meta.url), {
  params: z.object({}),
  row: z.object({ inserted_rows: Count, merged_rows: Count }),
});

/** Who scrapes waits ten seconds by default, and has to get the rest by then; ms. */
const PATIENCE_MS = 3_000;

/** The store as a page of its own, to be put behind the others; "" when it does not tell, or not soon. */
export async function renderStoreMetrics(store: Store, patienceMs = PATIENCE_MS): Promise<string> {
  const telling = Promise.all([storeParts(store, {}), storeWork(store, {})]).catch(() => [[], []] as const); // nothing told
  const patience = new AbortController();
  const waited = sleep(patienceMs, undefined, { signal: patience.signal, ref: false })
    .catch(() => undefined)
    .then(() => [[], []] as const); // nothing told in time
  const [tables, [work]] = await Promise.race([telling, waited]);
  patience.abort();
  const registry = new Registry();
  const settings = (name: string, help: string, labelNames: string[] = []) => ({
    name: `waybill_store_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const gauge = (...told: Parameters<typeof settings>) => new Gauge(settings(...told));
  // The registry is new each time, so that adding once sets what the engine counted.
  const total = (...told: Parameters<typeof settings>) => new Counter(settings(...told));
  const parts = gauge("parts", "Parts on disk.", ["table"]);
  const rows = gauge("rows", "Rows, versions that a merge will collapse included.", ["table"]);
  const bytes = gauge("bytes", "Size on disk with indexes; bytes.", ["table"]);
  for (const told of tables) {
    parts.set({ table: told.table }, told.parts);
    rows.set({ table: told.table }, told.stored_rows);
    bytes.set({ table: told.table }, told.bytes);
  }
  if (work === undefined) return "";
  total("inserted_rows_total", "Rows inserted since the engine started.").inc(work.inserted_rows);
  total("merged_rows_total", "Rows read by merges since the engine started.").inc(work.merged_rows);
  return registry.metrics();
}
