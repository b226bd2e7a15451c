/**
 * Sanity: what about an objective can hardly be meant, with the number that says so.
 *
 *   Objective → [sanity] → `waybill check`; with counts → view
 *
 * Pure. Doubts, not problems: such an objective works. What can never work is refused by yaml_promise.ts.
 */
import type { Definition, Objective, ObjectiveWindow } from "../ingest/definitions.ts";
import { compareBurn, quotient } from "./burn.ts";
import { renderPercent, renderWindow } from "./phrase.ts";
import { type Tier, tiersOf } from "./tiers.ts";
import { labelOf } from "./windows.ts";

const DAY_MS = 86_400_000;

/** One failure may spend so much of the budget before that is worth a word: 2 %, what the fast page watches for. */
const ONE_FAILURE_MAX = { numerator: 1n, denominator: 50n };

/** A calendar window, where it does not matter which. */
const NOMINAL_DAYS = { month: 30, quarter: 91, year: 365 } as const;

/** Something that can hardly be meant. */
export interface Doubt {
  /** below the objective, as it is written: `["tiers", "page-fast"]` */
  readonly path: readonly string[];
  readonly text: string;
}

/** All doubts about an objective that need no journeys to be seen. */
export function doubtsOf(objective: Objective, definition: Definition): Doubt[] {
  const periodMs = nominalMs(objective.window);
  return [
    ...tiersOf(objective, periodMs).flatMap((tier) => unreachable(tier, objective) ?? []),
    ...(oneFailureExpected(objective, periodMs) ?? []),
    ...(tooLate(objective, definition) ?? []),
  ];
}

/** With everything failing the burn is 1 ÷ (1 − target): a tier that wants more than that, or just that, never fires. */
function unreachable(tier: Tier, { target }: Objective): Doubt | null {
  if ((compareBurn({ good: 0, bad: 1 }, target, tier.factor) ?? 0) > 0) return null;
  const factor = tier.factor.numerator / tier.factor.denominator;
  const most = target.denominator / (target.denominator - target.numerator);
  const text =
    `can never fire: it needs a burn above ${round(factor)}, and when everything fails at ` +
    `${renderPercent(target.numerator / target.denominator)} it is ${round(most)}; ` +
    `say \`burn\` with less than ${round(most)}, or \`off\``;
  return { path: ["tiers", tier.name], text };
}

function oneFailureExpected({ expectTraffic, target, window }: Objective, periodMs: number): Doubt[] | null {
  if (expectTraffic === null) return null;
  const { min, perMs } = expectTraffic;
  const text = oneFailure(target, {
    journeys: BigInt(min) * BigInt(periodMs),
    per: BigInt(perMs),
    during: `${labelOf(window)} at ${min} in ${renderWindow(perMs)}`,
  });
  return text === null ? null : [{ path: ["expect_traffic"], text }];
}

/** Journeys, as a fraction, and in which time. */
interface Traffic {
  readonly journeys: bigint;
  readonly per: bigint;
  readonly during: string;
}

/** What one failure spends, when that is too much to be steered by; null when it is not, or nothing was counted. */
export function oneFailure(target: Objective["target"], { journeys, per, during }: Traffic): string | null {
  const { numerator, denominator } = ONE_FAILURE_MAX;
  // 1 ÷ (journeys × (1 − target)), both sides multiplied out
  const cost = BigInt(target.denominator) * per;
  const budget = journeys * BigInt(target.denominator - target.numerator);
  if (budget === 0n || cost * denominator <= budget * numerator) return null;
  const allowed = quotient(budget, cost);
  const share = renderPercent(quotient(cost, budget));
  return `one failure spends ${share} of the budget: ${round(allowed)} are allowed in ${during}`;
}

/** Past the deadline a journey is bad already: a longer threshold than that nobody can miss. */
function tooLate({ measure }: Objective, { timeoutMs }: Definition): Doubt[] | null {
  if (measure.kind === "success" || measure.withinMs < timeoutMs) return null;
  const within = renderWindow(measure.withinMs);
  const text = `${within} is not less than the timeout of ${renderWindow(timeoutMs)}: what succeeds in time is never too slow`;
  return measure.kind === "latency" ? [{ path: ["within"], text }] : null;
}

function nominalMs(window: ObjectiveWindow): number {
  return window.kind === "rolling" ? window.lengthMs : NOMINAL_DAYS[window.unit] * DAY_MS;
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}
