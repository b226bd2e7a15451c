/** The questions that a check and a refold go through everything with, against rows laid down by hand. */
import { expect, test } from "vitest";
import { journeysBlock, refsBlock } from "../../ingest/blocks.ts";
import { fold } from "../../ingest/fold.ts";
import { migrate } from "../../ingest/migrate.ts";
import { listOf } from "../../ingest/reflist.ts";
import { journeyRows } from "../../ingest/refold.ts";
import { placesSince } from "../../ingest/reindex.ts";
import { countKeys, keysSeen, keysSince } from "../../ingest/survey.ts";
import { onBothShapes } from "../server.ts";
import { at, CREATE_ORDER, event } from "./build.ts";

const DAY = 20_697;
const BEFORE = { value: "", kind: "" };

onBothShapes("a survey", (open) => {
  test("goes through the keys of some days in order, each once, whatever is in them", async () => {
    const store = await open();
    await migrate(store);
    const row = (value: string, more: { kind?: string; day?: number; locality?: bigint } = {}) => ({
      value,
      kind: "order.id",
      day: DAY,
      locality: 1n,
      ...more,
    });
    await store.insertNative("refs", [
      refsBlock("t", [
        listOf([
          row("B"),
          row("B", { locality: 2n }),
          row("B", { kind: "correlation.id" }),
          row("A'--", { day: DAY + 1 }),
          row("C", { day: DAY - 1 }),
          row("trace", { kind: "@trace" }),
        ]),
      ]),
      refsBlock("other", [listOf([row("X")])]),
    ]);
    const survey = { store, tenant: "t", kinds: ["order.id", "correlation.id"], sinceDay: DAY };
    const keys = await keysSince(survey, BEFORE, 10);
    expect(keys.map(({ kind, value }) => [kind, value])).toEqual([
      ["order.id", "A'--"],
      ["correlation.id", "B"],
      ["order.id", "B"],
    ]);
    expect(await countKeys(survey, BEFORE)).toBe(3);
    expect(await countKeys(survey, { kind: "correlation.id", value: "B" })).toBe(1);
    expect(await keysSince(survey, { kind: "correlation.id", value: "B" }, 10)).toEqual(keys.slice(2));
    const plan = await store.query(`EXPLAIN indexes = 1 ${keysSeen.sql}`, {
      tenant: "t",
      since_day: DAY,
      kinds: ["order.id"],
      after_value: "",
      after_kind: "",
      limit: 1,
    });
    expect(JSON.stringify(plan)).toContain("tenant");
  });

  test("finds no place where nothing is kept", async () => {
    const store = await open();
    await migrate(store);
    const all = { tenant: "t", since_day: 0, after_day: 0, after_locality: 0n, limit: 10 };
    expect(await placesSince(store, all)).toEqual([]);
  });

  test("knows what is stored of a subject, and not what was merged away or is another's", async () => {
    const store = await open();
    await migrate(store);
    const journey = (id: string) => {
      const subject = { kind: "order.id", id };
      const hops = [event({ name: "placed", atMs: 0 }), event({ name: "shipped", atMs: 3_000 })];
      const folded = fold({ definition: CREATE_ORDER, subject, hops, tags: new Map() }, at(4_000));
      if (folded === null) throw new Error("a placed order is a journey");
      return folded;
    };
    const merged = { definition: "create-order", subject: { kind: "correlation.id", id: "c" }, into: [] };
    await store.insertNative("journeys", [journeysBlock("t", [journey("A"), journey("B"), merged], 1n)]);
    const rows = await journeyRows(store, {
      tenant: "t",
      definitions: ["create-order"],
      kinds: ["order.id", "correlation.id", "correlation.id"],
      ids: ["A", "c", "B"],
    });
    expect(rows).toMatchObject([
      {
        subject: "A",
        stored_state: "succeeded",
        definition_version: "00000001",
        started_ns: at(0),
        ended_ns: at(3_000),
      },
    ]);
  });
});
