/**
 * Backoff: how long to wait before the next try.
 *
 *   pipeline, patient, outbox → [backoff]
 */

const FIRST_MS = 250;

/** Doubles with every failure up to a limit, with jitter, so that many who failed at once do not come back at once; ms. */
export function pauseAfter(failures: number, mostMs: number, firstMs = FIRST_MS): number {
  return Math.min(mostMs, firstMs * 2 ** failures) * (0.5 + Math.random() / 2);
}
