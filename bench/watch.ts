/**
 * Watch: how a service stands while it is under load.
 *
 *   /metrics, /proc → [watch] → a line of samples over time
 */
import { setTimeout as sleep } from "node:timers/promises";
import { memoryOf } from "./machine.ts";
import type { BenchService } from "./service.ts";

/** One look at a service. */
export interface Sample {
  /** since the watch began; s */
  readonly atSeconds: number;
  readonly waitingHops: number;
  /** of all tables */
  readonly parts: number;
  readonly insertedRows: number;
  readonly mergedRows: number;
  readonly residentBytes: number | null;
}

/** Samples of a whole run. */
export interface Watched {
  readonly samples: readonly Sample[];
  readonly peakBytes: number | null;
  /** rows read by merges for each row inserted, all tables; null when nothing was */
  readonly mergedPerInserted: number | null;
}

/** Looks every few seconds while something goes on. Ends with it, and throws what it throws. */
export async function watched<T>(
  service: BenchService,
  everySeconds: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly watched: Watched }> {
  const began = performance.now();
  const samples = [await sampleOf(service, began)];
  const over = new AbortController();
  const looking = look(service, { samples, began, everySeconds, signal: over.signal });
  try {
    const result = await work();
    samples.push(await sampleOf(service, began));
    return { result, watched: summed(samples, memoryOf(service.pid)?.peakBytes ?? null) };
  } finally {
    over.abort();
    await looking;
  }
}

interface Looking {
  readonly samples: Sample[];
  readonly began: number;
  readonly everySeconds: number;
  readonly signal: AbortSignal;
}

async function look(service: BenchService, { samples, began, everySeconds, signal }: Looking): Promise<void> {
  const pause = () => sleep(everySeconds * 1000, true, { signal }).catch(() => false);
  while (await pause()) samples.push(await sampleOf(service, began));
}

async function sampleOf(service: BenchService, began: number): Promise<Sample> {
  const metrics = await service.metrics();
  const value = (name: string) => metrics.get(`waybill_${name}`) ?? 0;
  const parts = [...metrics].filter(([name]) => name.startsWith("waybill_store_parts{"));
  return {
    atSeconds: (performance.now() - began) / 1000,
    waitingHops: value("pipeline_waiting_hops"),
    parts: parts.reduce((sum, [, count]) => sum + count, 0),
    insertedRows: value("store_inserted_rows_total"),
    mergedRows: value("store_merged_rows_total"),
    residentBytes: memoryOf(service.pid)?.residentBytes ?? null,
  };
}

function summed(samples: readonly Sample[], peakBytes: number | null): Watched {
  const [first, last] = [samples[0], samples.at(-1)];
  const inserted = (last?.insertedRows ?? 0) - (first?.insertedRows ?? 0);
  const merged = (last?.mergedRows ?? 0) - (first?.mergedRows ?? 0);
  return { samples, peakBytes, mergedPerInserted: inserted > 0 ? merged / inserted : null };
}

/** What each table takes; bytes, by its name. */
export async function tableBytes(service: BenchService): Promise<Map<string, number>> {
  const metrics = await service.metrics();
  const found = [...metrics].flatMap(([name, bytes]) => {
    const table = /^waybill_store_bytes\{table="(\w+)"\}$/.exec(name)?.[1];
    return table === undefined ? [] : [[table, bytes] as const];
  });
  return new Map(found);
}
