/**
 * Tiers: which burn over which windows is worth a page or a ticket.
 *
 *   burn → [tiers] → evaluate
 *
 * Pure. A tier says how much of the budget one long window may spend; its factor follows from the objective's own
 * window. The short window, a twelfth of the long one, clears the alarm soon after the failures stop.
 */
import { compareBurn, type Fraction, type Tally } from "./burn.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Names of the four tiers, most urgent first. */
export const TIER_NAMES = ["page-fast", "page-slow", "ticket-fast", "ticket-slow"] as const;

/** One of the four. */
export type TierName = (typeof TIER_NAMES)[number];

/** Whom a tier wakes: a person now, or a person on a working day. */
export type Severity = "page" | "ticket";

/** One tier of one objective. */
export interface Tier {
  readonly name: TierName;
  readonly severity: Severity;
  /** both windows must burn faster than `factor`; ms */
  readonly longMs: number;
  readonly shortMs: number;
  /** burn rate that spends the tier's share of the budget in one long window */
  readonly factor: Fraction;
}

/** What a tier's windows say: `no_data` when either is empty, and then nothing is decided. */
export type TierVerdict = "burning" | "quiet" | "no_data";

const SHAPES = [
  { name: "page-fast", severity: "page", longMs: HOUR_MS, shortMs: 5 * MINUTE_MS },
  { name: "page-slow", severity: "page", longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS },
  { name: "ticket-fast", severity: "ticket", longMs: DAY_MS, shortMs: 2 * HOUR_MS },
  { name: "ticket-slow", severity: "ticket", longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS },
] as const;

/** Share of the budget one long window may spend, per mille: the SRE workbook's, for windows of about a month. */
const MONTH_SHARES = { "page-fast": 20, "page-slow": 50, "ticket-fast": 100, "ticket-slow": 100 };

/** Sloth's for a week: with a month's shares three days would be a ticket at a fifth of the planned burn. */
const WEEK_SHARES = { "page-fast": 80, "page-slow": 125, "ticket-fast": 200, "ticket-slow": 420 };

/**
 * The tiers of an objective.
 *
 * @param windowMs  length of the objective's window; a tier that looks back further than that is left out
 * @see https://sre.google/workbook/alerting-on-slos/ and github.com/slok/sloth, examples/windows/7d.yaml
 */
export function tiersFor(windowMs: number): readonly Tier[] {
  const shares = windowMs <= 7 * DAY_MS ? WEEK_SHARES : MONTH_SHARES;
  return SHAPES.filter((shape) => shape.longMs <= windowMs).map((shape) => ({
    ...shape,
    factor: reduce(shares[shape.name] * windowMs, 1000 * shape.longMs),
  }));
}

/**
 * What one tier's two windows say. Strictly above the factor in both, and with enough failures to mean something.
 *
 * @param minBadEvents  the long window must hold at least this many bad journeys; count
 */
export function judge(
  tier: Tier,
  target: Fraction,
  seen: { readonly long: Tally; readonly short: Tally; readonly minBadEvents: number },
): TierVerdict {
  const long = compareBurn(seen.long, target, tier.factor);
  const short = compareBurn(seen.short, target, tier.factor);
  if (long === null || short === null) return "no_data";
  return long > 0 && short > 0 && seen.long.bad >= seen.minBadEvents ? "burning" : "quiet";
}

function reduce(numerator: number, denominator: number): Fraction {
  let [a, b] = [numerator, denominator];
  while (b !== 0) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}
