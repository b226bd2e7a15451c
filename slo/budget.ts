/**
 * Budget: how many failures an objective allows, and what is left of them.
 *
 *   counts → [budget] → evaluate
 *
 * Pure. Weighted by journeys, never a mean of ratios, and signed: −2 says that three budgets were spent. A calendar
 * period is held to the journeys that it has had so far, so that early in a month few failures are a large share.
 */
import type { Fraction } from "../ingest/definitions.ts";
import { quotient, spending, type Tally } from "./burn.ts";
import type { Period } from "./windows.ts";

/** The error budget of one window. Ratios are shares of the whole budget. */
export interface Budget {
  /** failures the window's traffic allows; journeys, not whole */
  readonly allowedJourneys: number;
  /** share spent; 1 is all of it, more is overspent */
  readonly consumedRatio: number;
  /** 1 − consumed; negative when overspent */
  readonly remainingRatio: number;
  /** failures that may still come; journeys, negative when overspent */
  readonly remainingJourneys: number;
  /** the same as minutes of total outage at even traffic; negative when overspent */
  readonly remainingMinutes: number;
  /** what one more failure spends; share of the budget */
  readonly oneFailureRatio: number;
}

/**
 * The budget of an objective over its window, or `null` when nothing was counted: no traffic has no budget.
 *
 * @param windowMs  length of the window that `tally` was counted in
 * @throws {RangeError} as `burnRate`
 */
export function budgetOf(tally: Tally, target: Fraction, windowMs: number): Budget | null {
  const { spent, planned } = spending(tally, target);
  if (planned === 0n) return null;
  const whole = BigInt(target.denominator);
  const remainingRatio = quotient(planned - spent, planned);
  const failureShare = quotient(whole - BigInt(target.numerator), whole);
  return {
    allowedJourneys: quotient(planned, whole),
    consumedRatio: quotient(spent, planned),
    remainingRatio,
    remainingJourneys: quotient(planned - spent, whole),
    remainingMinutes: (remainingRatio * windowMs * failureShare) / 60_000,
    oneFailureRatio: quotient(whole, planned),
  };
}

/**
 * How long the rest of the budget lasts if burn and traffic stay as they are. Rolling: remaining × period ÷ burn;
 * failures that grow too old to count are not credited, so this errs on the early side. Calendar: the budget grows
 * with the traffic still to come, so remaining × time gone by ÷ (burn − 1).
 *
 * @returns milliseconds ≥ 0, 0 when nothing is left; `null` when nothing burns, nobody knows, or the budget begins
 *          anew before that
 */
export function emptyInMs(remainingRatio: number, burn: number | null, period: Period): number | null {
  if (remainingRatio <= 0) return 0;
  if (burn === null || burn === 0) return null;
  if (period.resetsAtMs === null) return (remainingRatio * period.lengthMs) / burn;
  if (burn <= 1) return null;
  const lastsMs = (remainingRatio * (period.toMs - period.fromMs)) / (burn - 1);
  return period.toMs + lastsMs >= period.resetsAtMs ? null : lastsMs;
}
