/**
 * Sentences: how an objective stands, in words.
 *
 *   evaluate → [sentences] → alerts, wording, render
 *
 * Pure. How fast it burns, what is left, and how long that lasts.
 */
import { renderLength, renderPercent } from "./phrase.ts";
import type { SloView } from "./view.ts";

/** Where an objective is. */
export function urlOf(id: string): string {
  return `/v1/slos/${encodeURIComponent(id)}`;
}

/** What fires of an objective, in a line; null when nothing does. A page takes the place of a ticket. */
export function firingText(slo: SloView): string | null {
  const firing = slo.tiers.filter((tier) => tier.firing);
  if (firing.length === 0) return null;
  const severity = firing.some((tier) => tier.severity === "page") ? "page" : "ticket";
  return `${severity}: ${burnText(slo)} ${budgetText(slo)}`;
}

/** How fast an objective burns, in a sentence. */
export function burnText(slo: SloView): string {
  const first = slo.tiers.find((tier) => tier.firing);
  if (first === undefined) return `${slo.id} does not burn too fast any more.`;
  if (first.longBurn === null) return `${slo.id} was burning when its journeys stopped coming.`;
  const over = renderLength(first.longMs);
  return `${slo.id} spends its error budget ${first.longBurn.toFixed(1)} times faster than planned, over the last ${over}.`;
}

/** What is left of an objective's budget, and for how long, in a sentence. */
export function budgetText({ budget }: SloView): string {
  if (budget === null) return "Nothing was counted in its window.";
  const left = `${renderPercent(budget.remainingRatio)} of it is left`;
  if (budget.remainingRatio <= 0) return `${left}.`;
  return budget.emptyInMs === null
    ? `${left}.`
    : `${left}; at this rate it is empty in ${renderLength(budget.emptyInMs)}.`;
}
