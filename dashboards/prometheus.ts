/**
 * Prometheus: the gauges that Waybill computes at its watermark, as panels ask for them.
 *
 *   slo/ → /metrics → Prometheus → [gauge] → panel → JSON
 *
 * Gauges, not counters: a journey that missed its deadline may be taken back by a fact that was late on the wire.
 */
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";

/** The provisioned data source (provisioning/datasources/waybill.yaml). */
export const PROMETHEUS: DataSourceRef = { type: "prometheus", uid: "waybill-prometheus" };

/**
 * A query over the dashboard's time range.
 *
 * @param refId   names the series of this query in its panel: a letter
 * @param expr    PromQL
 * @param legend  how a series is called, with `{{label}}` holes
 */
export function range(refId: string, expr: string, legend: string): Builder<Dataquery> {
  return new DataqueryBuilder().refId(refId).datasource(PROMETHEUS).expr(expr).legendFormat(legend).range();
}

/** The same at the end of the range only, as a number to show. */
export function instant(refId: string, expr: string, legend: string): Builder<Dataquery> {
  return new DataqueryBuilder().refId(refId).datasource(PROMETHEUS).expr(expr).legendFormat(legend).instant();
}

/** The same as rows, a column per label. */
export function rows(refId: string, expr: string): Builder<Dataquery> {
  const target = new DataqueryBuilder().refId(refId).datasource(PROMETHEUS).expr(expr).instant();
  return target.format(PromQueryFormat.Table);
}
