/**
 * Evaluate: the counts of one objective in, how it stands out.
 *
 *   counts → [evaluate] → view → API, terminal, metrics, simulate
 *
 * Pure: the watermark comes with the counts. Live objectives and simulated ones come through here alike. Does not
 * count: ledger.ts does.
 */
import type { Definition, Fraction, Objective } from "../ingest/definitions.ts";
import { budgetOf, emptyInMs } from "./budget.ts";
import { burnRate, compareBurn, type Tally } from "./burn.ts";
import type { Span } from "./calendar.ts";
import { coveredBy } from "./exclusions.ts";
import { decide, type Firing, NEVER_FIRED } from "./firing.ts";
import { renderCount } from "./phrase.ts";
import { oneFailure } from "./sanity.ts";
import { type Count, excludedBy, reachOf, withoutExcluded } from "./tally.ts";
import { judge, type Tier, tiersOf } from "./tiers.ts";
import type { SloView, TierView } from "./view.ts";
import { labelOf, lookbacksOf, type Period, periodAt } from "./windows.ts";

/** An objective together with the definition it is a promise about. */
export interface Promised {
  readonly definition: Definition;
  readonly objective: Objective;
}

/** What was counted for one objective. */
export interface Seen {
  /** epoch milliseconds UTC */
  readonly watermarkMs: number;
  /** between any two of `cutsOf`; what the objective excludes is still in it */
  readonly count: Count;
  /** of successful journeys over the objective's window; null when there is none */
  readonly tookMsP99: number | null;
  readonly inFlight: number;
}

/** What each tier decided at the evaluation before, by its name; a tier that is not there never fired. */
export type Decided = ReadonlyMap<string, Firing>;

/** How an objective stands, and what the next evaluation has to know of this one. */
export interface Standing {
  readonly view: SloView;
  readonly decided: Decided;
}

/** The burn that "at this rate" speaks of: that of the last hour. */
const CURRENT_MS = 3_600_000;

const ALL_OF_IT: Fraction = { numerator: 1, denominator: 1 };

/** The public name of an objective: `definition.objective`. */
export function idOf({ definition, objective }: Promised): string {
  return `${definition.name}.${objective.name}`;
}

/** What every part of an evaluation looks at. */
export interface Looking {
  readonly objective: Objective;
  readonly watermarkMs: number;
  readonly period: Period;
  /** without what is excluded */
  readonly count: Count;
}

/** Sets an objective before what was counted up to a watermark, without what it excludes. */
export function look(objective: Objective, watermarkMs: number, raw: Count): Looking {
  const excluded = excludedBy(objective, reachOf(objective, watermarkMs));
  const period = periodAt(objective.window, watermarkMs);
  return { objective, watermarkMs, period, count: withoutExcluded(raw, excluded) };
}

/** How an objective stands, after what was decided before. */
export function evaluate(promised: Promised, seen: Seen, before: Decided): Standing {
  const { definition, objective } = promised;
  const { watermarkMs } = seen;
  const looking = look(objective, watermarkMs, seen.count);
  const { period } = looking;
  const own = looking.count(period);
  const { decided, tiers } = decideTiers(looking, before);
  const view: SloView = {
    id: idOf(promised),
    definition: definition.name,
    name: objective.name,
    owner: definition.owner,
    ...promiseOf(objective),
    windowMs: period.lengthMs,
    resetsAt: period.resetsAtMs === null ? null : renderTime(period.resetsAtMs),
    watermark: renderTime(watermarkMs),
    state: stateOf(own, objective.target, tiers),
    ...own,
    doubts: doubtsAbout(own, objective),
    raw: excludedBy(objective, period).length === 0 ? null : seen.count(period),
    muted: mutedBy(objective, watermarkMs),
    traffic: trafficOf(looking),
    inFlight: seen.inFlight,
    tookMsP99: seen.tookMsP99,
    windows: lookbacksOf(objective, watermarkMs).map((lookback) => viewWindow(lookback, looking)),
    tiers,
    budget: viewBudget(looking),
  };
  return { view, decided };
}

/** RFC 3339 with nine decimals, of epoch milliseconds UTC. */
export function renderTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000000Z");
}

