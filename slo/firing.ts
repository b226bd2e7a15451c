/**
 * Firing: what a tier decided, and what makes it decide otherwise.
 *
 *   verdict → [firing] → evaluate
 *
 * Pure. A tier fires once its condition held for as long as it asks. It clears when the condition does not hold at two
 * evaluations a minute apart, as of the first of them, so that one quiet minute does not split an incident in two.
 * Where data is missing it stays as it is, and whatever was on its way begins anew.
 */
import type { TierVerdict } from "./tiers.ts";

/** How long a condition has to be false before a tier clears: two evaluations, a minute apart; ms. */
export const CLEAR_AFTER_MS = 60_000;

/** What one tier decided. */
export interface Firing {
  readonly firing: boolean;
  /** the watermark at which it began to fire, or cleared; null: never did either */
  readonly sinceMs: number | null;
  /** the watermark from which on its condition says otherwise; null: it does not */
  readonly turningMs: number | null;
}

/** A tier that nothing is known of. */
export const NEVER_FIRED: Firing = { firing: false, sinceMs: null, turningMs: null };

/** An evaluation of one tier. */
export interface Evaluation {
  readonly verdict: TierVerdict;
  /** epoch ms UTC */
  readonly watermarkMs: number;
  /** how long it has to burn before it fires; ms */
  readonly afterMs: number;
}

/** What a tier decides, after what it decided before. */
export function decide(before: Firing, { verdict, watermarkMs, afterMs }: Evaluation): Firing {
  if (verdict === "no_data") return { ...before, turningMs: null };
  const says = verdict === "burning";
  if (says === before.firing) return { ...before, turningMs: null };
  const turningMs = before.turningMs ?? watermarkMs;
  const neededMs = says ? afterMs : CLEAR_AFTER_MS;
  if (watermarkMs - turningMs < neededMs) return { ...before, turningMs };
  return { firing: says, sinceMs: says ? watermarkMs : turningMs, turningMs: null };
}
