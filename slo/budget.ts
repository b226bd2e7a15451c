/**
 * Budget: how many failures an objective allows, and what is left of them.
 *
 *   counts → [budget] → evaluate
 *
 * Pure. Weighted by journeys, never a mean of ratios, and signed: −2 says that three budgets were spent.
 */
import type { Fraction } from "../ingest/definitions.ts";
import { burnRate, type Tally } from "./burn.ts";

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
  const consumedRatio = burnRate(tally, target);
  if (consumedRatio === null) return null;
  const failureShare = (target.denominator - target.numerator) / target.denominator;
  const total = tally.good + tally.bad;
  const allowedJourneys = (total * (target.denominator - target.numerator)) / target.denominator;
  const remainingRatio = 1 - consumedRatio;
  return {
    allowedJourneys,
    consumedRatio,
    remainingRatio,
    remainingJourneys: allowedJourneys - tally.bad,
    remainingMinutes: (remainingRatio * windowMs * failureShare) / 60_000,
    oneFailureRatio: 1 / allowedJourneys,
  };
}

/**
 * How long the rest of the budget lasts if the burn stays as it is: remaining × window ÷ burn.
 * Failures that grow too old to count are not credited, so this errs on the early side.
 *
 * @returns milliseconds ≥ 0, 0 when nothing is left; `null` when nothing burns or nobody knows
 */
export function emptyInMs(remainingRatio: number, burn: number | null, windowMs: number): number | null {
  if (remainingRatio <= 0) return 0;
  return burn === null || burn === 0 ? null : (remainingRatio * windowMs) / burn;
}
