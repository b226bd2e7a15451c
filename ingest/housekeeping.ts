/**
 * Housekeeping: what a service does about its store now and then, nobody asking.
 *
 *   serve → [housekeeping] → retention, mend
 */
import { mendForever, type WatchOptions } from "./mend.ts";
import { type SweepOptions, sweepForever } from "./retention.ts";

/** What all of it needs. */
export type HousekeepingOptions = Omit<SweepOptions & WatchOptions, "everyMs">;

/** Begins. What it answers ends it, and resolves when nothing of it runs any more. */
export function keepHouse(options: HousekeepingOptions): () => Promise<void> {
  const ending = new AbortController();
  const kept = [sweepForever(options, ending.signal), mendForever(options, ending.signal)];
  return async () => {
    ending.abort();
    await Promise.all(kept);
  };
}
