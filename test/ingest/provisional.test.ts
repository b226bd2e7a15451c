/** Journeys that are no more: their rows are closed, whoever stood in for whom, and only theirs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import type { Definition, Definitions } from "../../ingest/definitions.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline } from "../../ingest/pipeline.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { at, CREATE_ORDER, DEFINITIONS, event, pattern, span, step } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const NOW_MS = Number(at(60_000) / 1_000_000n);
const DAY_MS = 86_400_000;
const log = { warn: () => undefined };
const ORDER: Definition = {
  ...CREATE_ORDER,
  steps: [step("page", { match: [{ span: pattern("page") }, { event: pattern("added") }] }), step("paid")],
  start: "page",
  succeeds: "paid",
};
const PAGE = span({ trace: "web", id: "page" });
const HISTORY = [
  span({ trace: "web", id: "create", parent: "page" }),
  span({ trace: "web", id: "history", parent: "create", keys: { "order.id": "OLD" } }),
];
const RESERVE = span({ trace: "web", id: "reserve", parent: "page", keys: { "order.id": "NEW" } });

describe("a journey that is no more", () => {
  let dataDir = "";
  let store: Store;
  let journal: Journal;
  let nowMs = NOW_MS;

  beforeEach(async () => {
    nowMs = NOW_MS;
    dataDir = await mkdtemp(join(tmpdir(), "waybill-provisional-"));
    store = await openStore({ url: null, dataDir });
    await migrate(store);
    journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
  });
  afterEach(async () => {
    await journal.close();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** The rows after each round of hops; a process of its own takes each, unless they are to come to the same. */
  async function rowsAfter(
    rounds: readonly (readonly Hop[])[],
    more: Partial<Definitions> = {},
    isSame = true,
  ) {
    const definitions = { ...DEFINITIONS, journeys: [ORDER], ...more };
    const start = async () => {
      const pipeline = openPipeline({ store, journal, definitions, now: () => nowMs, log, flushMs: 60_000 });
      await pipeline.ready();
      pipeline.recovered(true);
      return pipeline;
    };
    let pipeline = await start();
    for (const [round, hops] of rounds.entries()) {
      if (round > 0 && !isSame) {
        await pipeline.close();
        pipeline = await start();
      }
      for (const delivery of await deliveriesOf(hops)) await pipeline.accept(delivery);
      await pipeline.flush();
    }
    await pipeline.close();
    const rows = await store.query(
      "SELECT definition, subject, state FROM journeys FINAL ORDER BY definition, subject",
    );
    return rows.map((row) => Object.values(row as Record<string, string>).join(" ")); // three columns of text
  }

  test("because a nearer order came is closed, and there again once something of its own happens", async () => {
    const paid = event({ name: "paid", keys: { "order.id": "OLD" }, atMs: 5 });
    const rows = [[PAGE, ...HISTORY], [RESERVE]];
    expect(await rowsAfter(rows)).toEqual(["create-order NEW open", "create-order OLD merged"]);
    expect(await rowsAfter([[paid]])).toEqual(["create-order NEW open", "create-order OLD succeeded"]);
  });

  test("is closed by the process that comes after, too", async () => {
    const rows = await rowsAfter([[PAGE, ...HISTORY], [RESERVE]], {}, false);
    expect(rows).toEqual(["create-order NEW open", "create-order OLD merged"]);
  });

  test("stays when it began before hops are kept: it may be retention that took them", async () => {
    await rowsAfter([[PAGE, ...HISTORY]]);
    nowMs += 31 * DAY_MS;
    expect(await rowsAfter([[RESERVE]])).toEqual(["create-order NEW open", "create-order OLD open"]);
  });

  describe("and stood in for an order", () => {
    const added = (keys: Record<string, string>) => event({ name: "added", keys });
    const placed = (keys: Record<string, string>) => event({ name: "placed", keys, atMs: 1 });
    const CART = {
      ...ORDER,
      name: "cart",
      subject: "cart.id",
      steps: [step("added"), step("left")],
      start: "added",
    };
    const journeys = [ORDER, { ...CART, succeeds: "left" }];

    test.each([
      ["the same process", true],
      ["another", false],
    ])("is closed by %s, though another definition is about its kind", async (_, isSame) => {
      const rounds = [[added({ "cart.id": "C" })], [placed({ "cart.id": "C", "order.id": "O" })]];
      expect(await rowsAfter(rounds, { journeys }, isSame)).toEqual([
        "cart C open",
        "create-order C merged",
        "create-order O open",
      ]);
    });

    test.each([
      ["the same process", true],
      ["another", false],
    ])("names the stronger stand-in that it belongs to, closed by %s", async (_, isSame) => {
      const rounds = [[added({ "cart.id": "C" })], [placed({ "cart.id": "C", "correlation.id": "K" })]];
      expect(await rowsAfter(rounds, {}, isSame)).toEqual(["create-order C merged", "create-order K open"]);
      const into = await store.query("SELECT merged_into FROM journeys FINAL WHERE state = 'merged'");
      expect(into).toEqual([{ merged_into: "correlation.id=K" }]);
    });
  });
});
