/**
 * Promise: a definition with objectives, and minutes of traffic to hold it to, for the tests of this folder.
 */
import type { Definition, Fraction, Objective } from "../../ingest/definitions.ts";
import type { Tally } from "../../slo/burn.ts";
import type { Span } from "../../slo/calendar.ts";
import { type Decided, evaluate, type Promised } from "../../slo/evaluate.ts";
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
    title: null,
    description: null,
    measure: { kind: "success" },
    target: THREE_NINES,
    window: days(30),
    where: new Map(),
    tiers: [],
    minBadEvents,
    severities: { page: "critical", ticket: "warning" },
    labels: new Map(),
    expectTraffic: null,
    exclusions: [],
    openslo: null,
    ...told,
  };
}

/** A rolling window of so many days. */
export function days(count: number): Objective["window"] {
  return { kind: "rolling", lengthMs: count * DAY_MS };
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
  let decided: Decided = new Map();
  const views: SloView[] = [];
  for (let minute = 0; minute <= end; minute++) {
    const index = history.minutes + minute;
    const count = ({ fromMs, toMs }: Span) => {
      const [from, to] = [sumAt(fromMs / MINUTE_MS), sumAt(toMs / MINUTE_MS)];
      return { good: to.good - from.good, bad: to.bad - from.bad };
    };
    const seen = { watermarkMs: index * MINUTE_MS, count, tookMsP99: null, inFlight: 0 };
    const standing = evaluate(promised, seen, decided);
    decided = standing.decided;
    const { view } = standing;
    views.push(view);
  }
  return views;
}

/** The minutes at which each tier starts to fire, and stops; a stop is told a minute later, when it is certain. */
export function turnsOf(views: readonly SloView[]) {
  const startMs = Date.parse(views[0]?.watermark ?? "");
  const turnsOfTier = (name: string) => {
    const found = views.map((view) => view.tiers.find((tier) => tier.name === name));
    const turned = found.filter((tier, minute) => minute > 0 && tier?.since !== found[minute - 1]?.since);
    const minutesOf = (firing: boolean) =>
      [...(found[0]?.firing ? [found[0]] : []), ...turned]
        .filter((tier) => tier?.firing === firing)
        .map((tier) => (Date.parse(tier?.since ?? "") - startMs) / MINUTE_MS);
    return { fires: minutesOf(true), stops: minutesOf(false) };
  };
  return {
    "page-fast": turnsOfTier("page-fast"),
    "page-slow": turnsOfTier("page-slow"),
    "ticket-fast": turnsOfTier("ticket-fast"),
    "ticket-slow": turnsOfTier("ticket-slow"),
  };
}
