import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeRequest } from "../../collector/request.ts";
import { elderRows } from "../../ingest/elders.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import { applyRetention } from "../../ingest/retention.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { at, DEFINITIONS, event, TEN_NS } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const DAY_MS = 86_400_000;
const TEN_MS = Number(TEN_NS / 1_000_000n);
const LIMITS = { bodyBytesMax: 1_000_000 };
const SHIPPED = ["PAID", "PLACED", "BOTH", "REJECTED", "SHIPPED", "REFUNDED", "ASKED", "QUIET"];
const log = { warn: () => undefined };

/**
 * Orders of the first of September, whose hops are dropped. Their refs, which are kept by the month, are still there after
 * 40 days, and gone after 90. On a server that is shared every journey goes by way of the store.
 */
describe.each([
  [40, "embedded", "started again"],
  [90, "embedded", "started again"],
  [40, "embedded", "running on, nothing in memory"],
  [40, "embedded", "running on, every fact in memory"],
  [40, "server", "started again"],
] as const)("%i days later (%s, %s)", (days, shape, life) => {
  let dataDir = "";
  let store: Store;
  let journal: Journal;
  let pipeline: Pipeline;
  let nowMs = TEN_MS + 60_000;
  let asked = 0;

  const begin = async () => {
    journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
    const options = {
      journal,
      definitions: DEFINITIONS,
      now: () => nowMs,
      log,
      flushMs: 9e6,
      liveMax: life.endsWith("every fact in memory") ? 1_000 : 1,
      recentMax: 1,
    };
    const query: Store["query"] = (sql, params) => {
      if (sql === elderRows.sql) asked++;
      return store.query(sql, params);
    };
    pipeline = openPipeline({ ...options, store: { ...store, shape, query } });
    await pipeline.ready();
    pipeline.recovered(true);
  };
  const end = async () => {
    await pipeline.close();
    await journal.close();
  };
  const accept = async (order: string, ...names: string[]) => {
    const atMs = nowMs - TEN_MS - 60_000;
    const hops = names.map((name, n) => event({ name, atMs: atMs + n * 1_000, keys: { "order.id": order } }));
    for (const { envelope, body } of await deliveriesOf(hops)) {
      const today = { ...envelope, receivedMs: nowMs };
      await pipeline.accept({ envelope: today, body, decoded: await decodeRequest(today, body, LIMITS) });
    }
  };
  const send = async (order: string, ...names: string[]) => {
    await accept(order, ...names);
    await pipeline.flush();
  };
  const row = async (order: string) => {
    const sql = `SELECT toString(state), toString(verdict), toString(toDate(started_at)), ended_at - started_at,
        arrayCount(x -> x IS NOT NULL, step_at)
      FROM journeys FINAL WHERE subject = {order:String}`;
    return (await store.query(sql, { order })).map((found) => Object.values(Object(found)).join(" "));
  };
  const versions = async (order: string) =>
    store.query("SELECT count() AS n, max(version) AS newest FROM journeys WHERE subject = {order:String}", {
      order,
    });

  const ask = () => createLookup({ ...pipeline, definitions: DEFINITIONS });
  const nowNs = () => BigInt(nowMs) * 1_000_000n;
  const tell = async (order: string) => {
    const told = await ask().tell("default", { kind: "order.id", id: order }, nowNs());
    const journeys = told?.journeys.map(({ state, startedNs, endedNs }) => ({ state, startedNs, endedNs }));
    return told === null ? null : { journeys, facts: told.members.length, gaps: told.gaps };
  };
  const keptSince = new Date(TEN_MS + (days - 30) * DAY_MS).toISOString().slice(0, 10);
  const gaps = [
    {
      kind: "truncated",
      text: `Facts from before ${keptSince} are no longer kept: of what they told only the outcome and the times of steps are left.`,
    },
  ];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "waybill-elders-"));
    store = await openStore({ url: null, dataDir });
    await migrate(store);
    await begin();
    for (const order of SHIPPED) await accept(order, "placed", "paid", "shipped");
    await accept("STUCK", "placed", "paid");
    await pipeline.flush();
    nowMs += days * DAY_MS;
    // What is too old is judged by the newest day there is.
    await send("NEIGHBOUR", "placed");
    await applyRetention(store, DEFINITIONS.retention, nowMs);
    if (life === "started again") {
      await end();
      await begin();
    }
  });
  afterAll(async () => {
    await end();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test("their hops are gone and their rows are not", async () => {
    expect(await store.query("SELECT count() AS n FROM hops")).toEqual([{ n: "1" }]);
    expect(await row("QUIET")).toEqual(["succeeded good 2026-09-01 2 3"]);
  });

  test.each([
    ["PAID", ["paid"]],
    ["PLACED", ["placed"]],
    ["BOTH", ["placed", "paid"]],
    ["REJECTED", ["rejected"]],
    ["SHIPPED", ["shipped"]],
  ])("what is said once more leaves the row as it is (%s)", async (order, names) => {
    const before = await versions(order);
    await send(order, ...names);
    expect(await row(order)).toEqual(["succeeded good 2026-09-01 2 3"]);
    expect(await versions(order)).toEqual(before);
  });

  test("a refund is not lost, and nothing takes it back", async () => {
    await send("REFUNDED", "refunded");
    expect(await row("REFUNDED")).toEqual(["compensated good 2026-09-01 2 3"]);
    await send("REFUNDED", "paid");
    expect(await row("REFUNDED")).toEqual(["compensated good 2026-09-01 2 3"]);
  });

  test("an order that waited all the time is shipped at last, too late", async () => {
    await send("STUCK", "shipped");
    expect(await row("STUCK")).toEqual([`succeeded bad 2026-09-01 ${days * 86_400} 3`]);
  });

  test("the answer says what the row says, and that facts are gone", async () => {
    const journeys = [{ state: "succeeded", startedNs: at(0), endedNs: at(2_000) }];
    expect(await tell("QUIET")).toEqual({ journeys, facts: 0, gaps });
    await send("ASKED", "paid");
    expect(await tell("ASKED")).toEqual({ journeys, facts: 1, gaps });
    await send("ASKED", "refunded");
    expect(await tell("ASKED")).toMatchObject({ journeys: [{ state: "compensated" }], facts: 2, gaps });
    expect(await tell("NEIGHBOUR")).toMatchObject({ journeys: [{ state: "open" }], facts: 1, gaps: [] });
    expect(await tell("NOBODY")).toBeNull();
  });

  test("an order of which only the row is left is found", async () => {
    const found = {
      kind: "order.id",
      id: "QUIET",
      subjects: [{ kind: "order.id", id: "QUIET" }],
      unclaimed: [],
    };
    expect(await ask().find("default", "QUIET", nowNs())).toEqual([found]);
    expect(await ask().find("default", "NOBODY", nowNs())).toEqual([]);
  });

  test("a new order begins as ever, and costs a question only where others write too", async () => {
    const { fromMemory } = pipeline.settling();
    asked = 0;
    await send("NEW", "placed");
    expect(await row("NEW")).toEqual([expect.stringMatching(/^open none .* 1$/)]);
    expect(pipeline.settling().fromMemory).toBe(fromMemory + (shape === "server" ? 0 : 1));
    expect(asked).toBe(shape === "server" ? 1 : 0);
  });
});
