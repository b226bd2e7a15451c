/**
 * Alerts: the objectives that burn too fast, one alert each.
 *
 *   evaluate → [alerts] → /v1/alerts
 *
 * Pure. One incident, one alert: it names every tier that fires, and a page takes the place of a ticket.
 */
import { renderLength, renderPercent } from "./phrase.ts";
import type { SloAlert, SloView } from "./view.ts";

/** What fires, pages first, then by id. */
export function alertsOf(slos: readonly SloView[]): SloAlert[] {
  const alerts = slos.filter((slo) => slo.tiers.some((tier) => tier.firing)).map(alertOf);
  const rank = (alert: SloAlert) => (alert.severity === "page" ? 0 : 1);
  return alerts.sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

function alertOf(slo: SloView): SloAlert {
  const firing = slo.tiers.filter((tier) => tier.firing);
  return {
    id: slo.id,
    owner: slo.owner,
    severity: firing.some((tier) => tier.severity === "page") ? "page" : "ticket",
    tiers: firing.map((tier) => tier.name),
    text: `${burnText(slo)} ${budgetText(slo)}`,
    url: urlOf(slo.id),
  };
}

/** Where an objective is. */
export function urlOf(id: string): string {
  return `/v1/slos/${encodeURIComponent(id)}`;
}

function burnText(slo: SloView): string {
  const first = slo.tiers.find((tier) => tier.firing);
  if (first === undefined || first.longBurn === null)
    return `${slo.id} was burning when its journeys stopped coming.`;
  const over = renderLength(first.longMs);
  return `${slo.id} spends its error budget ${first.longBurn.toFixed(1)} times faster than planned, over the last ${over}.`;
}

function budgetText({ budget }: SloView): string {
  if (budget === null) return "Nothing was counted in its window.";
  const left = `${renderPercent(budget.remainingRatio)} of it is left`;
  if (budget.remainingRatio <= 0) return `${left}.`;
  return budget.emptyInMs === null
    ? `${left}.`
    : `${left}; at this rate it is empty in ${renderLength(budget.emptyInMs)}.`;
}
