/**
 * Evaluate: the counts of one objective in, how it stands out.
 *
 *   counts → [evaluate] → view → API, terminal, metrics
 *
 * Pure: the watermark comes with the counts. A tier whose windows are empty keeps the decision it had before, so
 * silence neither pages nor clears a page. Does not count: counts.ts does.
 */
import type { Definition, Objective } from "../ingest/definitions.ts";
import { budgetOf, emptyInMs } from "./budget.ts";
import { burnRate, compareBurn, type Fraction, type Tally } from "./burn.ts";
import { judge, type Tier, type TierName, tiersFor } from "./tiers.ts";
import type { SloView, TierView } from "./view.ts";
import { windowsOf } from "./windows.ts";

/** An objective together with the definition it is a promise about. */
export interface Promised {
  readonly definition: Definition;
  readonly objective: Objective;
}

/** What was counted for one objective. */
export interface Seen {
  /** epoch milliseconds UTC */
  readonly watermarkMs: number;
  /** good and bad in the window of that length, ending at the watermark */
  readonly tally: (windowMs: number) => Tally;
  /** of successful journeys over the objective's window; null when there is none */
  readonly tookMsP99: number | null;
  readonly inFlight: number;
}

/** The burn that "at this rate" speaks of: that of the last hour. */
const CURRENT_MS = 3_600_000;

const ALL_OF_IT: Fraction = { numerator: 1, denominator: 1 };

/** The public name of an objective: `definition.objective`. */
export function idOf({ definition, objective }: Promised): string {
  return `${definition.name}.${objective.name}`;
}

/**
 * How an objective stands.
 *
 * @param firing  the tiers that fired at the evaluation before this one
 */
export function evaluate(promised: Promised, seen: Seen, firing: ReadonlySet<TierName>): SloView {
  const { definition, objective } = promised;
  const { target, windowMs, withinMs } = objective;
  const own = seen.tally(windowMs);
  const tiers = tiersFor(windowMs).map((tier) => viewTier(tier, { objective, seen, firing }));
  return {
    id: idOf(promised),
    definition: definition.name,
    name: objective.name,
    owner: definition.owner,
    kind: withinMs === null ? "success" : "latency",
    targetRatio: target.numerator / target.denominator,
    windowMs,
    withinMs,
    watermark: renderTime(seen.watermarkMs),
    state: stateOf(own, target, tiers),
    ...own,
    inFlight: seen.inFlight,
    tookMsP99: seen.tookMsP99,
    windows: windowsOf(objective).map((lengthMs) => viewWindow(lengthMs, seen.tally(lengthMs), target)),
    tiers,
    budget: viewBudget(objective, seen),
  };
}

/** RFC 3339 with nine decimals, of epoch milliseconds UTC. */
export function renderTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000000Z");
}

function viewWindow(windowMs: number, tally: Tally, target: Fraction): SloView["windows"][number] {
  return { windowMs, good: tally.good, bad: tally.bad, burn: burnRate(tally, target) };
}

function viewTier(
  tier: Tier,
  at: { readonly objective: Objective; readonly seen: Seen; readonly firing: ReadonlySet<TierName> },
): TierView {
  const { target, minBadEvents } = at.objective;
  const long = at.seen.tally(tier.longMs);
  const short = at.seen.tally(tier.shortMs);
  const verdict = judge(tier, target, { long, short, minBadEvents: minBadEvents[tier.severity] });
  return {
    name: tier.name,
    severity: tier.severity,
    longMs: tier.longMs,
    shortMs: tier.shortMs,
    factor: tier.factor.numerator / tier.factor.denominator,
    longBurn: burnRate(long, target),
    shortBurn: burnRate(short, target),
    verdict,
    firing: verdict === "no_data" ? at.firing.has(tier.name) : verdict === "burning",
  };
}

function viewBudget({ target, windowMs }: Objective, seen: Seen): SloView["budget"] {
  const budget = budgetOf(seen.tally(windowMs), target, windowMs);
  if (budget === null) return null;
  const burn = burnRate(seen.tally(Math.min(CURRENT_MS, windowMs)), target);
  return { ...budget, emptyInMs: emptyInMs(budget.remainingRatio, burn, windowMs) };
}

function stateOf(own: Tally, target: Fraction, tiers: readonly TierView[]): SloView["state"] {
  const spent = compareBurn(own, target, ALL_OF_IT);
  if (spent === null) return "no_data";
  if (spent >= 0) return "exhausted";
  return tiers.some((tier) => tier.firing) ? "burning" : "ok";
}
