import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Delivery, decodeRequest } from "../../collector/request.ts";
import { Failure } from "../../errors.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { at, DEFINITIONS, event, TEN_NS } from "./build.ts";
import { deliveriesOf, logsEnvelope } from "./deliveries.ts";

const NOW_MS = Number(TEN_NS / 1_000_000n) + 60_000;
const LIMITS = { bodyBytesMax: 1_000_000 };
const log = { warn: () => undefined };

/** A delivery of one log event `placed`, or `paid`, of an order; or of several, a millisecond apart. */
async function delivery(order: string, name = "placed", count = 1): Promise<Delivery> {
  const attributes = [{ key: "order.id", value: { stringValue: order } }];
  const logRecords = Array.from({ length: count }, (_, ms) => {
    return { eventName: name, timeUnixNano: String(at(ms)), attributes };
  });
  const body = Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
  const envelope = logsEnvelope(NOW_MS);
  return { envelope, body, decoded: await decodeRequest(envelope, body, LIMITS) };
}

describe("the pipeline", () => {
  let dataDir = "";
  let store: Store;
  let journal: Journal;
  let pipeline: Pipeline;
  let nowMs = NOW_MS;

  const open = (inFront: (store: Store) => Store = (own) => own) =>
    openPipeline({
      store: inFront(store),
      journal,
      definitions: DEFINITIONS,
      now: () => nowMs,
      log,
      flushMs: 60_000,
    });
  const stateOf = async (order: string) => {
    const lookup = createLookup({
      source: pipeline.source,
      definitions: DEFINITIONS,
      kindsOf: pipeline.kindsOf,
    });
    const told = await lookup.tell("default", { kind: "order.id", id: order }, BigInt(NOW_MS) * 1_000_000n);
    return told?.journeys[0]?.steps.filter((step) => step.state === "done").map((step) => step.name) ?? null;
  };
  const storedHops = async () =>
    Number(Reflect.get(Object((await store.query("SELECT count() AS n FROM hops FINAL"))[0]), "n"));
  const storedJourneys = () =>
    store.query(
      "SELECT subject, toString(arrayCount(x -> x IS NOT NULL, step_at)) AS reached FROM journeys FINAL ORDER BY subject",
    );

  beforeEach(async () => {
    nowMs = NOW_MS;
    dataDir = await mkdtemp(join(tmpdir(), "waybill-pipeline-"));
    store = await openStore({ url: null, dataDir });
    await migrate(store);
    journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
    pipeline = open();
  });

  afterEach(async () => {
    await pipeline.close();
    await journal.close();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test("an acked hop is in the very next answer, before it is stored and after", async () => {
    await pipeline.accept(await delivery("A"));
    expect(await stateOf("A")).toEqual(["placed"]);
    expect(await storedHops()).toBe(0);
    await pipeline.flush();
    expect(await storedHops()).toBe(1);
    expect(await stateOf("A")).toEqual(["placed"]);
  });

  test("an ack waits for the disk alone, and nobody who asks after it can tell", async () => {
    await pipeline.accept(await delivery("A"));
    expect([pipeline.stats.waiting, pipeline.settling().live]).toEqual([1, 0]);
    expect(await pipeline.kindsOf("default", "A", ["order.id"])).toEqual(["order.id"]);
    expect(pipeline.settling().live).toBe(1);
  });

  test("what is acked while a flush is under way is stored by the next one", async () => {
    let during: Promise<void> | null = null;
    pipeline = open((own) => ({
      ...own,
      insertNative: async (table, blocks) => {
        if (table === "hops") during ??= delivery("B").then(pipeline.accept);
        await during;
        await own.insertNative(table, blocks);
      },
    }));
    await pipeline.accept(await delivery("A"));
    await pipeline.flush();
    expect(await storedHops()).toBe(2);
    expect(await storedJourneys()).toEqual([
      { subject: "A", reached: "1" },
      { subject: "B", reached: "1" },
    ]);
    expect(pipeline.stats.waiting).toBe(0);
  });

  test("where other processes write too, no journey is settled before its hops are stored", async () => {
    let during: Promise<void> | null = null;
    const seen: { hops: number; journeys: number }[] = [];
    pipeline = open((own) => ({
      ...own,
      shape: "server",
      insertNative: async (table, blocks) => {
        if (table === "hops") during ??= delivery("B").then(pipeline.accept);
        await during;
        await own.insertNative(table, blocks);
        if (table !== "journeys") return;
        seen.push({ hops: await storedHops(), journeys: (await storedJourneys()).length });
      },
    }));
    await pipeline.accept(await delivery("A"));
    await pipeline.flush();
    for (const { hops, journeys } of seen) expect(journeys).toBeLessThanOrEqual(hops);
    expect(await storedJourneys()).toHaveLength(2);
  });

  test("one that has waited too long is settled at once, and once more when its hops are stored", async () => {
    pipeline = open((own) => ({ ...own, shape: "server" }));
    await pipeline.accept(await delivery("A"));
    nowMs += 6_000;
    await pipeline.flush();
    expect(pipeline.settling()).toMatchObject({ unsettled: 0, fromMemory: 0, fromStore: 2 });
    expect(await storedJourneys()).toEqual([{ subject: "A", reached: "1" }]);
  });

  test("it is settled once more also when another of the same round could not be told about", async () => {
    let isBroken = true;
    pipeline = open((own) => ({
      ...own,
      shape: "server",
      query: async (sql, params = {}) => {
        if (isBroken && Object.values(params).flat().includes("B")) throw new Failure("store_unavailable");
        return own.query(sql, params);
      },
    }));
    // As many as one portion has, so that the other order is in the next.
    await pipeline.accept(await delivery("A", "placed", 4_000));
    await pipeline.accept(await delivery("B"));
    nowMs += 6_000;
    await expect(pipeline.flush()).rejects.toMatchObject({ code: "store_unavailable" });
    expect(pipeline.settling()).toMatchObject({ unsettled: 2, fromStore: 1 });
    isBroken = false;
    nowMs += 6_000;
    await pipeline.flush();
    expect(pipeline.settling()).toMatchObject({ unsettled: 0, fromStore: 3 });
  });

  test("what one round cannot settle is settled at once after it, however busy the store is", async () => {
    const orders = (count: number, prefix: string) =>
      deliveriesOf(
        Array.from({ length: count }, (_, n) =>
          event({ name: "placed", keys: { "order.id": `${prefix}${n}` } }),
        ),
      );
    const [many, more] = [await orders(10_500, "A"), await orders(6_000, "B")];
    pipeline = openPipeline({
      store: {
        ...store,
        insertNative: async (table, blocks) => {
          // So many that a larger block is waited for, as long as they are young.
          for (const delivery of table === "hops" ? more.splice(0) : []) await pipeline.accept(delivery);
          await store.insertNative(table, blocks);
        },
      },
      journal,
      definitions: DEFINITIONS,
      now: () => nowMs,
      log,
      flushMs: 10,
    });
    for (const delivery of many) await pipeline.accept(delivery);
    nowMs += 3_000;
    await vi.waitFor(() => expect(pipeline.settling().fromMemory).toBe(10_500), { timeout: 10_000 });
    expect(pipeline.settling().unsettled).toBe(6_000);
  });

  test("a journey counts as unsettled until its row is stored", async () => {
    const seen: number[] = [];
    pipeline = open((own) => ({
      ...own,
      insertNative: async (table, blocks) => {
        if (table === "journeys") seen.push(pipeline.settling().unsettled);
        await own.insertNative(table, blocks);
      },
    }));
    await pipeline.accept(await delivery("A"));
    await pipeline.flush();
    expect(seen).toEqual([1]);
    expect(pipeline.settling().unsettled).toBe(0);
  });

  test.each(["refs", "hops", "journeys"])(
    "a store that fails at %s loses nothing and doubles nothing",
    async (table) => {
      let failures = 1;
      pipeline = open((own) => ({
        ...own,
        insertNative: async (into, blocks) => {
          if (into === table && failures-- > 0) throw new Failure("store_unavailable");
          await own.insertNative(into, blocks);
        },
      }));
      await pipeline.accept(await delivery("A"));
      await expect(pipeline.flush()).rejects.toThrow("The store did not answer");
      await pipeline.flush();
      expect(await storedJourneys()).toEqual([{ subject: "A", reached: "1" }]);
      await pipeline.accept(await delivery("A", "paid"));
      expect(await stateOf("A")).toEqual(["placed", "paid"]);
      await pipeline.flush();
      expect(await storedHops()).toBe(2);
      expect(await storedJourneys()).toEqual([{ subject: "A", reached: "2" }]);
    },
  );

  test("a delivery told three times is one fact everywhere", async () => {
    for (let n = 0; n < 3; n++) await pipeline.accept(await delivery("A"));
    await pipeline.flush();
    await pipeline.accept(await delivery("A"));
    await pipeline.flush();
    expect(await storedHops()).toBe(1);
    expect(await storedJourneys()).toEqual([{ subject: "A", reached: "1" }]);
  });

  test("what was acked and not stored is replayed from the journal, to the same answer", async () => {
    await pipeline.accept(await delivery("A"));
    await pipeline.accept(await delivery("A", "paid"));
    await journal.close();
    journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
    pipeline = open();
    for await (const { envelope, body, position } of journal.replay()) {
      pipeline.recover({ envelope, decoded: await decodeRequest(envelope, body, LIMITS) }, position);
    }
    expect(await stateOf("A")).toEqual(["placed", "paid"]);
    await pipeline.flush();
    expect(await storedJourneys()).toEqual([{ subject: "A", reached: "2" }]);
  });

  test("beyond its bound it refuses for now, and takes again once the store caught up", async () => {
    pipeline = openPipeline({
      store,
      journal,
      definitions: DEFINITIONS,
      now: () => NOW_MS,
      log,
      flushMs: 60_000,
      waitingMax: 1,
    });
    await pipeline.accept(await delivery("A"));
    await pipeline.accept(await delivery("B"));
    await expect(pipeline.accept(await delivery("C"))).rejects.toThrow("Try again in a moment");
    await pipeline.flush();
    await pipeline.accept(await delivery("C"));
    expect(await stateOf("C")).toEqual(["placed"]);
  });

  test("a provisional journey leaves the list once its order is known", async () => {
    const early = await delivery("x");
    const cart = Buffer.from(
      early.body.toString().replace("order.id", "correlation.id").replace('"x"', '"cor-1"'),
    );
    const both = Buffer.from(
      early.body
        .toString()
        .replace('"x"}}]', '"A"}},{"key":"correlation.id","value":{"stringValue":"cor-1"}}]'),
    );
    for (const body of [cart, both]) {
      await pipeline.accept({ ...early, body, decoded: await decodeRequest(early.envelope, body, LIMITS) });
      await pipeline.flush();
    }
    expect(
      await store.query("SELECT subject, state, merged_into FROM journeys FINAL ORDER BY subject"),
    ).toEqual([
      { subject: "A", state: "open", merged_into: "" },
      { subject: "cor-1", state: "merged", merged_into: "order.id=A" },
    ]);
  });
});
