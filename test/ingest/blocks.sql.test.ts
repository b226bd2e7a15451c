import { expect, test } from "vitest";
import { journeysBlock, refsBlock } from "../../ingest/blocks.ts";
import { fold } from "../../ingest/fold.ts";
import { deadLettersBlock } from "../../ingest/letter_block.ts";
import { migrate } from "../../ingest/migrate.ts";
import { RefList } from "../../ingest/reflist.ts";
import { onBothShapes } from "../server.ts";
import { at, CREATE_ORDER, event } from "./build.ts";

const SUBJECT = { kind: "order.id", id: "ORD-1\n\nDROP TABLE journeys" };

onBothShapes("blocks of our own making", (open) => {
  test("refs come back as they were written", async () => {
    const store = await open();
    await migrate(store);
    const refs = new RefList(7);
    refs.add({ kind: "order.id", value: "é\0'" }, { low: 0xfffffffe, high: 0xffffffff, day: 20_697 });
    await store.insertNative("refs", [refsBlock("t", [refs])]);
    expect(await store.query("SELECT tenant, kind, value, day, locality, since FROM refs")).toEqual([
      {
        tenant: "t",
        kind: "order.id",
        value: "é\0'",
        day: "2026-09-01",
        locality: "18446744073709551614",
        since: 7,
      },
    ]);
  });

  test("a journey and a merged provisional one come back as they were written", async () => {
    const store = await open();
    await migrate(store);
    const hops = [
      event({ name: "placed", atMs: 0, keys: { "partner.id": "ACME" } }),
      event({ name: "shipped", atMs: 3000 }),
    ];
    const journey = fold(
      { definition: CREATE_ORDER, subject: SUBJECT, hops, tags: new Map([["partner", ["partner.id"]]]) },
      at(4000),
    );
    if (journey === null) throw new Error("a placed order is a journey");
    const merged = {
      definition: "create-order",
      subject: { kind: "correlation.id", id: "c" },
      into: [SUBJECT],
    };
    await store.insertNative("journeys", [journeysBlock("t", [journey, merged], 1_788_256_805_000_000n)]);
    const rows = await store.query(
      `SELECT subject, version, state, toUnixTimestamp64Nano(ended_at) AS ended, verdict, step_names, tags, merged_into
       FROM journeys ORDER BY subject`,
    );
    expect(rows).toEqual([
      {
        subject: SUBJECT.id,
        version: "1788256805000000",
        state: "succeeded",
        ended: String(at(3000)),
        verdict: "good",
        step_names: ["placed", "paid", "gift-wrapped", "shipped"],
        tags: [["partner", "ACME"]],
        merged_into: "",
      },
      {
        subject: "c",
        version: "1788256805000000",
        state: "merged",
        ended: null,
        verdict: "none",
        step_names: [],
        tags: [],
        merged_into: `order.id=${SUBJECT.id}`,
      },
    ]);
  });

  test("a dead letter keeps its bytes, and the same one refused twice is one", async () => {
    const store = await open();
    await migrate(store);
    const envelope = {
      signal: "traces",
      contentType: "application/json",
      contentEncoding: "",
      receivedMs: 1_788_256_805_000,
      tenant: "t",
      sender: "curl",
      headers: {},
    } as const;
    const item = {
      reason: "trace_id",
      text: "bad",
      where: "spans[0]",
      bytes: new Uint8Array([0, 10, 10, 255]),
    };
    await store.insertNative("dead_letters", [deadLettersBlock([{ envelope, item }])]);
    await store.insertNative("dead_letters", [deadLettersBlock([{ envelope, item }])]);
    const rows = await store.query("SELECT hex(bytes) AS bytes, reason, position FROM dead_letters FINAL");
    expect(rows).toEqual([{ bytes: "000A0AFF", reason: "trace_id", position: "spans[0]" }]);
  });
});
