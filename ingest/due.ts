/**
 * Due: whether a cluster is to be settled now.
 *
 *   live → clusters with new facts → [due] → settler
 *
 * Pure. More mostly comes at once, so a cluster is left alone for a moment; but none waits for long.
 */
import type { Cluster } from "./cluster.ts";

/** So long a cluster is left alone after its last fact, when many are waiting: longer, and an outage is felt longer; ms. */
const QUIET_MS = 1_000;
/** No cluster waits longer than this, however much comes; ms. */
export const WAIT_MS_MAX = 5_000;
/** With fewer waiting, none has to wait; count. */
const FEW = 500;

/** How things stand. */
export interface Standing {
  /** epoch ms */
  readonly nowMs: number;
  /** also those that more may come to at any moment */
  readonly everything: boolean;
  /** clusters with facts that are not settled; count */
  readonly waiting: number;
  /** not what lacks facts that are being read back from the journal */
  readonly waitsForJournal: boolean;
  /** what is settled now has to be settled once more */
  readonly isEarly: (cluster: Cluster) => boolean;
}

/** Whether it is time for a cluster. */
export function isDue(cluster: Cluster, standing: Standing): boolean {
  const { nowMs, everything, waiting, waitsForJournal, isEarly } = standing;
  const { touchedMs, dirtyMs, restsUntilMs, isPending } = cluster;
  // What began in the future began before our clock was set back: it must not wait until that is made up for.
  const isOver = (sinceMs: number, ms: number) => nowMs < sinceMs || nowMs - sinceMs >= ms;
  const hasWaited = isOver(dirtyMs ?? nowMs, WAIT_MS_MAX);
  if (isEarly(cluster)) return hasWaited;
  if (everything) return true;
  if (isPending && waitsForJournal) return false;
  if (nowMs < restsUntilMs && nowMs >= restsUntilMs - WAIT_MS_MAX) return false;
  return waiting < FEW || isOver(touchedMs, QUIET_MS) || hasWaited;
}
