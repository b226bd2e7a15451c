/**
 * Tiers: which burn over which windows is worth a page or a ticket.
 *
 *   burn → [tiers] → evaluate
 *
 * Pure. A tier says how much of the budget one long window may spend; its factor follows from the objective's own
 * period. The short window, a twelfth of the long one, clears the alarm soon after the failures stop.
 */
import type { Fraction, Objective, Severity, TierOverride } from "../ingest/definitions.ts";
import { TIER_NAMES } from "../ingest/yaml_objectives.ts";
import { compareBurn, type Tally } from "./burn.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** One tier of one objective. */
export interface Tier {
  readonly name: string;
  readonly severity: Severity;
  /** both windows must burn faster than `factor`; ms */
  readonly longMs: number;
  readonly shortMs: number;
  /** burn rate that spends the tier's share of the budget in one long window */
  readonly factor: Fraction;
  /** how long it has to burn before it fires; ms */
  readonly afterMs: number;
  /** put on its alerts, over the objective's own */
  readonly labels: ReadonlyMap<string, string>;
}

/** What a tier's windows say: `no_data` when either is empty, and then nothing is decided. */
export type TierVerdict = "burning" | "quiet" | "no_data";

/** Shares are per mille of the budget: the SRE workbook's, and Sloth's for a week. */
const SHAPES = [
  { name: TIER_NAMES[0], severity: "page", longMs: HOUR_MS, month: 20, week: 80 },
  { name: TIER_NAMES[1], severity: "page", longMs: 6 * HOUR_MS, month: 50, week: 125 },
  { name: TIER_NAMES[2], severity: "ticket", longMs: DAY_MS, month: 100, week: 200 },
  { name: TIER_NAMES[3], severity: "ticket", longMs: 3 * DAY_MS, month: 100, week: 420 },
] as const;

/** With a month's shares, three days of a week would be a ticket at a fifth of the planned burn. */
const WEEK_MS = 7 * DAY_MS;

/**
 * The tiers of an objective, most urgent first, those of its own making last.
 *
 * @param periodMs  length of the period that its target is kept over; a tier that looks back further is left out
 * @see https://sre.google/workbook/alerting-on-slos/ and github.com/slok/sloth, examples/windows/7d.yaml
 */
export function tiersOf({ tiers }: Pick<Objective, "tiers">, periodMs: number): readonly Tier[] {
  const own = tiers.filter(({ name }) => !SHAPES.some((shape) => shape.name === name));
  const four = SHAPES.map((shape) => {
    const share = { numerator: periodMs <= WEEK_MS ? shape.week : shape.month, denominator: 1_000 };
    const { name, severity, longMs } = shape;
    const said = tiers.find((tier) => tier.name === name);
    return { shape: { severity, longMs, share }, said: said ?? unsaid(name) };
  });
  const share = { numerator: 1, denominator: 1 };
  const others = own.map((said) => ({
    shape: { severity: "ticket", longMs: HOUR_MS, share } as const,
    said,
  }));
  return [...four, ...others]
    .filter(({ said }) => said.enabled)
    .map(({ shape, said }) => tierOf(shape, said, periodMs))
    .filter((tier) => tier.longMs <= periodMs);
}

/** What one tier is unless something is said of it. */
interface Shape {
  readonly severity: Severity;
  readonly longMs: number;
  readonly share: Fraction;
}

function unsaid(name: string): TierOverride {
  const labels = new Map<string, string>();
  const nothing = { severity: null, budget: null, burn: null, longMs: null, shortMs: null };
  return { name, enabled: true, afterMs: 0, labels, ...nothing };
}

function tierOf(shape: Shape, said: TierOverride, periodMs: number): Tier {
  const longMs = said.longMs ?? shape.longMs;
  const { numerator, denominator } = said.budget ?? shape.share;
  return {
    name: said.name,
    severity: said.severity ?? shape.severity,
    longMs,
    shortMs: said.shortMs ?? twelfthOf(longMs),
    factor: said.burn ?? reduce(BigInt(numerator) * BigInt(periodMs), BigInt(denominator) * BigInt(longMs)),
    afterMs: said.afterMs,
    labels: said.labels,
  };
}

/** On a whole minute, and never none. */
function twelfthOf(longMs: number): number {
  return Math.max(1, Math.round(longMs / 12 / MINUTE_MS)) * MINUTE_MS;
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

function reduce(numerator: bigint, denominator: bigint): Fraction {
  let [a, b] = [numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: Number(numerator / a), denominator: Number(denominator / a) };
}
