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

/** Failures against what is planned of them, both multiplied by the same number, so that both are whole. */
export interface Spending {
  readonly spent: bigint;
  /** 0 only when nothing was counted */
  readonly planned: bigint;
}

/**
 * What an objective has spent of what it may: bad of (good + bad) × (1 − target).
 *
 * @throws {RangeError} when counts are not whole or negative, or the target is not in (0, 1): a caller's bug, not bad data
 */
export function spending(tally: Tally, target: Fraction): Spending {
  assertInRange(tally, target);
  const failures = BigInt(target.denominator) - BigInt(target.numerator);
  return {
    spent: BigInt(tally.bad) * BigInt(target.denominator),
    planned: (BigInt(tally.good) + BigInt(tally.bad)) * failures,
  };
}

/** A quotient as a double, for people to read: no further off than three steps of its last digit. */
export function quotient(numerator: bigint, denominator: bigint): number {
  return Number(numerator) / Number(denominator);
}

/**
 * How many times faster than planned the error budget is being spent.
 *
 * 1 spends the whole budget in exactly one SLO window; 14.4 held for an hour spends 2 % of a 30-day budget (14.4 × 1 h ÷ 720 h).
 *
 * @param tally   the journeys that ended, or should have, in the lookback
 * @param target  wanted share of good journeys; exact fraction in (0, 1): 999/1000, not 99.9
 * @returns       ratio ≥ 0; `null` when nothing was counted, because no traffic is not good traffic
 * @throws {RangeError} as `spending`
 * @see https://sre.google/workbook/alerting-on-slos/
 */
export function burnRate(tally: Tally, target: Fraction): number | null {
  const { spent, planned } = spending(tally, target);
  return planned === 0n ? null : quotient(spent, planned);
}

/**
 * How the burn rate compares with a factor: bad ÷ total ÷ (1 − target) against numerator ÷ denominator, multiplied out.
 *
 * @returns 1 above, 0 exactly at, −1 below; `null` when nothing was counted: none of the three
 * @throws {RangeError} as `spending`
 */
export function compareBurn(tally: Tally, target: Fraction, factor: Fraction): -1 | 0 | 1 | null {
  const { spent, planned } = spending(tally, target);
  if (planned === 0n) return null;
  const [left, right] = [spent * BigInt(factor.denominator), planned * BigInt(factor.numerator)];
  if (left === right) return 0;
  return left > right ? 1 : -1;
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
