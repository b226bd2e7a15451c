/**
 * Journeys: the dashboard of what became of them.
 *
 *   journeys table → [panels] → journeys.json
 */
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { build, definitionVariable, place, tagVariable, textVariable, waybillVariable } from "./board.ts";
import { CLICKHOUSE, query } from "./clickhouse.ts";
import { bars, colour, lines, list, numbers, ratioCell, STATE_COLOURS, storyLink, unit } from "./panels.ts";

/** The dashboard of journeys. */
export function journeysDashboard(): dashboard.Dashboard {
  return build({
    uid: "waybill-journeys",
    title: "Waybill: journeys",
    description: "What became of the journeys: where they stand, where they hang, whom they wait for.",
    variables: [
      definitionVariable(),
      tagVariable(),
      waybillVariable(),
      textVariable("trace", "Trace id", ""),
    ],
    bands: [
      {
        title: "How it goes",
        panels: [place(summary(), 24, 4), place(byState(), 12, 8), place(success(), 12, 8)],
      },
      { title: "What needs someone", panels: [place(stuck(), 24, 9), place(failing(), 24, 8)] },
      { title: "How they get there", panels: [place(funnel(), 12, 9), place(duration(), 12, 9)] },
      { title: "Out of the ordinary", panels: [place(secondThoughts(), 12, 8), place(kinds(), 12, 8)] },
      { title: "One trace", panels: [place(trace(), 24, 12)] },
    ],
  });
}

function summary() {
  const panel = numbers("Journeys started in this range", "Each counted once, by where it stands now.")
    .datasource(CLICKHOUSE)
    .withTarget(query("journeys_summary", "table"));
  for (const [state, name] of Object.entries(STATE_COLOURS)) panel.overrideByName(state, [colour(name)]);
  return panel;
}

function byState() {
  const panel = bars(
    "Where they stand",
    "By start. The newest are mostly open: they have not had their time yet.",
  )
    .datasource(CLICKHOUSE)
    .withTarget(query("journeys_by_state", "timeseries"));
  for (const [state, name] of Object.entries(STATE_COLOURS)) panel.overrideByName(state, [colour(name)]);
  return panel;
}

function success() {
  return lines(
    "Share that went well",
    "Among the journeys that counted in each bucket, as the SLOs count them.",
  )
    .datasource(CLICKHOUSE)
    .displayName(`\${__field.labels.definition}`)
    .unit("percentunit")
    .max(1)
    .withTarget(query("success_ratio", "timeseries"));
}

function stuck() {
  return list(
    "Stuck: past due and still open",
    "The step they wait for, and whose it is. Longest overdue first.",
  )
    .datasource(CLICKHOUSE)
    .withTarget(query("stuck", "table"))
    .overrideByName("subject", [storyLink("subject_kind")])
    .overrideByName("overdue_seconds", [unit("s"), { id: "displayName", value: "overdue for" }]);
}

function failing() {
  return list(
    "Where they fail or hang",
    "Failed at, or overdue for, each step; with the newest one to look at.",
  )
    .datasource(CLICKHOUSE)
    .withTarget(query("failing_steps", "table"))
    .overrideByName("newest", [storyLink("newest_kind")]);
}

function funnel() {
  return list("Steps reached", "Of the journeys that started in this range. Typical: half got there sooner.")
    .datasource(CLICKHOUSE)
    .withTarget(query("funnel_by_step", "table"))
    .overrideByName("reached_ratio", ratioCell())
    .overrideByName("typical_seconds", [unit("s"), { id: "displayName", value: "typical time from start" }]);
}

function duration() {
  return lines(
    "How long success took",
    "By end. A p99 of fewer than a hundred journeys is the slowest of them.",
  )
    .datasource(CLICKHOUSE)
    .unit("s")
    .min(0)
    .withTarget(query("duration", "timeseries"));
}

function secondThoughts() {
  return bars(
    "Late, recovered, compensated",
    "Ended after their deadline, after a failure, or by being undone.",
  )
    .datasource(CLICKHOUSE)
    .withTarget(query("second_thoughts", "timeseries"));
}

function kinds() {
  return list(
    "Known by",
    "A kind of key other than the journey's own is provisional until its subject is found.",
  )
    .datasource(CLICKHOUSE)
    .withTarget(query("subject_kinds", "table"));
}

/** The SDK has no builder for Grafana's trace view. */
function trace() {
  return new dashboard.PanelBuilder()
    .type("traces")
    .title("Trace $trace")
    .description("Type a trace id above; its spans must lie in the range.")
    .datasource(CLICKHOUSE)
    .withTarget(query("trace", "traces"));
}
