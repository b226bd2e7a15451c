/**
 * Simulate: what would have paged, and when, had the traffic been like this.
 *
 *   scenario, or recorded journeys → [simulate] → `waybill slo simulate`
 *
 * Pure. It evaluates minute by minute with the very code that evaluates live objectives. At minute m every window ends
 * m minutes after the start, so minute 0 knows the history only, and a failure that begins with minute 0 can be seen at
 * minute 1 at the soonest: the formula's 0.864 minutes become 1, its 5.76 become 6, and what it puts on a whole minute
 * becomes the one after, for a burn has to be above its factor.
 */
import type { Objective } from "../ingest/definitions.ts";
import { TIER_NAMES } from "../ingest/yaml_objectives.ts";
import type { Span } from "./calendar.ts";
import { type Decided, decideTiers, type Looking, look, viewBudget } from "./evaluate.ts";
import type { Scenario, Stretch } from "./scenario.ts";
import type { Count } from "./tally.ts";
import type { TierView } from "./view.ts";

const MINUTE_MS = 60_000;

/** Minutes between two rests; some ten milliseconds of work. */
const REST_MINUTES = 240;

/** A stretch in which something fired; minutes from the start. */
export interface Turn {
  readonly firesAtMinute: number;
  /** the first minute at which it did not fire any more; null: it still does at the end */
  readonly resolvesAtMinute: number | null;
}

/** What would have fired. */
export interface Simulated {
  readonly tiers: Readonly<Record<string, readonly Turn[]>>;
  /** any tier that pages */
  readonly page: readonly Turn[];
  readonly ticket: readonly Turn[];
  /** at the end; null when no journey was counted in the window */
  readonly budget: { readonly consumedRatio: number | null; readonly remainingRatio: number | null };
}

/** Counted journeys to evaluate, minute by minute. */
export interface Recording {
  readonly objective: Objective;
  readonly count: Count;
  /** minute 0 and the last one evaluated; epoch ms UTC */
  readonly over: Span;
}

/** Runs a made-up scenario. */
export function simulate(scenario: Scenario): Simulated {
  const { history, segments, startsAtMs } = scenario;
  const beforeMs = startsAtMs - minutesOf(history) * MINUTE_MS;
  return replay({
    objective: objectiveOf(scenario),
    count: countsOf([...history, ...segments], beforeMs),
    over: { fromMs: startsAtMs, toMs: startsAtMs + minutesOf(segments) * MINUTE_MS },
  });
}

/** Runs a recording. */
export function replay(recording: Recording): Simulated {
  const running = replaying(recording);
  for (;;) {
    const { done, value } = running.next();
    if (done === true) return value;
  }
}

/** Runs a recording, and rests after every few hours of it, so that others may have their turn. */
export function* replaying({
  objective,
  count,
  over,
}: Recording): Generator<undefined, Simulated, undefined> {
  const turns = new Map<string, Turn[]>(TIER_NAMES.map((name) => [name, []]));
  let decided: Decided = new Map();
  let tiers: readonly TierView[] = [];
  for (let atMs = over.fromMs; atMs <= over.toMs; atMs += MINUTE_MS) {
    const before = decided;
    ({ decided, tiers } = decideTiers(look(objective, atMs, count), before));
    for (const [name, { firing, sinceMs }] of decided) {
      if (firing === (before.get(name)?.firing ?? false)) continue;
      turns.set(name, turned(turns.get(name) ?? [], firing, minuteOf(sinceMs, over)));
    }
    if (minuteOf(atMs, over) % REST_MINUTES === REST_MINUTES - 1) yield;
  }
  endTurns(turns, decided, over);
  return simulated({ turns, tiers, looking: look(objective, over.toMs, count) });
}

/** What is about to clear when the recording ends has cleared: nothing in it says otherwise. */
function endTurns(turns: Map<string, Turn[]>, decided: Decided, over: Span): void {
  for (const [name, { firing, turningMs }] of decided) {
    if (firing && turningMs !== null)
      turns.set(name, turned(turns.get(name) ?? [], false, minuteOf(turningMs, over)));
  }
}

interface Ended {
  readonly turns: ReadonlyMap<string, readonly Turn[]>;
  readonly tiers: readonly TierView[];
  readonly looking: Looking;
}

function simulated({ turns, tiers, looking }: Ended): Simulated {
  const budget = viewBudget(looking);
  const all = (severity: TierView["severity"]) =>
    union(tiers.filter((tier) => tier.severity === severity).flatMap(({ name }) => turns.get(name) ?? []));
  return {
    tiers: Object.fromEntries(turns),
    page: all("page"),
    ticket: all("ticket"),
    budget: {
      consumedRatio: budget?.consumedRatio ?? null,
      remainingRatio: budget?.remainingRatio ?? null,
    },
  };
}

function minuteOf(ms: number | null, { fromMs }: Span): number {
  return ((ms ?? fromMs) - fromMs) / MINUTE_MS;
}

/** The turns, with one that begins at a minute, or with the last one ended there. */
function turned(turns: readonly Turn[], firing: boolean, minute: number): Turn[] {
  if (firing) return [...turns, { firesAtMinute: minute, resolvesAtMinute: null }];
  return turns.map((turn, i) => (i === turns.length - 1 ? { ...turn, resolvesAtMinute: minute } : turn));
}

/** When any of them fires. */
function union(turns: readonly Turn[]): Turn[] {
  const endOf = ({ resolvesAtMinute }: Turn) => resolvesAtMinute ?? Number.POSITIVE_INFINITY;
  const merged: Turn[] = [];
  for (const turn of [...turns].sort((a, b) => a.firesAtMinute - b.firesAtMinute)) {
    const last = merged.at(-1);
    if (last === undefined || endOf(last) < turn.firesAtMinute) merged.push(turn);
    else if (endOf(turn) > endOf(last))
      merged[merged.length - 1] = { ...last, resolvesAtMinute: turn.resolvesAtMinute };
  }
  return merged;
}

function minutesOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { minutes }) => sum + minutes, 0);
}

/** Counts whole minutes of even traffic without keeping a number for each of them. */
function countsOf(stretches: readonly Stretch[], fromMs: number): Count {
  let at = 0;
  let sum = { good: 0, bad: 0 };
  const starts = stretches.map((stretch) => {
    const start = { ...stretch, at, sum };
    at += stretch.minutes;
    sum = { good: sum.good + stretch.good * stretch.minutes, bad: sum.bad + stretch.bad * stretch.minutes };
    return start;
  });
  const upTo = (ms: number) => {
    const minute = (ms - fromMs) / MINUTE_MS;
    const last = starts.findLast((start) => start.at <= minute);
    if (last === undefined) return { good: 0, bad: 0 };
    const minutes = Math.min(minute - last.at, last.minutes);
    return { good: last.sum.good + last.good * minutes, bad: last.sum.bad + last.bad * minutes };
  };
  return (span) => {
    const [from, to] = [upTo(span.fromMs), upTo(span.toMs)];
    return { good: to.good - from.good, bad: to.bad - from.bad };
  };
}

/** The objective of a scenario: counted journeys are all that is known of its definition. */
function objectiveOf({ target, window, tiers, minBadEvents }: Scenario): Objective {
  return {
    name: "simulated",
    title: null,
    description: null,
    measure: { kind: "success" },
    target,
    window,
    where: new Map(),
    tiers,
    minBadEvents,
    severities: { page: "critical", ticket: "warning" },
    labels: new Map(),
    expectTraffic: null,
    exclusions: [],
    openslo: null,
  };
}
