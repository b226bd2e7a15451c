/**
 * Mend: takes what a merge was made of in the stead of a merged part that is damaged.
 *
 *   damaged parts → [mend] → table read in anew
 *
 * What a merge was made of stays for a while (durable.ts), so this looks now and then. Only on the embedded engine,
 * whose tables are ours alone. What was damaged as it was inserted is noticed there and then (damaged.ts).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../errors.ts";
import { damagedParts, readAnew } from "./damaged.ts";
import type { Store } from "./store.ts";

/**
 * Mends the merged parts of a time.
 *
 * @param ageMs  how far back that time begins
 * @returns those that were damaged, as `table/part`
 * @throws {Failure} `store_unavailable`; what was mended by then is
 */
export async function mendParts(store: Store, ageMs: number): Promise<string[]> {
  const damaged = await damagedParts(store, ageMs, ({ isInserted }) => !isInserted);
  for (const table of new Set(damaged.map((part) => part.table))) await readAnew(store, table);
  return damaged.map(({ table, name }) => `${table}/${name}`);
}

/** How to watch over the parts of a store. */
export interface WatchOptions {
  readonly store: Store;
  readonly log: { readonly error: (fields: object, text: string) => void };
  /** between two looks; ms. @default 10 s */
  readonly everyMs?: number;
}

/** What merged parts were made of stays for two minutes. */
const EVERY_MS = 10_000;

/** Looks after what came about since the last look. Resolves at the abort, never rejects. */
export async function mendForever(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { store, log, everyMs = EVERY_MS } = options;
  if (store.shape === "server") return;
  for (let lookedMs = performance.now(); !signal.aborted; ) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    const beganMs = performance.now();
    try {
      for (const part of await mendParts(store, beganMs - lookedMs))
        log.error(
          { part },
          "A part was damaged, by a full disk or so: what it was made of is back in its place.",
        );
      lookedMs = beganMs;
    } catch (err) {
      if (!(err instanceof Failure && err.retryable)) log.error({ err }, "Parts could not be looked after.");
    }
  }
}
