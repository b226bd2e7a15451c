/**
 * Ingest part: how many spans a second go in for good, what an ack costs, and whether all of it was right.
 *
 *   load → HTTP → journal → store → [ingest] → spans/s, ack latency, CPU, parts, recount
 *
 * Sustained means: acked spans over the time until the last of them is *stored*, the backlog included.
 */
import type { Encoding } from "../load/bodies.ts";
import { type CpuSeconds, cpuBetween, cpuOf } from "../machine.ts";
import type { Bench } from "../part.ts";
import { type Quantiles, quantilesOf } from "../quantiles.ts";
import { type Recount, recount } from "../recount.ts";
import type { BenchService } from "../service.ts";
import { tableBytes, type Watched, watched } from "../watch.ts";
import { DRAIN_SECONDS, Loads } from "./loads.ts";

/** Figures of one load. */
export interface IngestFigures extends LoadFigures {
  /** disk by table, with indexes; bytes a span */
  readonly bytesPerSpanByTable: Readonly<Record<string, number>>;
  /** at half of what was taken; null when a rate was asked for */
  readonly halfLoad: (Quantiles & { readonly spansPerSecond: number }) | null;
  readonly recount: Recount;
}

interface LoadFigures {
  /** acked spans over the time until all of them were stored */
  readonly spansPerSecond: number;
  /** acked spans over the time until the last ack */
  readonly ackedPerSecond: number;
  /** spans offered a second; null for as many as are taken */
  readonly offeredPerSecond: number | null;
  readonly seconds: number;
  readonly spans: number;
  readonly refused: number;
  readonly bytesPerSpanSent: number;
  /** of the service, for a million spans; s */
  readonly cpuPerMillion: CpuSeconds | null;
  /** of the load generator, for a million spans; s */
  readonly generatorCpuPerMillion: number;
  readonly watched: Watched;
  /** at full speed, or at the rate asked for */
  readonly ack: Quantiles;
}

const SAMPLE_SECONDS = 5;

/** A process that has just started compiles first. */
const WARM_SECONDS = 2;

/** Of fewer than a few hundred requests the slowest in a hundred is one or two. */
const HALF_SECONDS_MIN = 30;

/** Runs the load of one encoding on a fresh folder. */
export async function measureIngest(bench: Bench, encoding: Encoding): Promise<IngestFigures> {
  const dataDir = await bench.folder(encoding);
  const service = await bench.start({ dataDir });
  const loads = new Loads(bench, service, encoding);
  await loads.send(`${encoding}, warming up`, { seconds: WARM_SECONDS, spansPerSecond: null });
  await service.settled(DRAIN_SECONDS);
  const figures = await measured(loads, { bench, service, name: encoding });
  // Half a load beside what is left of a whole one is no half.
  await service.settled(DRAIN_SECONDS);
  const halfLoad = bench.sizes.rate === null ? await half(loads, bench, figures.spansPerSecond) : null;
  await service.settled(DRAIN_SECONDS);
  const bytes = await tableBytes(service);
  await service.stop();
  bench.talk(`${encoding}: counting again`);
  return {
    ...figures,
    halfLoad,
    bytesPerSpanByTable: Object.fromEntries(
      [...bytes].map(([table, size]) => [table, size / loads.truth.spans]),
    ),
    recount: await recount(dataDir, loads.truth),
  };
}

interface Measuring {
  readonly bench: Bench;
  readonly service: BenchService;
  readonly name: string;
}

/** The load that is measured: until its last span is stored. */
async function measured(loads: Loads, { bench, service, name }: Measuring): Promise<LoadFigures> {
  const before = cpuOf(service.pid);
  const began = performance.now();
  const { result: sent, watched: seen } = await watched(service, SAMPLE_SECONDS, async () => {
    const done = await loads.send(name, {});
    await service.drained(DRAIN_SECONDS);
    return done;
  });
  const seconds = (performance.now() - began) / 1000;
  return {
    spansPerSecond: sent.spans / seconds,
    ackedPerSecond: sent.spans / sent.seconds,
    offeredPerSecond: bench.sizes.rate,
    seconds,
    spans: sent.spans,
    refused: sent.refused,
    bytesPerSpanSent: sent.bytes / sent.spans,
    cpuPerMillion: perMillion(cpuBetween(before, cpuOf(service.pid)), sent.spans),
    generatorCpuPerMillion: (sent.cpuSeconds / sent.spans) * 1e6,
    watched: seen,
    ack: quantilesOf(sent.latencies),
  };
}

/** Acks at half of what the service took. */
async function half(loads: Loads, { sizes }: Bench, spansPerSecond: number) {
  const seconds = Math.max(HALF_SECONDS_MIN, sizes.seconds / 3);
  const sent = await loads.send("half load", { seconds, spansPerSecond: spansPerSecond / 2 });
  return { ...quantilesOf(sent.latencies), spansPerSecond: sent.spans / sent.seconds };
}

function perMillion(cpu: CpuSeconds | null, spans: number): CpuSeconds | null {
  if (cpu === null) return null;
  const scaled = (seconds: number) => (seconds / spans) * 1e6;
  return {
    main: scaled(cpu.main),
    pool: scaled(cpu.pool),
    merge: scaled(cpu.merge),
    engine: scaled(cpu.engine),
    total: scaled(cpu.total),
  };
}
