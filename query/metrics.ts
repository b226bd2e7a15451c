/**
 * Metrics: Waybill about itself, in Prometheus' text format.
 *
 *   counters, pipeline, journal, board → [metrics] → /metrics
 *
 * The words are the Collector's where it has one. Read when asked for, so nothing is counted twice. No order, trace or
 * sender is ever a label.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Counter, Gauge, Registry } from "prom-client";
import type { Counters, DoorCounters } from "../collector/counters.ts";
import { Failure } from "../errors.ts";
import type { BacklogState } from "../ingest/backlog.ts";
import { KEY_CHARACTERS_MAX } from "../ingest/keys.ts";
import type { SegmentsState } from "../ingest/segments.ts";
import type { SettlerStats } from "../ingest/settler.ts";
import type { PipelineStats } from "../ingest/stats.ts";
import type { Board } from "../slo/board.ts";
import { renderMetrics } from "../slo/metrics.ts";
import type { Objectives } from "../slo/objectives.ts";
import { renderOwnMetrics } from "../slo/own_metrics.ts";

/** What there is to tell; parts that this process does not have are null. */
export interface MetricSources {
  readonly counters: Counters | null;
  readonly pipeline: (Readonly<PipelineStats> & Omit<SettlerStats, "live">) | null;
  readonly letters: { readonly kept: number; readonly dropped: number } | null;
  /** how the journal stands, and what it may hold; bytes */
  readonly journal: (SegmentsState & { readonly bytesMax: number }) | null;
  readonly backlog: Pick<BacklogState, "parked" | "replayed" | "unreadable"> | null;
  readonly objectives: ObjectiveSources | null;
  /** when this process began; epoch milliseconds */
  readonly startedMs: number;
  /** epoch milliseconds */
  readonly now: () => number;
}

/** Where objectives and those who keep them are read. */
export interface ObjectiveSources {
  readonly board: Pick<Objectives["board"], "read" | "latest">;
  readonly evaluator: Pick<Objectives["evaluator"], "stats">;
  readonly notifier: Pick<Objectives["notifier"], "stats">;
}

const SIGNALS = { traces: "spans", logs: "log_records", events: "events" } as const;

const LONG_KEYS_HELP = `Values of more than ${KEY_CHARACTERS_MAX} characters where keys are looked for: no keys.`;

/** Longer than a look takes, and shorter than who scrapes would wait; ms. */
const LOOK_MS = 2_000;

/** Everything as one page. Objectives are left out until they were first counted, which may take a minute. */
export async function renderAllMetrics(sources: MetricSources): Promise<string> {
  const registry = new Registry();
  if (sources.counters !== null) setDoors(registry, sources.counters);
  if (sources.letters !== null) setLetters(registry, sources.letters);
  if (sources.pipeline !== null) setPipeline(registry, sources.pipeline, sources.now());
  if (sources.journal !== null) setJournal(registry, sources.journal);
  if (sources.backlog !== null) setBacklog(registry, sources.backlog);
  return [await registry.metrics(), ...(await renderObjectives(sources))].join("\n");
}

async function renderObjectives({ objectives, startedMs, now }: MetricSources): Promise<string[]> {
  if (objectives === null) return [];
  const board = await boardOf(objectives.board, now());
  const [evaluator, notifier] = [objectives.evaluator.stats, objectives.notifier.stats()];
  const own = await renderOwnMetrics({ evaluator, notifier, board, startedMs, nowMs: now() });
  return board === null ? [own] : [own, await renderMetrics(board)];
}

