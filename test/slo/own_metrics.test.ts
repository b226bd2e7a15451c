/** How the keeping of objectives fares, as Prometheus reads it. */
import { expect, test } from "vitest";
import { renderOwnMetrics } from "../../slo/own_metrics.ts";

const KEEPING = {
  evaluator: { evaluations: 41, failures: 2, lastMs: 250, leads: true },
  notifier: [{ target: "webhook-1", waiting: 1, delivered: 7, lost: 3 }],
  board: null,
  startedMs: 0,
  nowMs: 60_000,
};

test("what is called a total is a counter, and nothing else is", async () => {
  const types = [...(await renderOwnMetrics(KEEPING)).matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  const counters = types.flatMap(([, name, type]) => (type === "counter" ? [name] : []));
  const totals = types.flatMap(([, name]) => (name?.endsWith("_total") ? [name] : []));
  expect(totals).toContain("waybill_slo_failed_evaluations_total");
  expect(counters).toEqual(totals);
});

test("looks are counted since the start of the process", async () => {
  const text = await renderOwnMetrics(KEEPING);
  expect(text).toContain("waybill_slo_evaluations_total 41\n");
  expect(text).toContain("waybill_slo_failed_evaluations_total 2\n");
});
