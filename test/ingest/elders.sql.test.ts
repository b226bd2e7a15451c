import { expect, test } from "vitest";
import { journeysBlock } from "../../ingest/blocks.ts";
import { elderRows, eldersIn } from "../../ingest/elders.ts";
import { fold } from "../../ingest/fold.ts";
import type { Journey } from "../../ingest/journey.ts";
import { migrate } from "../../ingest/migrate.ts";
import type { Store } from "../../ingest/store.ts";
import { granulesRead, onBothShapes } from "../server.ts";
import { at, CREATE_ORDER, DEFINITIONS, type EventSketch, event } from "./build.ts";

const HOUR_MS = 3_600_000;
const DEFINITION_NAMES = ["create-order"];

function journeyOf(id: string, ...hops: EventSketch[]): Journey {
  const folding = { definition: CREATE_ORDER, subject: { kind: "order.id", id }, tags: DEFINITIONS.tags };
  const journey = fold({ ...folding, hops: hops.map(event) }, at(HOUR_MS));
  if (journey === null) throw new Error("no milestone");
  return journey;
}

onBothShapes("elders", (open) => {
  test("are the journeys that began before a moment, as their newest rows remember them", async () => {
    const store = await open();
    await migrate(store);
    const placed = { name: "placed", keys: { "partner.id": "P-1" } };
    const paid = { name: "paid", atMs: 1_000 };
    const rejected = { name: "rejected", atMs: 2_000 };
    const shipped = { name: "shipped", atMs: 3_000 };
    const rows = [
      journeyOf("SHIPPED", placed, paid, rejected, shipped),
      journeyOf("REJECTED", placed, rejected),
      journeyOf("OPEN", placed),
      journeyOf("YOUNG", { ...placed, atMs: 10_000 }),
    ];
    const gone = { definition: "create-order", subject: { kind: "order.id", id: "GONE" }, into: [] };
    await store.insertNative("journeys", [journeysBlock("t", [journeyOf("SHIPPED", placed)], 1n)]);
    await store.insertNative("journeys", [journeysBlock("t", [...rows, gone], 2n)]);
    await store.insertNative("journeys", [journeysBlock("other", [journeyOf("ELSEWHERE", placed)], 2n)]);
    const ids = ["SHIPPED", "REJECTED", "OPEN", "YOUNG", "GONE", "ELSEWHERE", "UNKNOWN", "it's \\ 'odd'"];
    const subjects = ids.map((value) => ({ kind: "order.id", value }));
    const asked = { definitions: DEFINITION_NAMES, subjects, beforeNs: at(5_000) };
    const elders = await eldersIn(store)("t", asked);
    const base = { definition: "create-order", startedNs: at(0), deadlineNs: at(900_000) };
    const tags = new Map([["partner", "P-1"]]);
    const of = (id: string) => ({ subject: { kind: "order.id", id }, tags, ...base });
    expect([...elders].sort((a, b) => (a.subject.id < b.subject.id ? -1 : 1))).toEqual([
      {
        ...of("OPEN"),
        ...{ state: "open", endedNs: null, countedNs: null, recovered: false },
        ...{ reason: null, failedStep: "paid", reached: new Map([["placed", at(0)]]) },
        ...{ reason: '"paid" has not happened; paid-team owns it' },
      },
      {
        ...of("REJECTED"),
        ...{ state: "failed", endedNs: at(2_000), countedNs: at(2_000), recovered: false },
        ...{ reason: '"rejected" failed in shop', failedStep: null, reached: new Map([["placed", at(0)]]) },
      },
      {
        ...of("SHIPPED"),
        ...{ state: "succeeded", endedNs: at(3_000), countedNs: at(3_000), recovered: true },
        ...{ reason: null, failedStep: null },
        reached: new Map([
          ["placed", at(0)],
          ["paid", at(1_000)],
          ["shipped", at(3_000)],
        ]),
      },
    ]);
    expect(await eldersIn(store)("t", { ...asked, subjects: [] })).toEqual([]);
  });

  test("that there are none of is asked once, not for each subject; that there are some for ever", async () => {
    const store = await open();
    await migrate(store);
    const asked: string[] = [];
    const counted: Store = {
      ...store,
      query: (sql, params) => {
        asked.push(/-- (\w+)/.exec(sql)?.[1] ?? "");
        return store.query(sql, params);
      },
    };
    const elders = eldersIn(counted);
    const ask = (value: string) =>
      elders("t", {
        definitions: DEFINITION_NAMES,
        subjects: [{ kind: "order.id", value }],
        beforeNs: at(5_000),
      });
    const closed = { definition: "create-order", subject: { kind: "order.id", id: "GONE" }, into: [] };
    const young = journeyOf("YOUNG", { name: "placed", atMs: 10_000 });
    await store.insertNative("journeys", [journeysBlock("t", [closed, young], 1n)]);
    expect([await ask("YOUNG"), await ask("YOUNG"), asked]).toEqual([[], [], ["any_elder"]]);
    await store.insertNative("journeys", [journeysBlock("t", [journeyOf("OLD", { name: "placed" })], 1n)]);
    const later = eldersIn(counted);
    const old = {
      definitions: DEFINITION_NAMES,
      subjects: [{ kind: "order.id", value: "OLD" }],
      beforeNs: at(5_000),
    };
    expect([(await later("t", old)).length, (await later("t", old)).length]).toEqual([1, 1]);
    expect(asked).toEqual(["any_elder", "any_elder", "elder_rows", "elder_rows"]);
  });

  test("are found by the key of the table", async () => {
    const store = await open();
    await migrate(store);
    await store.command(
      `INSERT INTO journeys (tenant, definition, subject_kind, subject, version)
       SELECT 't', 'create-order', 'order.id', toString(number), 1 FROM numbers(50000)`,
    );
    const params = {
      ...{ tenant: "t", definitions: DEFINITION_NAMES, kinds: ["order.id", "order.id"] },
      ...{ ids: ["17", "40000"], before_ns: 1n },
    };
    const granules = await granulesRead(store, elderRows.sql, params);
    expect(granules.of).toBeGreaterThanOrEqual(48);
    expect(granules.read).toBeLessThanOrEqual(2);
  });
});
