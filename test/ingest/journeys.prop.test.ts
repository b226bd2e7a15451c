/**
 * The table of journeys, on the real store: whatever came in, in whatever order, and however often the process was
 * started anew, in the end every column of every row is what a reader would fold from all hops.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { type Delivery, decodeRequest } from "../../collector/request.ts";
import { journeysBlock } from "../../ingest/blocks.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { deliveriesOf } from "./deliveries.ts";
import { BUSY, HOUR_LATER_NS, readIn } from "./rows.ts";
import { arrivalsIn, chance } from "./world.ts";

const RUNS = Number(process.env["WAYBILL_WORLDS"] ?? 12);
const NOW_MS = Number(HOUR_LATER_NS / 1_000_000n);
const TENANT = "t";
const LIMITS = { bodyBytesMax: 1_000_000 };
const log = { warn: () => undefined };

let dataDir = "";
let store: Store;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-journeys-"));
  store = await openStore({ url: null, dataDir });
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A process that may be started anew: its journal is small, so that not all is in memory afterwards. */
class Process {
  #journal: Journal | null = null;
  #pipeline: Pipeline | null = null;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async pipeline(): Promise<Pipeline> {
    if (this.#pipeline !== null) return this.#pipeline;
    const journal = await openJournal({
      dataDir: this.#folder,
      bytesMax: 10_000_000,
      segmentBytesMax: 1_000,
    });
    const options = { store, journal, definitions: BUSY, now: () => NOW_MS, log, flushMs: 60_000 };
    const pipeline = openPipeline(options);
    await pipeline.ready();
    for await (const { envelope, body, position } of journal.replay())
      pipeline.recover({ envelope, decoded: await decodeRequest(envelope, body, LIMITS) }, position);
    pipeline.recovered(true);
    this.#journal = journal;
    this.#pipeline = pipeline;
    return pipeline;
  }

  async stop(): Promise<void> {
    await this.#pipeline?.close();
    await this.#journal?.close();
    this.#pipeline = null;
  }
}

/** One to three facts each. */
async function arrivals(seed: number): Promise<Delivery[]> {
  const next = chance(seed);
  const hops = arrivalsIn(seed);
  const deliveries: Delivery[] = [];
  for (let from = 0; from < hops.length; ) {
    const until = from + 1 + Math.floor(next() * 3);
    deliveries.push(...(await deliveriesOf(hops.slice(from, until), TENANT)));
    from = until;
  }
  return deliveries;
}

function hopsOf({ decoded: { batch } }: Delivery): Hop[] {
  return Array.from({ length: batch.rows }, (_, row) => batch.hop(row));
}

function rowsOf(tenant: string): Promise<unknown[]> {
  return store.query(
    `SELECT * EXCEPT (tenant, version, folded_at) FROM journeys FINAL
     WHERE tenant = {tenant:String} AND state != 'merged' ORDER BY definition, subject_kind, subject`,
    { tenant },
  );
}

const seeds = Array.from({ length: RUNS }, (_, seed) => seed + 1);

test.each(seeds)("every column of every row is right in the end (seed %i)", async (seed) => {
  for (const table of ["hops", "refs", "journeys"]) await store.command(`TRUNCATE TABLE ${table}`);
  const next = chance(seed);
  const process = new Process(join(dataDir, `p${seed}`));
  const deliveries = await arrivals(seed);
  for (let from = 0; from < deliveries.length; ) {
    const until = from + 1 + Math.floor(next() * 16);
    const pipeline = await process.pipeline();
    await Promise.all(deliveries.slice(from, until).map((delivery) => pipeline.accept(delivery)));
    from = until;
    if (next() < 0.8) await pipeline.flush();
    if (next() < 0.2) await process.stop();
  }
  await (await process.pipeline()).flush();
  await process.stop();
  const folded = readIn(deliveries.flatMap(hopsOf), HOUR_LATER_NS);
  await store.insertNative("journeys", [journeysBlock("expected", folded, 1n)]);
  expect(await rowsOf(TENANT)).toEqual(await rowsOf("expected"));
});
