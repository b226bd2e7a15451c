/**
 * Burn: how fast an error budget is being spent, and whether that is too fast.
 *
 *   counts → [burn] → tiers → evaluate
 *
 * Pure. Rates are doubles, for people to read; decisions are made on integers, so that a rate of exactly the factor
 * never fires. Does not know windows or severities: tiers.ts does.
 */

import type { Fraction } from "../ingest/definitions.ts";

/** The journeys of one lookback, by how they count. */
export interface Tally {
  /** journeys that kept the objective; count */
  readonly good: number;
  /** journeys that missed it; count */
  readonly bad: number;
}

/**
 * How many times faster than planned the error budget is being spent.
 *
 * 1 spends the whole budget in exactly one SLO window; 14.4 held for an hour spends 2 % of a 30-day budget (14.4 × 1 h ÷ 720 h).
 *
 * @param tally   the journeys that ended, or should have, in the lookback
 * @param target  wanted share of good journeys; exact fraction in (0, 1): 999/1000, not 99.9
 * @returns       ratio ≥ 0; `null` when nothing was counted, because no traffic is not good traffic
 * @throws {RangeError} outside those ranges: a caller's bug, not bad data
 * @see https://sre.google/workbook/alerting-on-slos/
 */
export function burnRate(tally: Tally, target: Fraction): number | null {
  assertInRange(tally, target);
  const total = tally.good + tally.bad;
  if (total === 0) return null;
  return (tally.bad * target.denominator) / (total * (target.denominator - target.numerator));
}

/**
 * How the burn rate compares with a factor: bad ÷ total ÷ (1 − target) against numerator ÷ denominator, multiplied out.
 *
 * @returns 1 above, 0 exactly at, −1 below; `null` when nothing was counted: none of the three
 * @throws {RangeError} as `burnRate`
 */
export function compareBurn(tally: Tally, target: Fraction, factor: Fraction): -1 | 0 | 1 | null {
  assertInRange(tally, target);
  const total = tally.good + tally.bad;
  if (total === 0) return null;
  const spent = BigInt(tally.bad) * BigInt(target.denominator) * BigInt(factor.denominator);
  const planned = BigInt(total) * BigInt(target.denominator - target.numerator) * BigInt(factor.numerator);
  if (spent === planned) return 0;
  return spent > planned ? 1 : -1;
}

function assertInRange(tally: Tally, target: Fraction): void {
  const counts = [tally.good, tally.bad, target.numerator, target.denominator];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new RangeError(`counts and targets are whole numbers from 0 up, got ${counts.join(", ")}`);
  }
  if (target.numerator === 0 || target.numerator >= target.denominator) {
    throw new RangeError(`a target lies between 0 and 1, got ${target.numerator}/${target.denominator}`);
  }
}
