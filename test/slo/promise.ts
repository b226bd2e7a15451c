/**
 * Promise: a definition with objectives, and minutes of traffic to hold it to, for the tests of this folder.
 */
import type { Definition, Objective } from "../../ingest/definitions.ts";
import type { Fraction, Tally } from "../../slo/burn.ts";
import { evaluate, type Promised } from "../../slo/evaluate.ts";
import type { TierName } from "../../slo/tiers.ts";
import type { SloView } from "../../slo/view.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** 99.9 %, exactly. */
export const THREE_NINES: Fraction = { numerator: 999, denominator: 1000 };

/** An objective of 99.9 % over 30 days that any single failure may set off, unless told otherwise. */
export function someObjective(told: Partial<Objective> = {}): Objective {
  const minBadEvents = { page: 1, ticket: 1 };
  return {
    name: "success",
    target: THREE_NINES,
    windowMs: 30 * DAY_MS,
    withinMs: null,
    minBadEvents,
    ...told,
  };
}

/** A definition that promises these objectives. */
export function someDefinition(objectives: readonly Objective[], name = "create-order"): Definition {
  return {
    name,
    version: "00000000",
    subject: "order.id",
    owner: "checkout-team",
    entry: [],
    steps: [],
    start: "placed",
    succeeds: "shipped",
    fails: [],
    compensates: [],
    compensation: "keep",
    timeoutMs: 900_000,
    objectives,
  };
}

/** A single objective with its definition. */
export function somePromise(told: Partial<Objective> = {}): Promised {
  const objective = someObjective(told);
  return { definition: someDefinition([objective]), objective };
}

/** So many minutes with the same traffic in each. */
export interface Stretch {
  readonly minutes: number;
  readonly good: number;
  readonly bad: number;
}

/** Evaluates an objective minute by minute; `at(0)` is the end of `history`. */
export function replay(promised: Promised, history: Stretch, stretches: readonly Stretch[]) {
  const sums: Tally[] = [{ good: 0, bad: 0 }];
  for (const { minutes, good, bad } of [history, ...stretches]) {
    for (let minute = 0; minute < minutes; minute++) {
      const before = sums.at(-1) ?? { good: 0, bad: 0 };
      sums.push({ good: before.good + good, bad: before.bad + bad });
    }
  }
  const sumAt = (index: number): Tally => sums[Math.max(0, index)] ?? { good: 0, bad: 0 };
  const end = sums.length - 1 - history.minutes;
  let firing: ReadonlySet<TierName> = new Set();
  const views: SloView[] = [];
  for (let minute = 0; minute <= end; minute++) {
    const index = history.minutes + minute;
    const tally = (windowMs: number) => {
      const from = sumAt(index - windowMs / MINUTE_MS);
      return { good: sumAt(index).good - from.good, bad: sumAt(index).bad - from.bad };
    };
    const seen = { watermarkMs: index * MINUTE_MS, tally, tookMsP99: null, inFlight: 0 };
    const view = evaluate(promised, seen, firing);
    firing = new Set(view.tiers.filter((tier) => tier.firing).map((tier) => tier.name));
    views.push(view);
  }
  return views;
}

/** The minutes at which each tier starts to fire, and stops. */
export function turnsOf(views: readonly SloView[]): Record<TierName, { fires: number[]; stops: number[] }> {
  const turnsOfTier = (name: TierName) => {
    const firing = views.map((view) => view.tiers.some((tier) => tier.name === name && tier.firing));
    const minutes = firing.map((_, minute) => minute);
    return {
      fires: minutes.filter((minute) => firing[minute] && !firing[minute - 1]),
      stops: minutes.filter((minute) => minute > 0 && !firing[minute] && firing[minute - 1]),
    };
  };
  return {
    "page-fast": turnsOfTier("page-fast"),
    "page-slow": turnsOfTier("page-slow"),
    "ticket-fast": turnsOfTier("ticket-fast"),
    "ticket-slow": turnsOfTier("ticket-slow"),
  };
}
