/**
 * Metrics: the board as Prometheus gauges.
 *
 *   board → [metrics] → /metrics
 *
 * Pure. Gauges of what was counted, not counters: a late fact can take a failure back. The labels are the configured
 * objectives and windows, never a journey. What nobody counted has no sample, so that no data is not mistaken for 0.
 */
import { Gauge, Registry } from "prom-client";
import type { Board } from "./board.ts";
import type { SloItem, SloView } from "./view.ts";

const SLO = ["slo_id", "slo_service", "slo_name"];
const WINDOW = [...SLO, "slo_window"];

/** The gauges in Prometheus' text format 0.0.4. */
export function renderMetrics(board: Board): Promise<string> {
  const registry = new Registry();
  const gauges = openGauges(registry);
  for (const slo of board.slos) {
    setObjective(gauges, slo);
    setWindows(gauges, slo);
  }
  for (const { definition, owner, inFlight } of board.journeys) {
    gauges.inFlight.set({ definition, slo_service: owner }, inFlight);
  }
  return registry.metrics();
}

function openGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `waybill_${name}`, help, labelNames, registers: [registry] });
  return {
    info: gauge("slo_info", "1 for every objective.", [...WINDOW, "slo_definition", "slo_kind"]),
    objective: gauge("slo_objective_ratio", "Wanted share of good journeys.", SLO),
    error: gauge("slo_error_ratio", "Share of bad journeys in the window.", WINDOW),
    burn: gauge("slo_burn_rate", "How many times faster than planned the budget is spent.", WINDOW),
    good: gauge("slo_good", "Good journeys in the window.", WINDOW),
    total: gauge("slo_total", "Good and bad journeys in the window.", WINDOW),
    remaining: gauge(
      "slo_error_budget_remaining_ratio",
      "Share of the budget left; negative when overspent.",
      SLO,
    ),
    firing: gauge("slo_alert_firing", "1 while a tier of that severity fires.", [...SLO, "slo_severity"]),
    muted: gauge("slo_muted", "1 while nobody is told of the objective's alerts.", SLO),
    missing: gauge("slo_traffic_missing", "1 while fewer journeys come than were promised.", SLO),
    revised: gauge("slo_revisions", "Journeys that late facts counted otherwise, since the start.", [
      ...SLO,
      "kind",
    ]),
    watermark: gauge(
      "slo_watermark_timestamp_seconds",
      "Where the windows end; its age tells of silence.",
      SLO,
    ),
    inFlight: gauge("journeys_in_flight", "Journeys neither ended nor past their deadline.", [
      "definition",
      "slo_service",
    ]),
  };
}

type Gauges = ReturnType<typeof openGauges>;

function setObjective(gauges: Gauges, slo: SloItem): void {
  const labels = labelsOf(slo);
  const slo_window = slo.window;
  gauges.info.set({ ...labels, slo_window, slo_definition: slo.definition, slo_kind: slo.kind }, 1);
  gauges.objective.set(labels, slo.targetRatio);
  gauges.watermark.set(labels, Date.parse(slo.watermark) / 1_000);
  if (slo.budget !== null) gauges.remaining.set(labels, slo.budget.remainingRatio);
  gauges.muted.set(labels, slo.muted === null ? 0 : 1);
  if (slo.traffic !== null) gauges.missing.set(labels, slo.traffic.missing ? 1 : 0);
  gauges.revised.set({ ...labels, kind: "taken_back" }, slo.revisions.takenBack);
  gauges.revised.set({ ...labels, kind: "restated" }, slo.revisions.restated);
  for (const slo_severity of ["page", "ticket"]) {
    const firing = slo.tiers.some((tier) => tier.firing && tier.severity === slo_severity);
    gauges.firing.set({ ...labels, slo_severity }, firing ? 1 : 0);
  }
}

function setWindows(gauges: Gauges, slo: SloView): void {
  for (const { window, good, bad, burn } of slo.windows) {
    const labels = { ...labelsOf(slo), slo_window: window };
    gauges.good.set(labels, good);
    gauges.total.set(labels, good + bad);
    if (burn === null) continue;
    gauges.error.set(labels, bad / (good + bad));
    gauges.burn.set(labels, burn);
  }
}

function labelsOf(slo: SloView) {
  return { slo_id: slo.id, slo_service: slo.owner, slo_name: slo.name };
}
