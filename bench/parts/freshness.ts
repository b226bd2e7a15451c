/**
 * Freshness part: how long after its ack is a span in the answer?
 *
 *   one order acked → GET /v1/orders/{id} again and again → [freshness] → ms until it is told
 *
 * Asked over the API, under load, one order at a time. The time of the answer itself is part of it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { idsOf, orderId } from "../chance.ts";
import { Bodies } from "../load/bodies.ts";
import { Connection } from "../load/connection.ts";
import { type Bench, planOf, sendAloud } from "../part.ts";
import { type Quantiles, quantilesOf } from "../quantiles.ts";
import { type BenchService, hopsTold } from "../service.ts";
import { SERVICES } from "../shop.ts";

/** Figures of this part. */
export interface FreshnessFigures extends Quantiles {
  /** what was going on meanwhile; spans a second */
  readonly loadPerSecond: number;
  /** asked again because the first answer did not have it; count */
  readonly askedAgain: number;
}

/** Far from the journeys of the load. */
const PROBES_FROM = 3_000_000_000;
/** Given up after this; ms. */
const MISSING_MS = 30_000;

/** Probes while the load lasts. */
export async function measureFreshness(bench: Bench): Promise<FreshnessFigures> {
  const service = await bench.start({ dataDir: await bench.folder("freshness") });
  const plan = planOf(bench, { port: service.otlpPort, spansPerSecond: bench.sizes.loadRate });
  let isOver = false;
  const loading = sendAloud(bench, "freshness", plan).finally(() => {
    isOver = true;
  });
  const [sent, probes] = await Promise.all([loading, probing(service, bench.sizes.seed, () => isOver)]);
  await service.stop();
  return {
    ...quantilesOf(probes.map(({ ms }) => ms)),
    loadPerSecond: sent.spans / sent.seconds,
    askedAgain: probes.reduce((sum, { asked }) => sum + asked - 1, 0),
  };
}

interface Probe {
  readonly ms: number;
  readonly asked: number;
}

async function probing(service: BenchService, seed: number, isOver: () => boolean): Promise<Probe[]> {
  const bodies = new Bodies("protobuf");
  const connection = await Connection.open(service.otlpPort);
  const probes: Probe[] = [];
  try {
    while (!isOver()) probes.push(await probe(service, connection, { bodies, seed, number: probes.length }));
  } finally {
    connection.close();
  }
  return probes;
}

interface Probing {
  readonly bodies: Bodies;
  readonly seed: number;
  readonly number: number;
}

/** Sends what `orders` tells of one order, and asks until all of it is told. */
async function probe(service: BenchService, connection: Connection, probing: Probing): Promise<Probe> {
  const { bodies, seed, number } = probing;
  const from = PROBES_FROM + number;
  const wave = { seed, from, journeys: 1, atMs: Date.now() - 2_000, services: SERVICES.length };
  const body = bodies.whole(wave, SERVICES.indexOf("orders"));
  if (body === null) throw new RangeError("orders tells of every journey");
  const posting = { path: "/v1/traces", contentType: bodies.contentType };
  while ((await connection.post(posting, body.bytes)).status !== 200) await sleep(100);
  const ackedMs = performance.now();
  const path = `/v1/orders/${orderId(idsOf(seed, from))}`;
  for (let asked = 1; ; asked++) {
    const told = hopsTold(await service.get(path));
    if (told >= body.spans) return { ms: performance.now() - ackedMs, asked };
    if (performance.now() - ackedMs > MISSING_MS)
      throw new Error(`${path} tells of ${told} of ${body.spans} spans, ${MISSING_MS} ms after their ack`);
  }
}
