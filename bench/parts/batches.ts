/**
 * Batches part: what small requests cost.
 *
 *   requests of 1, 10 and 100 spans → [batches] → spans/s and ack latency of each
 *
 * Senders without a Collector send few spans at a time, and each request has its price.
 */
import type { Bench } from "../part.ts";
import { type Quantiles, quantilesOf } from "../quantiles.ts";
import { DRAIN_SECONDS, Loads } from "./loads.ts";

/** Figures of one size. */
export interface BatchFigures extends Quantiles {
  readonly spansPerRequest: number;
  readonly spansPerSecond: number;
  readonly requestsPerSecond: number;
  readonly refused: number;
}

const SIZES = [1, 10, 100] as const;

/** Sends a few seconds of each size. */
export async function measureBatches(bench: Bench): Promise<BatchFigures[]> {
  const service = await bench.start({ dataDir: await bench.folder("batches") });
  const loads = new Loads(bench, service);
  const seconds = Math.max(2, bench.sizes.seconds / 6);
  const figures: BatchFigures[] = [];
  for (const spansPerRequest of SIZES) {
    const given = { seconds, spansPerRequest, spansPerSecond: null, journeysPerWave: 50 };
    const sent = await loads.send(`${spansPerRequest} a request`, given);
    await service.drained(DRAIN_SECONDS);
    figures.push({
      ...quantilesOf(sent.latencies),
      spansPerRequest,
      spansPerSecond: sent.spans / sent.seconds,
      requestsPerSecond: sent.requests / sent.seconds,
      refused: sent.refused,
    });
  }
  await service.stop();
  return figures;
}