async function boardOf({ read, latest }: ObjectiveSources["board"], nowMs: number): Promise<Board | null> {
  const looking = read(nowMs).catch((error: unknown) => {
    if (error instanceof Failure && error.retryable) return null;
    throw error;
  });
  const patience = new AbortController();
  const waited = sleep(LOOK_MS, null, { signal: patience.signal, ref: false }).then(latest, () => null);
  try {
    return await Promise.race([looking, waited]);
  } finally {
    patience.abort();
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

function setPipeline(registry: Registry, stats: NonNullable<MetricSources["pipeline"]>, nowMs: number): void {
  const gauge = (name: string, help: string, value: number) => total(registry, [name, help], []).set(value);
  gauge("pipeline_waiting_hops", "Acknowledged, not stored yet.", stats.waiting);
  gauge("pipeline_unsettled_subjects", "Stored or not, their journeys are not written yet.", stats.unsettled);
  const settled = total(
    registry,
    ["pipeline_settled_subjects_total", "Journeys written, told by memory alone or with the store's help."],
    ["by"],
  );
  settled.set({ by: "memory" }, stats.fromMemory);
  settled.set({ by: "store" }, stats.fromStore);
  const long = total(registry, ["pipeline_long_keys_total", LONG_KEYS_HELP], ["kind"]);
  for (const [kind, count] of stats.longKeys) long.set({ kind }, count);
  gauge("pipeline_stored_hops_total", "Stored since the start.", stats.stored);
  gauge("pipeline_flushes_total", "Flushes that the store took.", stats.flushes);
  gauge(
    "pipeline_failed_flushes_total",
    "Flushes that the store did not take; tried again.",
    stats.failedFlushes,
  );
  gauge(
    "pipeline_flush_seconds_total",
    "How long the flushes took that the store took.",
    stats.flushMs / 1000,
  );
  gauge("pipeline_last_flush_seconds", "How long the last of them took.", stats.lastFlushMs / 1000);
  const lagMs = stats.oldestWaitingMs === null ? 0 : Math.max(0, nowMs - stats.oldestWaitingMs);
  gauge("pipeline_lag_seconds", "Age of the oldest hop that is not stored yet.", lagMs / 1000);
}

function setJournal(registry: Registry, state: NonNullable<MetricSources["journal"]>): void {
  const gauge = (name: string, help: string, value: number) => total(registry, [name, help], []).set(value);
  gauge("journal_bytes", "Size of the journal.", state.bytes);
  gauge("journal_limit_bytes", "Beyond this size senders get 503.", state.bytesMax);
  gauge("journal_segments", "Files of the journal.", state.segments);
  gauge("journal_damaged_spots", "Places that held no record when it was read.", state.damagedSpots);
  gauge("journal_damaged_bytes", "Size of those places.", state.damagedBytes);
  const lost = total(registry, ["journal_lost_segments", "Files that were not whole at the start."], ["how"]);
  lost.set({ how: "missing" }, state.missingSegments);
  lost.set({ how: "empty" }, state.emptySegments);
  lost.set({ how: "unreadable" }, state.unreadableSegments);
}

function setBacklog(registry: Registry, state: NonNullable<MetricSources["backlog"]>): void {
  const gauge = (name: string, help: string, value: number) => total(registry, [name, help], []).set(value);
  gauge("backlog_parked_deliveries", "Acknowledged deliveries that are in the journal only.", state.parked);
  gauge("backlog_replayed_deliveries_total", "Read back from the journal since the start.", state.replayed);
  gauge("backlog_unreadable_deliveries_total", "Of those, now dead letters.", state.unreadable);
}

/** Holds what was counted elsewhere; the registry is new each time, so that a counter can be set by adding once. */
function total<L extends string>(
  registry: Registry,
  [name, help]: readonly [string, string],
  labelNames: readonly L[],
): Pick<Gauge<L>, "set"> {
  const settings = { name: `waybill_${name}`, help, labelNames: [...labelNames], registers: [registry] };
  if (!name.endsWith("_total")) return new Gauge(settings);
  const counter = new Counter(settings);
  const set = (labels: number | Partial<Record<L, string | number>>, value?: number) =>
    typeof labels === "number" ? counter.inc(labels) : counter.inc(labels, value);
  return { set };
}
