/**
 * Figures: all that a run measured, as one object.
 *
 *   parts → [figures] → --json, table.ts
 *
 * Names are stable: they are compared from run to run. A part that did not run is null.
 */
import type { Floors } from "./floor.ts";
import type { BatchFigures } from "./parts/batches.ts";
import type { CpuFigures } from "./parts/cpu.ts";
import type { DiskFigures } from "./parts/disk.ts";
import type { FreshnessFigures } from "./parts/freshness.ts";
import type { IngestFigures } from "./parts/ingest.ts";
import type { LookupFigures } from "./parts/lookup.ts";
import type { MemoryFigures } from "./parts/memory.ts";
import type { RestartFigures } from "./parts/restart.ts";
import type { SloFigures } from "./parts/slo.ts";

/** What each part found; null for those that did not run. */
export interface Measured {
  readonly floors: Floors | null;
  readonly ingest: IngestFigures | null;
  readonly json: IngestFigures | null;
  readonly batches: readonly BatchFigures[] | null;
  readonly freshness: FreshnessFigures | null;
  readonly lookup: LookupFigures | null;
  readonly disk: DiskFigures | null;
  readonly memory: MemoryFigures | null;
  readonly slo: SloFigures | null;
  readonly restart: RestartFigures | null;
  readonly cpu: CpuFigures | null;
}

/** The object that `--json` prints: headline figures first, all that was measured behind them. */
export function figuresOf(measured: Measured, run: { readonly machine: string; readonly at: string }) {
  const { ingest, json, lookup, freshness, disk, memory, slo, restart, floors } = measured;
  return {
    ...run,
    ingest: ingest && {
      spansPerSecond: ingest.spansPerSecond,
      ackP50Ms: (ingest.halfLoad ?? ingest.ack).p50Ms,
      ackP99Ms: (ingest.halfLoad ?? ingest.ack).p99Ms,
      seconds: ingest.seconds,
      ratioToDecode: ratio(ingest.spansPerSecond, floors?.decodePerSecond),
      ratioToInsert: ratio(ingest.spansPerSecond, floors?.insertPerSecond),
      recountRight: ingest.recount.right,
    },
    json: json && {
      spansPerSecond: json.spansPerSecond,
      ratioToDecode: ratio(json.spansPerSecond, floors?.jsonDecodePerSecond),
      recountRight: json.recount.right,
    },
    lookup: lookup && {
      storedSpans: lookup.storedSpans,
      p50Ms: lookup.idle.p50Ms,
      p99Ms: lookup.idle.p99Ms,
      againP50Ms: lookup.again.p50Ms,
      againP99Ms: lookup.again.p99Ms,
      underLoadP50Ms: lookup.underLoad.p50Ms,
      underLoadP99Ms: lookup.underLoad.p99Ms,
    },
    freshness: freshness && { p50Ms: freshness.p50Ms, p99Ms: freshness.p99Ms },
    disk: disk && { bytesPerSpan: disk.bytesPerSpan },
    memory: memory && {
      bytesPerOpenJourney: memory.bytesPerOpenJourney,
      residentBytesPerOpenJourney: memory.residentBytesPerOpenJourney,
    },
    slo: slo && { objectives: slo.objectives, journeys: slo.journeys, evaluationMs: slo.evaluationMs },
    restart: restart && { seconds: restart.seconds, recountRight: restart.recount.right },
    floors,
    measured,
  };
}

/** Whether every recount that was made came out right. */
export function isRight({ ingest, json, restart }: Measured): boolean {
  return [ingest, json, restart].every((part) => part === null || part.recount.right);
}

function ratio(figure: number, floor: number | undefined): number | null {
  return floor === undefined ? null : figure / floor;
}
