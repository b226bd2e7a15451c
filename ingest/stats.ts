/**
 * Stats: what a pipeline did so far, as plain numbers.
 *
 *   pipeline → [stats] → readiness, /metrics
 */
import type { HopBatch } from "../collector/decoder/columns.ts";
import { Failure } from "../errors.ts";

/** Running totals since the start. */
export interface PipelineStats {
  /** acked, not stored yet; hops */
  waiting: number;
  /** about what they take in memory; bytes */
  waitingBytes: number;
  /** stored; hops, each telling counted */
  stored: number;
  flushes: number;
  failedFlushes: number;
  /** kind of key → values that were too long to be one; count */
  readonly longKeys: Map<string, number>;
  /** how long the last flush took; ms */
  lastFlushMs: number;
  /** how long all flushes took that the store took; ms */
  flushMs: number;
  /** when the oldest hop that waits was acked; epoch ms, null when none waits */
  oldestWaitingMs: number | null;
  /** why the store did not take the last flush, in words that may be shown; null when it did */
  trouble: string | null;
  /** a block was stored, and nothing has failed since */
  isTaking: boolean;
}

/** Of a pipeline that has done nothing yet. */
export function zeroStats(): PipelineStats {
  return {
    waiting: 0,
    waitingBytes: 0,
    stored: 0,
    flushes: 0,
    failedFlushes: 0,
    longKeys: new Map(),
    lastFlushMs: 0,
    flushMs: 0,
    oldestWaitingMs: null,
    trouble: null,
    isTaking: true,
  };
}

/** A delivery is acked. */
export function noteAcked(stats: PipelineStats, { rows, bytes }: Pick<HopBatch, "rows" | "bytes">): void {
  stats.waiting += rows;
  stats.waitingBytes += bytes;
}

/** A delivery held values that were too long to be keys. */
export function noteLongKeys({ longKeys }: PipelineStats, more: ReadonlyMap<string, number>): void {
  for (const [kind, count] of more) longKeys.set(kind, (longKeys.get(kind) ?? 0) + count);
}

/** The store took a flush. */
export function noteFlushed(stats: PipelineStats, tookMs: number): void {
  stats.flushes += 1;
  stats.isTaking = true;
  stats.lastFlushMs = tookMs;
  stats.flushMs += tookMs;
}

/** It did not, or what follows from a flush could not be written; it is tried again. */
export function noteFailed(stats: PipelineStats, error: unknown): void {
  stats.failedFlushes += 1;
  stats.isTaking = false;
  stats.trouble = error instanceof Failure ? error.message : "It refuses what is written.";
}
