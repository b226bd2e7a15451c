/**
 * Panels: the few looks that our dashboards are made of.
 *
 *   query → [panel] → dashboard
 *
 * What a panel shows is said where it is used; here is only how it looks.
 */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

/** The colour of each state, the same on every panel. */
export const STATE_COLOURS = {
  succeeded: "green",
  open: "blue",
  overdue: "orange",
  failed: "red",
  compensated: "purple",
} as const;

/** A line per series. */
export function lines(title: string, description: string): timeseries.PanelBuilder {
  return new timeseries.PanelBuilder()
    .title(title)
    .description(description)
    .legend(bottomLegend())
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Auto);
}

/** A stacked bar per bucket: for counts, which add up. */
export function bars(title: string, description: string): timeseries.PanelBuilder {
  return new timeseries.PanelBuilder()
    .title(title)
    .description(description)
    .legend(bottomLegend())
    .drawStyle(common.GraphDrawStyle.Bars)
    .fillOpacity(80)
    .lineWidth(0)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
}

/** Big numbers, one per column or series. */
export function numbers(title: string, description: string): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .title(title)
    .description(description)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None);
}

/** Rows to read, sort and follow. */
export function list(title: string, description: string): table.PanelBuilder {
  return new table.PanelBuilder().title(title).description(description).filterable(true);
}

/** Below the first value green does not hold any more: steps from good to bad or back, lowest value first. */
export function steps(
  base: string,
  ...above: [value: number, colour: string][]
): Builder<dashboard.ThresholdsConfig> {
  const rest = above.map(([value, color]) => ({ value, color }));
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...rest]);
}

/** A fixed colour for one series or column. */
export function colour(name: string): dashboard.DynamicConfigValue {
  return { id: "color", value: { mode: "fixed", fixedColor: name } };
}

/** A unit for one column. */
export function unit(name: string): dashboard.DynamicConfigValue {
  return { id: "unit", value: name };
}

/** A bar in the cell for a column of ratios. */
export function ratioCell(): dashboard.DynamicConfigValue[] {
  return [
    unit("percentunit"),
    { id: "min", value: 0 },
    { id: "max", value: 1 },
    { id: "custom.cellOptions", value: { type: "gauge", mode: "basic" } },
  ];
}

/**
 * A link from a column of subjects to the story in Waybill.
 *
 * @param kindColumn  the column of the same row that holds the subject's kind
 */
export function storyLink(kindColumn: string): dashboard.DynamicConfigValue {
  const url = `\${waybill}/v1/subjects/\${__data.fields.${kindColumn}}/\${__value.raw:percentencode}`;
  return { id: "links", value: [{ title: "What happened?", url, targetBlank: true }] };
}

function bottomLegend(): Builder<common.VizLegendOptions> {
  return new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .calcs([]);
}
