/**
 * Readiness: each dependency and what is wrong with it, in words that may be shown.
 *
 *   store, pipeline, journal, backlog → [readiness] → /readyz
 */
import { FAILURES } from "../errors.ts";
import type { BacklogState } from "../ingest/backlog.ts";
import type { PipelineStats } from "../ingest/stats.ts";
import type { Store } from "../ingest/store.ts";
import { troubleOf } from "../ingest/trouble.ts";
import type { Readiness } from "./routes/health.ts";

/** What a process depends on. */
export interface Dependencies {
  readonly store: Store;
  /** null when it takes nothing in */
  readonly intake: {
    readonly pipeline: { readonly stats: Pick<PipelineStats, "trouble"> };
    readonly journal: { readonly trouble: () => Promise<string | null> };
    readonly backlog: { readonly state: () => BacklogState };
  } | null;
  readonly isStopping: boolean;
}

/** How they are at this moment. */
export async function readinessOf({ store, intake, isStopping }: Dependencies): Promise<Readiness> {
  // A store may answer and yet take nothing: its disk is full, its user may only read.
  const trouble = (await troubleOf(store)) ?? intake?.pipeline.stats.trouble ?? null;
  const checks: Record<string, string | null> = { store: trouble };
  if (intake !== null) {
    checks["journal"] = await intake.journal.trouble();
    checks["backlog"] = backlogTrouble(intake.backlog.state());
  }
  return isStopping ? { ...checks, stopping: FAILURES.stopping.text } : checks;
}

function backlogTrouble({ isReplaying, replayedRatio, parked }: BacklogState): string | null {
  if (isReplaying) return `The journal is being replayed, ${Math.floor(replayedRatio * 100)} % done.`;
  return parked > 0 ? `${parked} deliveries wait in the journal for the store to catch up.` : null;
}
