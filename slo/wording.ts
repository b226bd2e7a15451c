/**
 * Wording: what an alert says to the person it reaches.
 *
 *   incident, objective, what burnt it → [wording] → notify, /v1/alerts
 *
 * Pure. What burns, how fast, what is left and until when, at which step, and three orders to look at. All numbers are
 * here and none in the labels: an alert is known by its labels, and numbers change.
 */
import type { Incident } from "./incidents.ts";
import { renderLength, renderPercent } from "./phrase.ts";
import { runbookUrlOf } from "./runbook.ts";
import { budgetText, burnText, urlOf } from "./sentences.ts";
import type { SloDetail, SloItem } from "./view.ts";

const MINUTE_MS = 60_000;

/** What there is to say. */
export interface Saying {
  readonly incident: Incident;
  /** null for the evaluator's own alert */
  readonly slo: SloItem | null;
  /** null when nobody asked, or nobody could answer */
  readonly detail: Pick<SloDetail, "burntByStep" | "examples"> | null;
  /** where people reach this Waybill; null: nobody said */
  readonly publicUrl: string | null;
  /** where the runbook is read; null: nobody said */
  readonly runbookUrl: string | null;
  /** epoch milliseconds UTC */
  readonly nowMs: number;
}

/** The annotations of an alert; no value is empty. */
export function annotationsOf(saying: Saying): Record<string, string> {
  const { incident, slo, publicUrl, runbookUrl } = saying;
  const texts = {
    summary: summaryOf(saying),
    description: descriptionOf(saying).join("\n"),
    dashboard: publicUrl === null || slo === null ? "" : linkTo(publicUrl, urlOf(slo.id)),
    tiers: firing(saying)
      .map((tier) => tier.name)
      .join(", "),
    burn_rate: ratio(firing(saying)[0]?.longBurn),
    budget_remaining: slo?.budget ? renderPercent(slo.budget.remainingRatio) : "",
    empty_in: emptyIn(slo),
    step: saying.detail?.burntByStep[0]?.step ?? "",
    muted: slo?.muted ?? "",
    runbook_url: runbookUrlOf(incident.name, runbookUrl),
  };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ""));
}

/** One line: which objective, and what about it. */
export function summaryOf({ incident, slo, nowMs }: Pick<Saying, "incident" | "slo" | "nowMs">): string {
  const id = incident.sloId;
  switch (incident.name) {
    case "ErrorBudgetBurn":
      return slo === null ? `${id} burns its error budget.` : burnText(slo);
    case "ErrorBudgetExhausted":
      return `${id} has spent its error budget.`;
    case "SLONoData":
      return `${id} gets fewer journeys than expected${trafficText(slo)}.`;
    case "SLOStale":
      return `${staleText(nowMs - incident.startsAtMs)}: no other alert would reach anybody.`;
  }
}

function descriptionOf(saying: Saying): string[] {
  const { slo, incident } = saying;
  const budget = slo === null ? [] : [budgetText(slo)];
  const over =
    incident.endsAtMs === null ? [] : [`It is over since ${new Date(incident.endsAtMs).toISOString()}.`];
  const isUnknown = incident.endsAtMs !== null && slo === null && incident.sloId !== "";
  const why = isUnknown ? [UNKNOWN] : [];
  return [summaryOf(saying), ...budget, ...stepText(saying), ...exampleTexts(saying), ...over, ...why];
}

/** An alert may end because nobody promises anything any more, which is not the same as all being well. */
const UNKNOWN =
  "The objective is not evaluated now: it has another name, or none any more, or the store does not answer.";

/** Numbers of a clock that was ahead are stale from the first moment. */
function staleText(sinceMs: number): string {
  if (sinceMs < MINUTE_MS) return "Waybill evaluates no objective";
  return `Waybill has evaluated no objective for ${renderLength(sinceMs)}`;
}

function trafficText(slo: SloItem | null): string {
  if (!slo?.traffic) return "";
  const { seen, perMs, min } = slo.traffic;
  return `: ${seen} in the last ${renderLength(perMs)}, ${min} expected`;
}

function stepText({ detail }: Saying): string[] {
  const spent = detail?.burntByStep ?? [];
  const total = spent.reduce((sum, { bad }) => sum + bad, 0);
  const [first] = spent;
  if (first === undefined || total === 0) return [];
  const where = first.step === null ? "at no single step" : `at "${first.step}"`;
  return [`${first.bad} of the ${total} journeys that missed did so ${where}.`];
}

function exampleTexts({ detail, publicUrl }: Saying): string[] {
  const examples = (detail?.examples ?? []).slice(0, 3);
  if (examples.length === 0) return [];
  const lines = examples.map(
    ({ id, url }) => `- ${id}${publicUrl === null ? "" : ` ${linkTo(publicUrl, url)}`}`,
  );
  return ["For example:", ...lines];
}

function firing({ slo, incident }: Saying) {
  if (incident.name !== "ErrorBudgetBurn") return [];
  return (slo?.tiers ?? []).filter((tier) => tier.firing && tier.severity === incident.severity);
}

function ratio(burn: number | null | undefined): string {
  return burn === null || burn === undefined ? "" : burn.toFixed(1);
}

function emptyIn(slo: SloItem | null): string {
  const emptyInMs = slo?.budget?.emptyInMs ?? null;
  if (emptyInMs === null) return "";
  return emptyInMs === 0 ? "now" : renderLength(emptyInMs);
}

/** A path of ours, as people reach it. */
export function linkTo(publicUrl: string, path: string): string {
  return `${publicUrl.replace(/\/$/, "")}${path}`;
}
