/**
 * Disk part: what does a span take, all tables and indexes included?
 *
 *   a number of spans → stored and merged → [disk] → bytes a span by table
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../part.ts";
import type { BenchService } from "../service.ts";
import { tableBytes } from "../watch.ts";
import { DRAIN_SECONDS, Loads } from "./loads.ts";

/** Figures of this part. */
export interface DiskFigures {
  readonly spans: number;
  readonly bytesPerSpan: number;
  readonly byTable: Readonly<Record<string, number>>;
}

/** Merges go on after the last insert: looked at again until nothing shrinks any more. */
const QUIET_MS = 5_000;
const LOOKS_MAX = 24;

/** Sends, waits until it is quiet, and looks. */
export async function measureDisk(bench: Bench): Promise<DiskFigures> {
  const service = await bench.start({ dataDir: await bench.folder("disk") });
  const loads = new Loads(bench, service);
  const journeysMax = Math.ceil(bench.sizes.spans / 20);
  await loads.send("disk", { seconds: 3600, journeysMax, spansPerSecond: null });
  await service.drained(DRAIN_SECONDS);
  const bytes = await settledBytes(service);
  await service.stop();
  const byTable = Object.fromEntries([...bytes].map(([table, size]) => [table, size / loads.truth.spans]));
  return { spans: loads.truth.spans, bytesPerSpan: total(bytes) / loads.truth.spans, byTable };
}

async function settledBytes(service: BenchService): Promise<Map<string, number>> {
  let bytes = await tableBytes(service);
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    await sleep(QUIET_MS);
    const now = await tableBytes(service);
    if (total(now) === total(bytes)) return now;
    bytes = now;
  }
  return bytes;
}

function total(bytes: ReadonlyMap<string, number>): number {
  return [...bytes.values()].reduce((sum, size) => sum + size, 0);
}
