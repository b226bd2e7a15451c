/**
 * Alerts: what lasts now, as the API tells it.
 *
 *   watch → [alerts] → /v1/alerts
 *
 * Pure. One alert an incident, with since when and whether anybody was told.
 */
import type { Board } from "./board.ts";
import { renderTime } from "./evaluate.ts";
import type { Incident } from "./incidents.ts";
import { budgetText, urlOf } from "./sentences.ts";
import type { SloAlert } from "./view.ts";
import { summaryOf } from "./wording.ts";

/** What is to be shown of the alerts. */
export interface Shown {
  readonly board: Board | null;
  readonly incidents: readonly Incident[];
  /** epoch milliseconds UTC */
  readonly nowMs: number;
}

/** What lasts, pages first, then by objective. */
export function alertsOf(shown: Shown): SloAlert[] {
  const lasting = shown.incidents.filter(({ endsAtMs }) => endsAtMs === null);
  const rank = (alert: SloAlert) => (alert.severity === "page" ? 0 : 1);
  return lasting
    .map((incident) => alertOf(incident, shown))
    .sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function alertOf(incident: Incident, { board, nowMs }: Shown): SloAlert {
  const slo = board?.slos.find(({ id }) => id === incident.sloId) ?? null;
  const told = Object.values(incident.told);
  const tiers = incident.name === "ErrorBudgetBurn" ? (slo?.tiers ?? []) : [];
  const summary = summaryOf({ incident, slo, nowMs });
  return {
    id: incident.sloId,
    name: incident.name,
    owner: incident.labels["slo_service"] ?? "",
    severity: incident.severity,
    labels: incident.labels,
    tiers: tiers.filter(({ firing }) => firing).map(({ name }) => name),
    since: renderTime(incident.startsAtMs),
    notified: told.length === 0 ? null : renderTime(Math.min(...told)),
    muted: slo?.muted ?? null,
    text: slo === null ? summary : `${summary} ${budgetText(slo)}`,
    url: slo === null ? "/readyz?verbose" : urlOf(slo.id),
  };
}
