import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { announcing, Writers } from "../../ingest/writers.ts";
import { at, DEFINITIONS, event } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const NOW_MS = Number(at(60_000) / 1_000_000n);
const log = { warn: () => undefined };

/** A process with its own data folder. */
interface Process {
  readonly pipeline: Pipeline;
  readonly journal: Journal;
}

describe("a process on a server", () => {
  let folder = "";
  let store: Store;
  let running: Process[] = [];

  const start = async (name: string, inFront: (store: Store) => Store = (own) => own): Promise<Process> => {
    const journal = await openJournal({ dataDir: join(folder, name), bytesMax: 10_000_000 });
    const server = inFront({ ...store, shape: "server" });
    const now = () => NOW_MS;
    const writers = new Writers({ store: server, folderId: journal.folderId, now });
    const own = announcing(server, writers);
    const options = { store: own, journal, definitions: DEFINITIONS, now, log, flushMs: 9e6, writers };
    const process = { journal, pipeline: openPipeline(options) };
    running.push(process);
    await process.pipeline.ready();
    return process;
  };
  const stop = async (process: Process) => {
    running = running.filter((each) => each !== process);
    await process.pipeline.close();
    await process.journal.close();
  };
  const send = async ({ pipeline }: Process, order: string, name = "placed") => {
    const hop = event({ name, atMs: name === "placed" ? 0 : 10, keys: { "order.id": order } });
    for (const delivery of await deliveriesOf([hop])) await pipeline.accept(delivery);
  };
  const announce = (folderId: string) =>
    store.command("INSERT INTO writers SELECT {folderId:String}, 'other', now64(6), false", { folderId });
  const rows = () =>
    store.query(
      "SELECT subject, arrayCount(x -> x IS NOT NULL, step_at) AS reached FROM journeys FINAL ORDER BY subject",
    );

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "waybill-hearing-"));
    store = await openStore({ url: null, dataDir: folder });
    await migrate(store);
  });
  afterEach(async () => {
    for (const process of running) await stop(process);
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("that is alone tells journeys from memory, also after another on the same folder", async () => {
    const before = await start("own");
    await announce(before.journal.folderId);
    await stop(before);
    const own = await start("own");
    await send(own, "A");
    await own.pipeline.flush();
    expect(own.pipeline.settling()).toMatchObject({ fromMemory: 1, fromStore: 0 });
    expect(await rows()).toEqual([{ subject: "A", reached: 1 }]);
  });

  test("with company has the store's help", async () => {
    await announce("another");
    const own = await start("own");
    await send(own, "A");
    await own.pipeline.flush();
    expect(own.pipeline.settling()).toMatchObject({ fromMemory: 0, fromStore: 1 });
  });

  test("is alone again when the other has left in good order", async () => {
    const other = await start("other");
    await send(other, "A");
    await stop(other);
    const own = await start("own");
    await send(own, "B");
    await own.pipeline.flush();
    expect(own.pipeline.settling()).toMatchObject({ fromMemory: 1, fromStore: 0 });
  });

  test("tells once more what it told while somebody else began to write", async () => {
    const own = await start("own");
    await send(own, "A");
    await announce("another");
    await own.pipeline.flush();
    expect(own.pipeline.settling()).toMatchObject({ unsettled: 0, fromMemory: 1, fromStore: 1 });
    await send(own, "B");
    await own.pipeline.flush();
    expect(own.pipeline.settling()).toMatchObject({ unsettled: 0, fromMemory: 1, fromStore: 2 });
  });

  test("tells once more also what the store had to help with", async () => {
    const before = await start("own");
    await send(before, "A");
    await stop(before);
    let looked = () => {};
    const hasLooked = new Promise<void>((resolve) => {
      looked = resolve;
    });
    const acted = hasLooked.then(async () => {
      const other = await start("other");
      await send(other, "A", "shipped");
      await other.pipeline.flush();
    });
    // It has looked when it writes the row, and what it took in is not stored: now the other stores and looks.
    const own = await start("own", (server) => ({
      ...server,
      insertNative: async (table, pieces) => {
        if (table === "journeys") looked();
        if (table === "journeys" || table === "hops") await acted;
        await server.insertNative(table, pieces);
      },
    }));
    await send(own, "A", "paid");
    await own.pipeline.flush();
    expect(own.pipeline.settling()).toMatchObject({ unsettled: 0, fromMemory: 0, fromStore: 2 });
    expect(await rows()).toEqual([{ subject: "A", reached: 3 }]);
  });

  test("hears of somebody who begins to write though nothing comes in", async () => {
    const own = await start("own");
    await send(own, "A");
    await own.pipeline.flush();
    await announce("another");
    // Its own, the other's, and its own once more.
    const said = () => store.query("SELECT toUInt32(count()) AS times FROM writers");
    await vi.waitFor(async () => expect(await said()).toEqual([{ times: 3 }]), { timeout: 10_000 });
    await send(own, "B");
    await own.pipeline.flush();
    expect(own.pipeline.settling()).toMatchObject({ fromMemory: 1, fromStore: 1 });
  });

  test("leaves nothing to memory when its journal could not be read whole", async () => {
    const own = await start("own");
    own.pipeline.recovered(false);
    await send(own, "A");
    await own.pipeline.flush();
    expect(own.pipeline.settling()).toMatchObject({ fromMemory: 0, fromStore: 1 });
  });
});
