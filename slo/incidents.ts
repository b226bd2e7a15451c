/**
 * Incidents: which alerts an objective has, from when to when.
 *
 *   board → [incidents] → watch → notify, /v1/alerts
 *
 * Pure. One alert is one incident: it begins once, keeps its labels for as long as it lasts, and ends once, however many
 * tiers come and go meanwhile. A page stands before tickets: while it lasts none is raised, nor right after it, as long
 * as what burns is still the failures that it was about. Where data is missing everything stays as it is, and that it is
 * missing is told also during a page. What ended is kept until all who were told of it know that, also beside what began
 * since.
 */
import { z } from "zod";
import type { Objective, Severity } from "../ingest/definitions.ts";
import { decide, type Firing, NEVER_FIRED } from "./firing.ts";
import type { TierVerdict } from "./tiers.ts";
import type { SloView } from "./view.ts";

/** The alerts that there are; SLOStale is the evaluator's own. */
export const ALERT_NAMES = ["ErrorBudgetBurn", "ErrorBudgetExhausted", "SLONoData", "SLOStale"] as const;

/** An end that nobody takes for so long is told no more; ms. */
const OWED_MS = 7 * 86_400_000;

/** Nor more than so many of one kind, the newest. */
const OWED_MAX = 10;

/** Longer than a webhook is tried (outbox.ts): by then nobody hears of a begin any more; ms. */
const ON_THE_WAY_MS = 1_200_000;

const Ms = z.number();
const FiringState = z.object({
  firing: z.boolean(),
  sinceMs: Ms.nullable(),
  turningMs: Ms.nullable(),
});

/** One alert from its begin to its end. */
export const Incident = z.object({
  name: z.enum(ALERT_NAMES),
  /** `definition.objective`; "" for the evaluator's own */
  sloId: z.string(),
  severity: z.enum(["page", "ticket"]),
  /** epoch ms UTC, as all times here */
  startsAtMs: Ms,
  endsAtMs: Ms.nullable(),
  /** as they were when it began: an alert is known by its labels */
  labels: z.record(z.string(), z.string()),
  /** by the name of who is told: when they were told of its begin, and of its end */
  told: z.record(z.string(), Ms),
  endTold: z.record(z.string(), Ms),
});
export type Incident = z.infer<typeof Incident>;

/** What is known of one objective's alerts between two evaluations. */
export const AlertState = z.object({
  watermarkMs: Ms,
  decided: z.array(z.tuple([z.string(), FiringState])),
  exhausted: FiringState,
  noData: FiringState,
  /** of each kind the newest first: the one that lasts or ended last, then those whose end is still to be told */
  incidents: z.array(Incident),
});
export type AlertState = z.infer<typeof AlertState>;

/** Of an objective that nobody looked at yet. */
export const NOTHING_YET: AlertState = {
  watermarkMs: 0,
  decided: [],
  exhausted: NEVER_FIRED,
  noData: NEVER_FIRED,
  incidents: [],
};

/** An objective as it was just evaluated. */
export interface Evaluated {
  readonly objective: Objective;
  readonly slo: SloView;
  readonly decided: ReadonlyMap<string, Firing>;
  /** epoch ms UTC */
  readonly watermarkMs: number;
}

/** What an objective's alerts are after an evaluation. */
export function advance(before: AlertState, evaluated: Evaluated): AlertState {
  const { slo, watermarkMs, decided } = evaluated;
  if (watermarkMs < before.watermarkMs) return before;
  const exhausted = turned(before.exhausted, exhaustedVerdict(slo), watermarkMs);
  const noData = turned(before.noData, trafficVerdict(slo), watermarkMs);
  const state = { watermarkMs, decided: [...decided], exhausted, noData };
  const burns = (severity: Severity) => slo.tiers.some((tier) => tier.firing && tier.severity === severity);
  const over = (severity: Severity) => clearedMs(evaluated, severity);
  const page = step(before, evaluated, {
    name: "ErrorBudgetBurn",
    severity: "page",
    fires: burns("page"),
    overMs: over("page"),
  });
  const mayRaise = maySpeak(page[0], evaluated);
  const isSilence = (name: Incident["name"]) => name === "SLONoData";
  const ticket = (name: Incident["name"], fires: boolean, overMs: number | null) =>
    step(before, evaluated, {
      name,
      severity: "ticket",
      fires: fires && (mayRaise || isSilence(name) || isOn(before, name)),
      overMs,
    });
  const incidents = [
    ...page,
    ...ticket("ErrorBudgetBurn", burns("ticket"), over("ticket")),
    ...ticket("ErrorBudgetExhausted", exhausted.firing, exhausted.sinceMs),
    ...ticket("SLONoData", noData.firing, noData.sinceMs),
  ];
  return { ...state, incidents };
}

function turned(before: Firing, verdict: TierVerdict, watermarkMs: number): Firing {
  return decide(before, { verdict, watermarkMs, afterMs: 0 });
}

function exhaustedVerdict({ budget }: SloView): TierVerdict {
  if (budget === null) return "no_data";
  return budget.remainingRatio <= 0 ? "burning" : "quiet";
}

function trafficVerdict({ traffic }: SloView): TierVerdict {
  return traffic?.missing ? "burning" : "quiet";
}

interface Wanted {
  readonly name: Incident["name"];
  readonly severity: Severity;
  readonly fires: boolean;
  /** when what it is about was over, should it not fire any more; null: nobody knows; epoch ms UTC */
  readonly overMs: number | null;
}

