/**
 * Retention: forgets whole partitions once nothing in them is wanted any more.
 *
 *   waybill.yaml retention + partitions → [retention] → ALTER TABLE … DROP PARTITION
 *
 * Never by our clock alone: a table's time is at most that of its newest rows, so a clock that jumped ahead a month
 * drops nothing fresh (docs/adr/0006). Several processes may do it at once. Rows are never deleted one by one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { Failure } from "../errors.ts";
import type { Retention } from "./definitions.ts";
import { statement } from "./statements.ts";
import type { Store } from "./store.ts";

const DAY_MS = 86_400_000;

/** Which setting keeps which table. Refs lead to hops and go with them. */
const KEPT_BY = {
  hops: "hopsDays",
  refs: "hopsDays",
  journeys: "journeysDays",
  dead_letters: "deadLettersDays",
  dead_letter_acts: "deadLettersDays",
} as const satisfies Record<string, keyof Retention>;

/** A partition by its name. */
export interface Partition {
  readonly table: string;
  /** `20261124`, a day, or `202611`, a month */
  readonly partition: string;
}

/** The partitions that a store has. */
export const partitionsOf = statement(new URL("./sql/partitions.sql", import.meta.url), {
  params: z.object({}),
  row: z.object({ table: z.string(), partition_id: z.string() }),
});

/**
 * Those whose last moment is further back than their table is kept. Pure.
 *
 * @param nowMs  epoch milliseconds; a table whose newest partition ended before it is judged by that end instead
 */
export function overdue(partitions: readonly Partition[], retention: Retention, nowMs: number): Partition[] {
  const newestMs = new Map<string, number>();
  for (const { table, partition } of partitions)
    newestMs.set(table, Math.max(newestMs.get(table) ?? 0, endOf(partition)));
  return partitions.filter(({ table, partition }) => {
    const keeper = Object.entries(KEPT_BY).find(([name]) => name === table)?.[1];
    // A month of refs ends later than the newest day of hops: by its own measure it would go before its hops.
    const asOfMs = Math.min(nowMs, newestMs.get(table === "refs" ? "hops" : table) ?? 0);
    return keeper !== undefined && endOf(partition) <= asOfMs - retention[keeper] * DAY_MS;
  });
}

/** The moment after the last of a day or month. */
function endOf(partition: string): number {
  const [year, month, day] = [partition.slice(0, 4), partition.slice(4, 6), partition.slice(6, 8)].map(
    Number,
  );
  return day === 0
    ? Date.UTC(year ?? 0, month ?? 0, 1)
    : Date.UTC(year ?? 0, (month ?? 1) - 1, (day ?? 1) + 1);
}

/**
 * Drops what is overdue.
 *
 * @throws {Failure} `store_unavailable`; what was dropped by then stays dropped
 */
export async function applyRetention(
  store: Store,
  retention: Retention,
  nowMs: number,
): Promise<Partition[]> {
  const found = await partitionsOf(store, {});
  const partitions = found.map(({ table, partition_id }) => ({ table, partition: partition_id }));
  const dropped = overdue(partitions, retention, nowMs);
  for (const { table, partition } of dropped)
    await store.command(`ALTER TABLE ${tableNamed(table)} DROP PARTITION ID '${digitsOf(partition)}'`);
  return dropped;
}

/** One of ours, so no text from outside gets into the statement. */
function tableNamed(table: string): string {
  const known = Object.keys(KEPT_BY).find((name) => name === table);
  if (known === undefined) throw new RangeError(`${table} has no retention`);
  return known;
}

/** The embedded engine takes no bound value here. */
function digitsOf(partition: string): string {
  if (/^\d{6,8}$/.test(partition)) return partition;
  throw new RangeError(`${partition} is no partition of ours`);
}

/** How to keep a store within its retention. */
export interface SweepOptions {
  readonly store: Store;
  readonly retention: Retention;
  /** epoch milliseconds */
  readonly now: () => number;
  readonly log: {
    readonly info: (fields: object, text: string) => void;
    readonly warn: (fields: object, text: string) => void;
  };
  /** between two sweeps; ms. @default an hour */
  readonly everyMs?: number;
}

const EVERY_MS = 3_600_000;
const AGAIN_MS = 10_000;

/** Sweeps now and then every hour; a store that is away is asked again soon. Resolves at the abort, never rejects. */
export async function sweepForever(options: SweepOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const went = await sweep(options);
    await sleep(went ? (options.everyMs ?? EVERY_MS) : AGAIN_MS, undefined, { signal }).catch(
      () => undefined,
    );
  }
}

async function sweep({ store, retention, now, log }: SweepOptions): Promise<boolean> {
  try {
    const dropped = await applyRetention(store, retention, now());
    for (const partition of dropped) log.info(partition, "Its retention is over: dropped.");
    return true;
  } catch (error) {
    if (!(error instanceof Failure && error.retryable))
      log.warn({ err: error }, "Retention could not be applied.");
    return false;
  }
}
