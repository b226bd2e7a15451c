/**
 * Pace: long work in short stretches, so that requests are answered in between.
 *
 *   whoever has much to do → [pace] → the same, a little later
 */
import { setImmediate as letOthers } from "node:timers/promises";

/** Longest stretch without letting others in; ms. */
const STRETCH_MS = 1;

/** To be awaited after each piece of work: lets others in when that is due. */
export function breather(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs < STRETCH_MS) return;
    await letOthers();
    sinceMs = performance.now();
  };
}

/** Does the work for each, in order. What happens in between may change what it works on. */
export async function paced<T, R>(items: Iterable<T>, work: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  const breathe = breather();
  for (const item of items) {
    results.push(work(item));
    await breathe();
  }
  return results;
}
