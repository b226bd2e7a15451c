/**
 * Trouble: whether the store answers, in words that may be shown.
 *
 *   store → [trouble] → readiness
 */
import { setTimeout as sleep } from "node:timers/promises";
import { FAILURES, Failure } from "../errors.ts";
import type { Store } from "./store.ts";

/** After this a store that does not answer counts as away; ms. */
const PING_MS = 2_000;

/** What is wrong with the store; null when it answers in time. */
export async function troubleOf(store: Store): Promise<string | null> {
  const slow = new Failure("store_unavailable", "It is slow.");
  const timer = new AbortController();
  const late = sleep(PING_MS, undefined, { signal: timer.signal }).then(() => Promise.reject(slow));
  try {
    await Promise.race([store.ping(), late]);
    return null;
  } catch (error) {
    return error instanceof Failure ? error.message : FAILURES.store_unavailable.text;
  } finally {
    timer.abort();
    await late.catch(() => undefined);
  }
}
