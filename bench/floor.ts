/**
 * Floor: what the pieces can do alone, in the same run, so that every figure is also a ratio.
 *
 *   bodies of the load → gunzip only, decode only, insert only → [floor] → spans/s
 *
 * On one thread of this process, with nothing else going on. The insert is of the same spans in the same blocks, through
 * the real table, without journal, stitching, refs or journeys; its merges are not waited for.
 */
import { rm } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { batchOf } from "../collector/decoder/batch.ts";
import { type HopBatch, newColumns } from "../collector/decoder/columns.ts";
import { takeExport } from "../collector/decoder/envelope.ts";
import { takeJsonExport } from "../collector/decoder/json.ts";
import { JSON_SPANS } from "../collector/decoder/json_records.ts";
import { SPANS } from "../collector/decoder/traces.ts";
import { migrate } from "../ingest/migrate.ts";
import { encodeHops, type Located } from "../ingest/native_hops.ts";
import { openStore } from "../ingest/store.ts";
import { Bodies, type Encoding } from "./load/bodies.ts";
import type { Bench } from "./part.ts";
import { SERVICES } from "./shop.ts";

/** What bounds the figures; spans a second of one core, and of the clock for the insert. */
export interface Floors {
  readonly gunzipPerSecond: number;
  readonly decodePerSecond: number;
  readonly jsonDecodePerSecond: number;
  readonly insertPerSecond: number;
  /** CPU of an insert, all threads, for a million spans; s */
  readonly insertCpuPerMillion: number;
}

const WAVES = 20;
const JOURNEYS = 400;
const ROUNDS = 4;
/** As the pipeline aims for. */
const BLOCK_ROWS = 200_000;

/** Measures each piece. Takes about ten seconds. */
export async function measureFloors(bench: Bench): Promise<Floors> {
  bench.talk("floors: decode only, insert only");
  const nowMs = Date.now();
  const protobuf = packed("protobuf", bench.sizes.seed, nowMs);
  const json = packed("json", bench.sizes.seed, nowMs);
  const plain = protobuf.bodies.map((body) => gunzipSync(body));
  const jsonPlain = json.bodies.map((body) => gunzipSync(body));
  const batches = plain.map((body) => decoded(body, nowMs));
  return {
    gunzipPerSecond: best(protobuf.spans, () => protobuf.bodies.forEach((body) => void gunzipSync(body))),
    decodePerSecond: best(protobuf.spans, () => plain.forEach((body) => void decoded(body, nowMs))),
    jsonDecodePerSecond: best(json.spans, () =>
      jsonPlain.forEach((body) => void takeJsonExport(body, newColumns(nowMs, body.length), JSON_SPANS)),
    ),
    ...(await inserted(await bench.folder("floor"), batches)),
  };
}

function packed(encoding: Encoding, seed: number, nowMs: number) {
  const bodies = new Bodies(encoding);
  const all = Array.from({ length: WAVES }, (_, wave) =>
    SERVICES.map((_name, service) =>
      bodies.whole(
        { seed, from: wave * JOURNEYS, journeys: JOURNEYS, atMs: nowMs - 5_000, services: SERVICES.length },
        service,
      ),
    ),
  );
  const made = all.flat().filter((body) => body !== null);
  return { bodies: made.map(({ bytes }) => bytes), spans: made.reduce((sum, { spans }) => sum + spans, 0) };
}

function decoded(body: Uint8Array, nowMs: number): HopBatch {
  const columns = newColumns(nowMs, body.length);
  takeExport(body, columns, SPANS);
  return batchOf(columns);
}

/** The best of a few rounds, by CPU time: what else the machine does meanwhile is not our figure. */
function best(spans: number, round: () => void): number {
  let perSecond = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const cpu = process.cpuUsage();
    round();
    const { user, system } = process.cpuUsage(cpu);
    perSecond = Math.max(perSecond, (spans / (user + system)) * 1e6);
  }
  return perSecond;
}

async function inserted(dataDir: string, batches: readonly HopBatch[]) {
  const store = await openStore({ url: null, dataDir });
  try {
    await migrate(store);
    const cpu = process.cpuUsage();
    const beganMs = performance.now();
    let rows = 0;
    for (const group of groups(batches)) {
      await store.insertNative("hops", encodeHops("default", group.map(located)));
      rows += group.reduce((sum, batch) => sum + batch.rows, 0);
    }
    const { user, system } = process.cpuUsage(cpu);
    const ms = performance.now() - beganMs;
    return { insertPerSecond: (rows / ms) * 1000, insertCpuPerMillion: (user + system) / rows };
  } finally {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function groups(batches: readonly HopBatch[]): HopBatch[][] {
  const made: HopBatch[][] = [[]];
  let rows = 0;
  for (const batch of batches) {
    if (rows + batch.rows > BLOCK_ROWS) {
      made.push([]);
      rows = 0;
    }
    made.at(-1)?.push(batch);
    rows += batch.rows;
  }
  return made;
}

/** With the localities that ingest/refs.ts gives to spans. */
function located(batch: HopBatch): Located {
  const { traceId } = batch.columns.fixed;
  const view = new DataView(traceId.buffer, traceId.byteOffset);
  const localities = BigUint64Array.from(
    { length: batch.rows },
    (_, row) => view.getBigUint64(row * 16) ^ view.getBigUint64(row * 16 + 8),
  );
  return { batch, localities };
}
