/**
 * Metrics: Waybill about itself, in Prometheus' text format.
 *
 *   counters, pipeline, journal, board → [metrics] → /metrics
 *
 * The words are the Collector's where it has one. Read when asked for, so nothing is counted twice. No order, trace or
 * sender is ever a label.
 */
import { Gauge, Registry } from "prom-client";
import type { Counters, DoorCounters } from "../collector/counters.ts";
import { Failure } from "../errors.ts";
import type { PipelineStats } from "../ingest/pipeline.ts";
import type { Board } from "../slo/board.ts";
import { renderMetrics } from "../slo/metrics.ts";
import type { Objectives } from "../slo/objectives.ts";
import { renderOwnMetrics } from "../slo/own_metrics.ts";

/** What there is to tell; parts that this process does not have are null. */
export interface MetricSources {
  readonly counters: Counters | null;
  readonly pipeline: Readonly<PipelineStats> | null;
  readonly letters: { readonly kept: number; readonly dropped: number } | null;
  /** how the journal stands: size in bytes, segments, spots that hold no record */
  readonly journal:
    | (() => { readonly bytes: number; readonly segments: number; readonly damagedSpots: number })
    | null;
  readonly objectives: {
    readonly board: Pick<Objectives["board"], "read">;
    readonly evaluator: Pick<Objectives["evaluator"], "stats">;
    readonly notifier: Pick<Objectives["notifier"], "stats">;
  };
  /** when this process began; epoch milliseconds */
  readonly startedMs: number;
  /** epoch milliseconds */
  readonly now: () => number;
}

const SIGNALS = { traces: "spans", logs: "log_records", events: "events" } as const;

/** Everything as one page. Objectives are left out while the store has never answered. */
export async function renderAllMetrics(sources: MetricSources): Promise<string> {
  const registry = new Registry();
  if (sources.counters !== null) setDoors(registry, sources.counters);
  if (sources.letters !== null) setLetters(registry, sources.letters);
  if (sources.pipeline !== null) setPipeline(registry, sources.pipeline, sources.now());
  if (sources.journal !== null) setJournal(registry, sources.journal());
  return [await registry.metrics(), ...(await renderObjectives(sources))].join("\n");
}

async function renderObjectives({ objectives, startedMs, now }: MetricSources): Promise<string[]> {
  const board = await boardOf(objectives.board, now());
  const [evaluator, notifier] = [objectives.evaluator.stats, objectives.notifier.stats()];
  const own = await renderOwnMetrics({ evaluator, notifier, board, startedMs, nowMs: now() });
  return board === null ? [own] : [own, await renderMetrics(board)];
}

async function boardOf({ read }: MetricSources["objectives"]["board"], nowMs: number): Promise<Board | null> {
  try {
    return await read(nowMs);
  } catch (error) {
    if (error instanceof Failure && error.retryable) return null;
    throw error;
  }
}

function setDoors(registry: Registry, counters: Counters): void {
  const requests = total(
    registry,
    ["receiver_requests_total", "Requests by door and outcome."],
    ["door", "outcome"],
  );
  const bytes = total(
    registry,
    ["receiver_body_bytes_total", "Bodies taken in, as they came; bytes."],
    ["door"],
  );
  for (const [door, totals] of Object.entries(counters)) {
    for (const [outcome, count] of totals.requests) requests.set({ door, outcome }, count);
    bytes.set({ door }, totals.bodyBytes);
  }
  for (const [signal, noun] of Object.entries(SIGNALS)) setItems(registry, noun, counters[signalOf(signal)]);
}

function signalOf(name: string): keyof typeof SIGNALS {
  return name === "traces" || name === "logs" ? name : "events";
}

function setItems(registry: Registry, noun: string, totals: DoorCounters): void {
  const of = (what: string, help: string) => total(registry, [`receiver_${what}_${noun}_total`, help], []);
  of("accepted", `Acknowledged ${noun}: they are ours.`).set(totals.accepted);
  of("refused", `Refused ${noun}: the sender still has them.`).set(totals.refused);
  const rejected = total(
    registry,
    [`receiver_failed_${noun}_total`, `Rejected ${noun}: dead letters.`],
    ["reason"],
  );
  for (const [reason, count] of totals.rejected) rejected.set({ reason }, count);
}

function setLetters(registry: Registry, { kept, dropped }: NonNullable<MetricSources["letters"]>): void {
  const help = "Refused records beyond what is kept of one day: counted, not kept.";
  total(registry, ["dead_letters_kept_total", "Refused records kept as dead letters."], []).set(kept);
  total(registry, ["dead_letters_dropped_total", help], []).set(dropped);
}

function setPipeline(registry: Registry, stats: Readonly<PipelineStats>, nowMs: number): void {
  const gauge = (name: string, help: string, value: number) => total(registry, [name, help], []).set(value);
  gauge("pipeline_waiting_hops", "Acknowledged, not stored yet.", stats.waiting);
  gauge("pipeline_stored_hops_total", "Stored since the start.", stats.stored);
  gauge("pipeline_flushes_total", "Flushes that the store took.", stats.flushes);
  gauge("pipeline_failed_flushes_total", "Flushes that the store did not take.", stats.failedFlushes);
  gauge("pipeline_last_flush_seconds", "How long the last flush took.", stats.lastFlushMs / 1000);
  const lagMs = stats.oldestWaitingMs === null ? 0 : Math.max(0, nowMs - stats.oldestWaitingMs);
  gauge("pipeline_lag_seconds", "Age of the oldest hop that is not stored yet.", lagMs / 1000);
}

function setJournal(
  registry: Registry,
  state: { readonly bytes: number; readonly segments: number; readonly damagedSpots: number },
): void {
  total(registry, ["journal_bytes", "Size of the journal."], []).set(state.bytes);
  total(registry, ["journal_segments", "Files of the journal."], []).set(state.segments);
  total(registry, ["journal_damaged_spots", "Places that held no record when it was read."], []).set(
    state.damagedSpots,
  );
}

/** A gauge holds what was counted elsewhere: a counter of the library could only be added to. */
function total<L extends string>(
  registry: Registry,
  [name, help]: readonly [string, string],
  labelNames: readonly L[],
) {
  return new Gauge({ name: `waybill_${name}`, help, labelNames: [...labelNames], registers: [registry] });
}
