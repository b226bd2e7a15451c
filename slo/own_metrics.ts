/**
 * Own metrics: how the keeping of objectives itself fares, for Prometheus.
 *
 *   evaluator, notifier, board → [own metrics] → /metrics
 *
 * The words for what is delivered are those of the Collector's exporters. A receiver is called as in the log, never by
 * its address. Says nothing of any objective: metrics.ts does.
 */
import { Counter, Gauge, Registry } from "prom-client";
import type { Board } from "./board.ts";
import type { EvaluatorStats } from "./evaluator.ts";
import type { NotifyStats } from "./notify.ts";

/** What there is to tell. */
export interface Keeping {
  readonly evaluator: EvaluatorStats;
  readonly notifier: readonly NotifyStats[];
  /** null while the store has never answered */
  readonly board: Board | null;
  /** when this process began, and now; epoch milliseconds UTC */
  readonly startedMs: number;
  readonly nowMs: number;
}

/** In Prometheus' text format 0.0.4. */
export function renderOwnMetrics({ evaluator, notifier, board, startedMs, nowMs }: Keeping): Promise<string> {
  const registry = new Registry();
  const settings = (name: string, help: string, labelNames: string[] = []) => ({
    name: `waybill_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const gauge = (...told: Parameters<typeof settings>) => new Gauge(settings(...told));
  // The registry is new each time, so that adding once sets what was counted elsewhere.
  const total = (...told: Parameters<typeof settings>) => new Counter(settings(...told));
  total("slo_evaluations_total", "Looks at all objectives that succeeded.").inc(evaluator.evaluations);
  total("slo_failed_evaluations_total", "Looks that failed; tried again in a minute.").inc(
    evaluator.failures,
  );
  gauge("slo_evaluation_seconds", "How long the last look took.").set(evaluator.lastMs / 1_000);
  const ageMs = Math.max(0, nowMs - (board?.watermarkMs ?? startedMs));
  gauge("slo_watermark_age_seconds", "How far the newest evaluated minute lies back, or the start.").set(
    ageMs / 1_000,
  );
  const { held = 0, owed = 0 } = board?.ledger ?? {};
  gauge("slo_held_journeys", "Journeys held under their names, to be revised.").set(held);
  gauge("slo_owed_journeys", "Changed journeys that wait for the next full count.").set(owed);
  gauge("notifier_leads", "1 where people are told from, of several processes on one store.").set(
    evaluator.leads ? 1 : 0,
  );
  const queue = gauge("notifier_queue_size", "Notifications that wait to be delivered.", ["receiver"]);
  const sent = total("notifier_sent_notifications_total", "Delivered.", ["receiver"]);
  const failed = total("notifier_send_failed_notifications_total", "Given up.", ["receiver"]);
  for (const { target: receiver, waiting, delivered, lost } of notifier) {
    queue.set({ receiver }, waiting);
    sent.inc({ receiver }, delivered);
    failed.inc({ receiver }, lost);
  }
  return registry.metrics();
}
