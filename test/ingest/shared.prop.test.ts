/**
 * Two processes on one store: whenever the second begins to write, in the end each row tells what all hops together
 * tell. The first one's memory knew everything until then.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Delivery, decodeRequest } from "../../collector/request.ts";
import { Failure } from "../../errors.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import { refold } from "../../ingest/refold.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { storedIn } from "../../ingest/stored.ts";
import { announcing, Writers } from "../../ingest/writers.ts";
import { at, DEFINITIONS } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";
import { chance, shuffled, worldOf } from "./world.ts";

const RUNS = Number(process.env["WAYBILL_WORLDS"] ?? 10);
const NOW_MS = Number(at(3_600_000) / 1_000_000n);
const TENANT = "t";
const LIMITS = { bodyBytesMax: 1_000_000 };
const log = { warn: () => undefined };

/** Hears nothing of others. */
class Deaf extends Writers {
  override others = async () => ({ announced: 0n, wereAny: false, areAny: false });
}
/** Says nothing of itself. */
class Mute extends Writers {
  override announce = async () => undefined;
}

/** The classes of the two. */
interface Pair {
  readonly first: typeof Writers;
  readonly second: typeof Writers;
}

let dataDir = "";
let store: Store;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-shared-"));
  store = await openStore({ url: null, dataDir });
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** One of the two, on a folder of its own. */
class Process {
  readonly pipeline: Pipeline;
  readonly #journal: Journal;
  readonly #standing: { isDead: boolean };

  private constructor(journal: Journal, pipeline: Pipeline, standing: { isDead: boolean }) {
    this.#journal = journal;
    this.pipeline = pipeline;
    this.#standing = standing;
  }

  static async start(folder: string, Kind: typeof Writers, inFront: (store: Store) => Store) {
    // As small as they get: some of the journal is let go of.
    const journal = await openJournal({ dataDir: folder, bytesMax: 10_000_000, segmentBytesMax: 1_000 });
    const standing = { isDead: false };
    const shared: Store = mortal(inFront({ ...store, shape: "server" }), standing);
    const now = () => NOW_MS;
    const writers = new Kind({ store: shared, folderId: journal.folderId, now });
    const own = announcing(shared, writers);
    const options = { store: own, journal, definitions: DEFINITIONS, now, log, writers, flushMs: 60_000 };
    const pipeline = openPipeline(options);
    await pipeline.ready();
    for await (const { envelope, body, position } of journal.replay())
      pipeline.recover({ envelope, decoded: await decodeRequest(envelope, body, LIMITS) }, position);
    pipeline.recovered(true);
    return new Process(journal, pipeline, standing);
  }

  async stop(): Promise<void> {
    await this.pipeline.close();
    await this.#journal.close();
  }

  /** Nothing more of it reaches the store. */
  async kill(): Promise<void> {
    this.#standing.isDead = true;
    await this.stop();
  }
}

function mortal(own: Store, standing: { readonly isDead: boolean }): Store {
  const alive = async () => {
    if (standing.isDead) throw new Failure("store_unavailable");
  };
  return {
    ...own,
    query: (...given) => alive().then(() => own.query(...given)),
    command: (...given) => alive().then(() => own.command(...given)),
    insertNative: (...given) => alive().then(() => own.insertNative(...given)),
  };
}

/** The deliveries of a world, one or two facts each, in any order. */
async function arrivals(seed: number): Promise<Delivery[]> {
  const facts = shuffled(worldOf(seed).facts, seed).map(({ hop }) => hop);
  return (await Promise.all(facts.map((hop) => deliveriesOf([hop], TENANT)))).flat();
}

/** How many rows say something else than all hops together, in the end. */
async function wrongRows(seed: number, { first, second }: Pair): Promise<number> {
  for (const table of ["hops", "refs", "journeys", "writers"]) await store.command(`TRUNCATE TABLE ${table}`);
  const next = chance(seed);
  const deliveries = await arrivals(seed);
  const begins = next();
  const left: Delivery[] = [];
  const mine = deliveries.filter((delivery) => {
    if (next() < 0.6) return true;
    left.push(delivery);
    return false;
  });
  let other: Process | null = null;
  let isBusy = false;
  /** Something that the second one does. */
  const act = async () => {
    other ??= await Process.start(join(dataDir, `b${seed}`), second, (own) => own);
    for (const delivery of left.splice(0, 1 + Math.floor(next() * 3))) await other.pipeline.accept(delivery);
    if (next() < 0.7) await other.pipeline.flush();
  };
  let asked = 0;
  /** While the first one waits for the store. */
  const meanwhile = async () => {
    if (isBusy || ++asked < begins * 40 || next() > 0.3) return;
    isBusy = true;
    await act();
    isBusy = false;
  };
  const between =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      await meanwhile();
      const result = await work(...given);
      await meanwhile();
      return result;
    };
  const before = await Process.start(join(dataDir, `a${seed}`), Writers, (own) => own);
  for (const delivery of mine.splice(0, Math.floor(next() * mine.length * 0.6))) {
    await before.pipeline.accept(delivery);
    if (next() < 0.2) await before.pipeline.flush();
  }
  await (next() < 0.5 ? before.kill() : before.stop());
  const one = await Process.start(join(dataDir, `a${seed}`), first, (own) => ({
    ...own,
    query: between(own.query),
    insertNative: between(own.insertNative),
  }));
  while (mine.length > 0) {
    for (const delivery of mine.splice(0, 1 + Math.floor(next() * 6))) await one.pipeline.accept(delivery);
    if (next() < 0.5) await one.pipeline.flush();
  }
  isBusy = true;
  while (left.length > 0) await act();
  const both = [one, other].flatMap((process: Process | null) => process ?? []);
  for (const process of next() < 0.5 ? both : both.reverse()) await process.pipeline.flush();
  for (const process of both) await process.stop();
  return changedByRefolding();
}

async function changedByRefolding(): Promise<number> {
  const source = storedIn(store, { placesMax: 1_000, hopsMax: 10_000 });
  const options = {
    store,
    source,
    definitions: DEFINITIONS,
    tenant: TENANT,
    now: () => NOW_MS,
    learn: () => {},
  };
  const after = { kind: "", value: "" };
  let changed = 0;
  for await (const progress of refold(options, { sinceMs: 0, definition: null, dryRun: true, after }))
    changed = progress.changed;
  return changed;
}

const seeds = Array.from({ length: RUNS }, (_, seed) => seed + 1);

test.each(seeds)(
  "every row is right in the end, whenever the second begins to write (seed %i)",
  async (seed) => {
    expect(await wrongRows(seed, { first: Writers, second: Writers })).toBe(0);
  },
);

/** Worlds in which not to hear of each other shows. */
const TELLING = [11, 18, 20, 13];

test.each([
  ["a first one that hears of nobody", { first: Deaf, second: Writers }],
  ["a second one that announces nothing", { first: Writers, second: Mute }],
])("%s would leave wrong rows", async (_, pair) => {
  for (const seed of TELLING) if ((await wrongRows(seed, pair)) > 0) return;
  expect.fail("no row was wrong");
});
