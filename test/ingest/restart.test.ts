import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeRequest } from "../../collector/request.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import type { Position } from "../../ingest/segments.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { announcing, Writers } from "../../ingest/writers.ts";
import { at, DEFINITIONS, event, TEN_NS } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const TENANT = "default";
const NOW_MS = Number(TEN_NS / 1_000_000n) + 60_000;
const LIMITS = { bodyBytesMax: 1_000_000 };
const log = { warn: () => undefined };

/** A restart: `OLD` was let go of by the journal before it, `KEPT` is stored and settled and still in the journal. */
describe.each(["embedded", "server"] as const)("after a restart (%s)", (shape) => {
  let dataDir = "";
  let store: Store;
  let journal: Journal;
  let pipeline: Pipeline;

  const begin = async () => {
    journal = await openJournal({ dataDir, bytesMax: 10_000_000, segmentBytesMax: 1, unusedSegment: 100 });
    const now = () => NOW_MS;
    const shaped: Store = { ...store, shape };
    const writers = new Writers({ store: shaped, folderId: journal.folderId, now });
    const own = announcing(shaped, writers);
    pipeline = openPipeline({
      store: own,
      journal,
      definitions: DEFINITIONS,
      now,
      log,
      writers,
      flushMs: 9e6,
    });
  };
  const open = async () => {
    await begin();
    await pipeline.ready();
  };
  const send = async (order: string, name: string) => {
    const hop = event({ name, atMs: name === "placed" ? 0 : 10, keys: { "order.id": order } });
    for (const delivery of await deliveriesOf([hop], TENANT)) await pipeline.accept(delivery);
  };
  const replay = async () => {
    for await (const { envelope, body, position } of journal.replay())
      pipeline.recover({ envelope, decoded: await decodeRequest(envelope, body, LIMITS) }, position);
  };
  const reached = async (order: string) => {
    const { source, kindsOf } = pipeline;
    const lookup = createLookup({ source, definitions: DEFINITIONS, kindsOf });
    const told = await lookup.tell(TENANT, { kind: "order.id", id: order }, at(60_000));
    const steps = told?.journeys[0]?.steps ?? [];
    return steps.filter(({ state }) => state === "done").map(({ name }) => name);
  };
  const rows = () =>
    store.query(
      "SELECT subject, arrayCount(x -> x IS NOT NULL, step_at) AS reached FROM journeys FINAL ORDER BY subject",
    );
  /** Leaves everything as it is. */
  const crash = async () => {
    await journal.close();
    await open();
  };
  /** How many journeys were settled with the help of memory and of the store meanwhile. */
  const settledBy = async (work: () => Promise<void>) => {
    const before = pipeline.settling();
    await work();
    const { fromMemory, fromStore } = pipeline.settling();
    return { fromMemory: fromMemory - before.fromMemory, fromStore: fromStore - before.fromStore };
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "waybill-restart-"));
    store = await openStore({ url: null, dataDir });
    await migrate(store);
    await open();
    await send("OLD", "placed");
    await pipeline.flush();
    await pipeline.close();
    await journal.close();
    await open();
    // As after a kill: stored and settled, but the journal was not told.
    Object.assign(journal, { release: async () => undefined });
    await send("KEPT", "placed");
    await pipeline.flush();
    await pipeline.close();
    await journal.close();
    await open();
  });
  afterEach(async () => {
    await pipeline.close();
    await journal.close();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test("what the journal still had is settled from memory, what it had not from the store", async () => {
    await replay();
    pipeline.recovered(true);
    await send("KEPT", "paid");
    expect(await settledBy(pipeline.flush)).toEqual({ fromMemory: 1, fromStore: 0 });
    await send("OLD", "paid");
    expect(await settledBy(pipeline.flush)).toEqual({ fromMemory: 0, fromStore: 1 });
    for (const order of ["OLD", "KEPT"]) expect(await reached(order)).toEqual(["placed", "paid"]);
  });

  test("what is taken in before it is known which names the store has is no longer in doubt once it is", async () => {
    await pipeline.close();
    await journal.close();
    const { query } = store;
    let answer = () => {};
    const silence = new Promise<void>((resolve) => {
      answer = resolve;
    });
    store = { ...store, query: (...question) => silence.then(() => query(...question)) };
    await begin();
    for (const order of ["OLD", "KEPT", "NEW"]) await send(order, "paid");
    answer();
    await pipeline.ready();
    await replay();
    pipeline.recovered(true);
    expect(await settledBy(pipeline.flush)).toEqual({ fromMemory: 2, fromStore: 1 });
    expect(await rows()).toEqual([
      { subject: "KEPT", reached: 2 },
      { subject: "NEW", reached: 1 },
      { subject: "OLD", reached: 2 },
    ]);
  });

  test("an answer lacks nothing that is stored while the journal is being read", async () => {
    await send("KEPT", "paid");
    expect(await reached("KEPT")).toEqual(["placed", "paid"]);
    await replay();
    expect(await reached("KEPT")).toEqual(["placed", "paid"]);
    pipeline.recovered(true);
    expect(await reached("KEPT")).toEqual(["placed", "paid"]);
    expect(await settledBy(pipeline.flush)).toEqual({ fromMemory: 1, fromStore: 0 });
  });

  test("no journey is written from a part of its hops while the journal is being read", async () => {
    await send("KEPT", "paid");
    await pipeline.flush();
    expect(await rows()).toEqual([
      { subject: "KEPT", reached: 2 },
      { subject: "OLD", reached: 1 },
    ]);
  });

  test("what came before something newer was taken in first is not forgotten at the start after that", async () => {
    await replay();
    pipeline.recovered(true);
    await pipeline.flush();
    await crash();
    const oldest = journal.kept.last;
    await send("LATE", "placed");
    await crash();
    await send("LATE", "paid");
    await replay();
    pipeline.recovered(true);
    const { release } = journal;
    Object.assign(journal, {
      release: (positions: readonly Position[]) =>
        release(positions.filter(({ segment }) => segment <= oldest + 1)),
    });
    await pipeline.flush();
    await crash();
    await replay();
    pipeline.recovered(true);
    await pipeline.flush();
    expect(await reached("LATE")).toEqual(["placed", "paid"]);
    expect(await rows()).toContainEqual({ subject: "LATE", reached: 2 });
  });

  test("memory vouches for nothing when a part of the journal could not be read", async () => {
    pipeline.recovered(false);
    await send("KEPT", "paid");
    expect(await reached("KEPT")).toEqual(["placed", "paid"]);
    expect(await settledBy(pipeline.flush)).toEqual({ fromMemory: 0, fromStore: 1 });
  });
});
