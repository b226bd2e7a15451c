/**
 * ClickHouse: what a panel asks the store.
 *
 *   sql/*.sql → [query] → panel → JSON
 *
 * The Foundation SDK knows no query type for Grafana's ClickHouse plugin; this is one. Does not run anything:
 * test/dashboards/sql.test.ts does.
 */
import { readFileSync } from "node:fs";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";

/** The provisioned data source (provisioning/datasources/waybill.yaml). */
export const CLICKHOUSE: DataSourceRef = { type: "grafana-clickhouse-datasource", uid: "waybill-clickhouse" };

/** The plugin's number and name for each form in which it hands rows to a panel. */
const FORMATS = { timeseries: 0, table: 1, traces: 3 } as const;

/** A target of the ClickHouse plugin, as it stands in the dashboard's JSON. */
export interface ClickhouseQuery extends Dataquery {
  readonly refId: string;
  readonly datasource: DataSourceRef;
  readonly editorType: "sql";
  readonly rawSql: string;
  readonly format: number;
  readonly queryType: string;
  readonly pluginVersion: string;
}

/**
 * The query of `sql/<name>.sql`.
 *
 * @param name  file name without `.sql`
 * @param form  how the panel wants the rows
 */
export function query(name: string, form: keyof typeof FORMATS): Builder<Dataquery> {
  const target: ClickhouseQuery = {
    refId: "A",
    datasource: CLICKHOUSE,
    editorType: "sql",
    rawSql: sql(name),
    format: FORMATS[form],
    queryType: form,
    pluginVersion: "4.20.0",
    _implementsDataqueryVariant() {},
  };
  return { build: () => target };
}

/** The statement of `sql/<name>.sql` without its header: the plugin expands macros in comments too. */
export function sql(name: string): string {
  const text = readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), "utf8");
  return text.replace(/^(?:--.*\n)+/, "").trim();
}
