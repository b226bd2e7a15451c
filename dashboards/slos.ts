/**
 * SLOs: the dashboard of what was promised, what is left of it, and what spent it.
 *
 *   gauges at the watermark + journeys table → [panels] → slos.json
 */
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { QueryVariableBuilder, VariableRefresh } from "@grafana/grafana-foundation-sdk/dashboard";
import { build, definitionVariable, place, waybillVariable } from "./board.ts";
import { CLICKHOUSE, query } from "./clickhouse.ts";
import { lines, list, numbers, ratioCell, steps, storyLink } from "./panels.ts";
import { instant, PROMETHEUS, range, rows } from "./prometheus.ts";

/** What the reader chose at the top. */
const CHOSEN = 'slo_id=~"$slo"';

/** The dashboard of SLOs. */
export function slosDashboard(): dashboard.Dashboard {
  return build({
    uid: "waybill-slos",
    title: "Waybill: SLOs",
    description: "Error budgets of journeys: what is left, how fast it goes, and which journeys it went to.",
    variables: [sloVariable(), definitionVariable(), waybillVariable()],
    bands: [
      {
        title: "Budget",
        panels: [
          place(remaining(), 12, 6),
          place(watermark(), 4, 6),
          place(inFlight(), 4, 6),
          place(muted(), 4, 6),
        ],
      },
      { title: "Burn", panels: [place(burn(), 16, 9), place(firing(), 8, 9)] },
      { title: "Counts", panels: [place(good(), 12, 8), place(bad(), 12, 8)] },
      { title: "What burnt it", panels: [place(byStep(), 8, 10), place(byJourney(), 16, 10)] },
    ],
  });
}

function sloVariable() {
  return new QueryVariableBuilder("slo")
    .label("SLO")
    .datasource(PROMETHEUS)
    .query({ query: "label_values(waybill_slo_objective_ratio, slo_id)", refId: "slo" })
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ text: ["All"], value: ["$__all"] })
    .refresh(VariableRefresh.OnTimeRangeChanged);
}

function remaining() {
  return numbers("Error budget left", "Of the whole window. Below zero: more was spent than there was.")
    .datasource(PROMETHEUS)
    .unit("percentunit")
    .thresholds(steps("red", [0, "orange"], [0.25, "green"]))
    .withTarget(instant("A", `waybill_slo_error_budget_remaining_ratio{${CHOSEN}}`, "{{slo_id}}"));
}

function watermark() {
  return numbers(
    "Age of these numbers",
    "How far the newest evaluated minute lies back. Growing: Waybill is silent.",
  )
    .datasource(PROMETHEUS)
    .unit("s")
    .thresholds(steps("green", [300, "orange"], [900, "red"]))
    .withTarget(instant("A", "time() - min(waybill_slo_watermark_timestamp_seconds)", "age"));
}

function inFlight() {
  return numbers("Journeys in flight", "Open now; on neither side of any SLO yet.")
    .datasource(PROMETHEUS)
    .withTarget(instant("A", "sum(waybill_journeys_in_flight)", "open"));
}

function muted() {
  return numbers("Muted", "Objectives of which nobody is told now, because an exclusion says so.")
    .datasource(PROMETHEUS)
    .thresholds(steps("green", [1, "orange"]))
    .withTarget(instant("A", `sum(waybill_slo_muted{${CHOSEN}})`, "objectives"));
}

function burn() {
  return lines("Burn rate by window", "1 spends the whole budget in exactly one SLO window.")
    .datasource(PROMETHEUS)
    .min(0)
    .withTarget(range("A", `waybill_slo_burn_rate{${CHOSEN}}`, "{{slo_id}} {{slo_window}}"));
}

function firing() {
  return list("Firing now", "Page: spent in hours. Ticket: spent in days.")
    .datasource(PROMETHEUS)
    .noValue("nothing fires")
    .withTarget(rows("A", `waybill_slo_alert_firing{${CHOSEN}} == 1`))
    .withTransformation({
      id: "organize",
      options: { indexByName: {}, renameByName: {}, includeByName: { slo_id: true, slo_severity: true } },
    });
}

function good() {
  return lines("Good in the last hour", "Journeys that counted as good, over the hour before each moment.")
    .datasource(PROMETHEUS)
    .min(0)
    .withTarget(range("A", `waybill_slo_good{${CHOSEN},slo_window="1h"}`, "{{slo_id}}"));
}

function bad() {
  const total = `waybill_slo_total{${CHOSEN},slo_window="1h"}`;
  return lines("Bad in the last hour", "Journeys that counted as bad, over the hour before each moment.")
    .datasource(PROMETHEUS)
    .min(0)
    .withTarget(range("A", `${total} - waybill_slo_good{${CHOSEN},slo_window="1h"}`, "{{slo_id}}"));
}

function byStep() {
  return list("By step", "Share of all journeys of that kind which missed the success objective.")
    .datasource(CLICKHOUSE)
    .withTarget(query("burnt_by_step", "table"))
    .overrideByName("share_ratio", ratioCell());
}

function byJourney() {
  return list("By journey", "Newest first. The subject leads to its story.")
    .datasource(CLICKHOUSE)
    .withTarget(query("burnt_by_journey", "table"))
    .overrideByName("subject", [storyLink("subject_kind")]);
}