function promiseOf({ measure, target, window }: Objective) {
  return {
    kind: measure.kind,
    step: measure.kind === "step" ? measure.step : null,
    withinMs: measure.kind === "success" ? null : measure.withinMs,
    targetRatio: target.numerator / target.denominator,
    window: labelOf(window),
  };
}

function viewWindow(lookback: Span & { label: string }, { objective, count }: Looking) {
  const tally = count(lookback);
  const windowMs = lookback.toMs - lookback.fromMs;
  return { window: lookback.label, windowMs, ...tally, burn: burnRate(tally, objective.target) };
}

/** What every tier of an objective says at a watermark, and what it decides. */
export function decideTiers(
  looking: Looking,
  before: Decided,
): { readonly tiers: TierView[]; readonly decided: Decided } {
  const decided = new Map<string, Firing>();
  const tiers = tiersOf(looking.objective, looking.period.lengthMs).map((tier) => {
    const { view, firing } = viewTier(tier, looking, before.get(tier.name) ?? NEVER_FIRED);
    decided.set(tier.name, firing);
    return view;
  });
  return { tiers, decided };
}

function viewTier(tier: Tier, { objective, watermarkMs, count }: Looking, before: Firing) {
  const { target, minBadEvents } = objective;
  const long = count({ fromMs: watermarkMs - tier.longMs, toMs: watermarkMs });
  const short = count({ fromMs: watermarkMs - tier.shortMs, toMs: watermarkMs });
  const verdict = judge(tier, target, { long, short, minBadEvents: minBadEvents[tier.severity] });
  const firing = decide(before, { verdict, watermarkMs, afterMs: tier.afterMs });
  const view: TierView = {
    name: tier.name,
    severity: tier.severity,
    longMs: tier.longMs,
    shortMs: tier.shortMs,
    factor: tier.factor.numerator / tier.factor.denominator,
    longBurn: burnRate(long, target),
    shortBurn: burnRate(short, target),
    verdict,
    firing: firing.firing,
    since: firing.sinceMs === null ? null : renderTime(firing.sinceMs),
  };
  return { view, firing };
}

/** The budget at a watermark, and how long it lasts at the burn of the last hour; null when nothing was counted. */
export function viewBudget({ objective, watermarkMs, period, count }: Looking): SloView["budget"] {
  const budget = budgetOf(count(period), objective.target, period.toMs - period.fromMs);
  if (budget === null) return null;
  const hour = { fromMs: Math.max(watermarkMs - CURRENT_MS, period.fromMs), toMs: watermarkMs };
  const burn = burnRate(count(hour), objective.target);
  return { ...budget, emptyInMs: emptyInMs(budget.remainingRatio, burn, period) };
}

/** Why nobody is notified at the watermark, in the words of who said so; null when everybody is. */
function mutedBy({ exclusions }: Objective, watermarkMs: number): string | null {
  const minute = { fromMs: watermarkMs - 1, toMs: watermarkMs };
  return exclusions.find((exclusion) => coveredBy([exclusion], minute).length > 0)?.reason ?? null;
}

/** Whether the journeys that were promised came; nobody knows while some of the time is excluded. Null: none were. */
function trafficOf({ objective, watermarkMs, count }: Looking): SloView["traffic"] {
  if (objective.expectTraffic === null) return null;
  const { min, perMs } = objective.expectTraffic;
  const span = { fromMs: watermarkMs - perMs, toMs: watermarkMs };
  const { good, bad } = count(span);
  const seen = good + bad;
  return { min, perMs, seen, missing: seen < min && excludedBy(objective, span).length === 0 };
}

/** What the counts say against the objective. */
function doubtsAbout(own: Tally, { target, window }: Objective): string[] {
  const journeys = own.good + own.bad;
  const during = `${labelOf(window)} with ${renderCount(journeys, "journey")}`;
  const doubt = oneFailure(target, { journeys: BigInt(journeys), per: 1n, during });
  return doubt === null ? [] : [doubt];
}

function stateOf(own: Tally, target: Fraction, tiers: readonly TierView[]): SloView["state"] {
  const spent = compareBurn(own, target, ALL_OF_IT);
  if (spent === null) return "no_data";
  if (spent >= 0) return "exhausted";
  return tiers.some((tier) => tier.firing) ? "burning" : "ok";
}
