/**
 * Migrate command: brings the store's tables up to date, without serving.
 */

import { storeOptions } from "../config.ts";
import { migrate } from "../ingest/migrate.ts";
import { openStore } from "../ingest/store.ts";
import type { Surroundings } from "./around.ts";

/** Applies what is missing and says what it was. */
export async function migrateStore(around: Surroundings): Promise<number> {
  const store = await openStore(storeOptions(around.config()));
  try {
    const { applied, already } = await migrate(store);
    for (const name of applied) around.print(name);
    around.talk(`${applied.length} applied, ${already.length} already there.`);
    return 0;
  } finally {
    await store.close();
  }
}
