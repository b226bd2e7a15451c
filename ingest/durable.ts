/**
 * Durable: a server's tables sync what is inserted before they say it is stored.
 *
 *   migrate → [durable] → tables of a server
 *
 * ClickHouse leaves that to the page cache unless it is told, and the journal forgets what it was told is stored. On
 * the embedded engine one sync of the file system per journal segment does the same for less (`Store.persist`), so its
 * tables are left as they are.
 */
import type { Store } from "./store.ts";

const TABLES = ["hops", "refs", "journeys", "dead_letters", "dead_letter_acts", "writers"] as const;

/** Safe to repeat. @throws {Failure} `store_unavailable` */
export async function makeInsertsDurable(store: Store): Promise<void> {
  if (store.shape === "embedded") return;
  for (const table of TABLES)
    await store.command(
      `ALTER TABLE ${table} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1`,
    );
}
