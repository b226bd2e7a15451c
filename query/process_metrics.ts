/**
 * Process metrics: memory, files, event loop and garbage collection of this process, under their usual names.
 *
 *   Node → [process_metrics] → /metrics
 *
 * Measured from the first time that somebody asks.
 */
import { collectDefaultMetrics, Registry } from "prom-client";

let registry: Registry | null = null;

/** `process_…` and `nodejs_…` as a page of its own, to be put behind the others. */
export async function renderProcessMetrics(): Promise<string> {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry.metrics();
}
