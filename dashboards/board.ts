/**
 * Board: rows of panels in, one dashboard out, laid out and numbered.
 *
 *   panels → [board] → catalogue → JSON
 *
 * Classic v1 JSON: Grafana's file provider takes no other. Panel ids follow the order of the panels.
 */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { CLICKHOUSE, sql } from "./clickhouse.ts";

/** Where Waybill's page is for the browser of whoever reads the dashboard, until they say otherwise. */
const WAYBILL_URL = "http://localhost:8080";

/** A panel with its place still open. */
export interface Placed {
  readonly panel: Builder<dashboard.Panel>;
  /** grid columns, of 24 */
  readonly columns: number;
  /** grid rows, of about 30 pixels */
  readonly height: number;
}

/** One titled row of panels. */
export interface Band {
  readonly title: string;
  readonly panels: readonly Placed[];
}

/** What a dashboard is, beside its panels. */
export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<dashboard.VariableModel>[];
  readonly bands: readonly Band[];
}

/** A panel that takes `columns` of 24 and is `height` high. */
export function place(panel: Builder<dashboard.Panel>, columns: number, height: number): Placed {
  return { panel, columns, height };
}

/** The dashboard as Grafana's file provider reads it. */
export function build(board: Board): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags(["waybill"])
    .timezone("browser")
    .time({ from: "now-24h", to: "now" })
    .refresh("1m")
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .variables([...board.variables])
    .link(siblings());
  let id = 0;
  for (const band of board.bands) {
    id += 1;
    builder.withRow(new dashboard.RowBuilder(band.title).id(id));
    for (const placed of band.panels) {
      id += 1;
      builder.withPanel(numbered(placed, id));
    }
  }
  return builder.build();
}

/** The kinds of journey to choose from; all of them to begin with. */
export function definitionVariable(): Builder<dashboard.VariableModel> {
  return choice("definition", "Journey", dashboard.VariableRefresh.OnDashboardLoad).query(
    variableQuery("definitions"),
  );
}

/** The tags to choose from; without a choice, journeys without tags are shown too. */
export function tagVariable(): Builder<dashboard.VariableModel> {
  return choice("tag", "Tag", dashboard.VariableRefresh.OnTimeRangeChanged).query(variableQuery("tags"));
}

/** Where links to stories lead. */
export function waybillVariable(): Builder<dashboard.VariableModel> {
  return textVariable("waybill", "Waybill at", WAYBILL_URL);
}

/** A box to type into. */
export function textVariable(name: string, label: string, value: string): Builder<dashboard.VariableModel> {
  return new dashboard.TextBoxVariableBuilder(name)
    .label(label)
    .defaultValue(value)
    .current({ text: value, value });
}

function choice(
  name: string,
  label: string,
  refresh: dashboard.VariableRefresh,
): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(CLICKHOUSE)
    .multi(true)
    .includeAll(true)
    .current({ text: ["All"], value: ["$__all"] })
    .refresh(refresh);
}

function variableQuery(name: string): Record<string, string> {
  return { editorType: "sql", rawSql: sql(name) };
}

function siblings(): Builder<dashboard.DashboardLink> {
  return new dashboard.DashboardLinkBuilder("Waybill")
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags(["waybill"])
    .keepTime(true)
    .includeVars(true);
}

function numbered({ panel, columns, height }: Placed, id: number): Builder<dashboard.Panel> {
  return { build: () => ({ ...panel.build(), id, gridPos: { x: 0, y: 0, w: columns, h: height } }) };
}