/** The incidents of that kind: the last goes on, ends, or a new one begins before it. */
function step(before: AlertState, evaluated: Evaluated, wanted: Wanted): Incident[] {
  const { watermarkMs } = evaluated;
  const all = ofKind(before, wanted);
  const [last, ...former] = all;
  if (wanted.fires && last?.endsAtMs !== null) return [begun(wanted, evaluated), ...owed(all, watermarkMs)];
  if (last === undefined) return [];
  const isOver = !wanted.fires && last.endsAtMs === null;
  const now = isOver ? { ...last, endsAtMs: wanted.overMs ?? watermarkMs } : last;
  return [now, ...owed(former, watermarkMs)];
}

/**
 * Those of one kind whose end has to be told to somebody yet, or may have to be, because news of their begin is still
 * on the way.
 *
 * @param former       newest first, all of them over
 * @param watermarkMs  epoch ms UTC
 */
export function owed(former: readonly Incident[], watermarkMs: number): Incident[] {
  const isKept = (incident: Incident) => {
    const agoMs = watermarkMs - (incident.endsAtMs ?? watermarkMs);
    return agoMs < (isUnheard(incident) ? OWED_MS : ON_THE_WAY_MS);
  };
  return former.filter(isKept).slice(0, OWED_MAX);
}

/** The alerts of an objective that is configured no more: what lasts was over when it was last evaluated. */
export function abandoned({ incidents, watermarkMs }: AlertState): AlertState {
  const ended = incidents.map((one) => ({
    ...one,
    endsAtMs: one.endsAtMs ?? Math.max(one.startsAtMs, watermarkMs),
  }));
  // Should it be configured again, it is looked at anew.
  return { ...NOTHING_YET, incidents: ended };
}

/** Whether somebody was told of its begin and not of its end. */
function isUnheard({ told, endTold }: Incident): boolean {
  return Object.keys(told).some((target) => endTold[target] === undefined);
}

/** A burn was over when the last of its tiers cleared, which is known a minute later. */
function clearedMs({ slo }: Evaluated, severity: Severity): number | null {
  const since = slo.tiers.flatMap((tier) =>
    tier.severity === severity && tier.since !== null ? [Date.parse(tier.since)] : [],
  );
  return since.length === 0 ? null : Math.max(...since);
}

function ofKind(
  { incidents }: AlertState,
  { name, severity }: Pick<Wanted, "name" | "severity">,
): readonly Incident[] {
  return incidents.filter((one) => one.name === name && one.severity === severity);
}

function isOn(state: AlertState, name: Incident["name"]): boolean {
  return ofKind(state, { name, severity: "ticket" })[0]?.endsAtMs === null;
}

/** No new ticket during a page, nor before what it was about has left the tickets' short windows. */
function maySpeak(page: Incident | undefined, { slo, watermarkMs }: Evaluated): boolean {
  if (page === undefined) return true;
  if (page.endsAtMs === null) return false;
  const shorts = slo.tiers.filter(({ severity }) => severity === "ticket").map(({ shortMs }) => shortMs);
  return watermarkMs - page.endsAtMs >= Math.max(0, ...shorts);
}

function begun({ name, severity }: Wanted, { objective, slo, watermarkMs }: Evaluated): Incident {
  const firing = slo.tiers.find((tier) => tier.firing && tier.severity === severity);
  const since = name === "ErrorBudgetBurn" ? (firing?.since ?? null) : null;
  return {
    name,
    sloId: slo.id,
    severity,
    startsAtMs: since === null ? watermarkMs : Date.parse(since),
    endsAtMs: null,
    labels: {
      ...Object.fromEntries(objective.labels),
      ...labelsOfTier(objective, firing?.name),
      alertname: name,
      severity: objective.severities[severity],
      slo_severity: severity,
      slo_id: slo.id,
      slo_service: slo.owner,
      slo_name: slo.name,
    },
    told: {},
    endTold: {},
  };
}

/** What an incident is known by, as long as Waybill runs and after. */
export function keyOf({ name, sloId, severity, startsAtMs }: Incident): string {
  return `${name} ${severity} ${sloId} ${startsAtMs}`;
}

/** After so long without a new watermark the evaluator's own alert begins: nobody would hear of any other; ms. */
export const STALE_AFTER_MS = 600_000;

/**
 * The evaluator's own alert: its numbers stand still, so no other alert can be believed.
 *
 * @param ageMs  how far the watermark lies back; below 0 it is one of a clock that was ahead
 */
export function stale(
  before: Incident | null,
  { ageMs, nowMs }: { ageMs: number; nowMs: number },
): Incident | null {
  const isStale = Math.abs(ageMs) >= STALE_AFTER_MS;
  const isOngoing = before !== null && before.endsAtMs === null;
  if (isOngoing) return isStale ? before : { ...before, endsAtMs: nowMs };
  if (!isStale) return before;
  const labels = {
    alertname: "SLOStale",
    severity: "critical",
    slo_severity: "page",
    slo_id: "",
    slo_service: "waybill",
  };
  return {
    name: "SLOStale",
    sloId: "",
    severity: "page",
    startsAtMs: nowMs - Math.max(0, ageMs),
    endsAtMs: null,
    labels,
    told: {},
    endTold: {},
  };
}

function labelsOfTier({ tiers }: Objective, name: string | undefined): Record<string, string> {
  return Object.fromEntries(tiers.find((tier) => tier.name === name)?.labels ?? []);
}
