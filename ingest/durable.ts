/**
 * Durable: tables keep what they said is stored.
 *
 *   migrate → [durable] → settings of the tables
 *
 * A server's tables sync what is inserted: ClickHouse leaves that to the page cache unless it is told, and the journal
 * forgets what it was told is stored. On the embedded engine one sync of the file system per journal segment does the
 * same for less (`Store.persist`). There, what a merge was made of stays for a while, in case the disk was full as it
 * ended (mend.ts); a server's operator has backups and a replica for that.
 */
import type { Store } from "./store.ts";

const TABLES = ["hops", "refs", "journeys", "dead_letters", "dead_letter_acts", "writers"] as const;

const SETTINGS = {
  server: "fsync_after_insert = 1, fsync_part_directory = 1",
  // Seconds: several looks of mend.ts, and some hundred parts more on the disk.
  embedded: "old_parts_lifetime = 120",
} as const satisfies Record<Store["shape"], string>;

/** Safe to repeat. @throws {Failure} `store_unavailable` */
export async function makeDurable(store: Store): Promise<void> {
  for (const table of TABLES)
    await store.command(`ALTER TABLE ${table} MODIFY SETTING ${SETTINGS[store.shape]}`);
}
