/** How journeys go, through the real door: late, twice, undone, on crooked clocks. Each answer is written out by hand. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Hop } from "../../../collector/hop.ts";
import { requestBytes } from "../../collector/otlp.ts";
import { at, event, span } from "../build.ts";
import { deliveriesOf } from "../deliveries.ts";
import { type Door, NOW_MS, openDoor } from "./door.ts";

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.waybill.stop());

const said = (name: string, order: string, atMs: number, more: Partial<Hop> = {}): Hop => ({
  ...event({ name, keys: { "order.id": order }, atMs }),
  ...more,
});

async function listed(state: string): Promise<string> {
  return (await door.waybill.api(`/v1/journeys?definition=create-order&state=${state}&limit=1000`)).text();
}

describe("a journey", () => {
  test("compensated after success keeps its end, and its refund is a journey of its own; each names the other", async () => {
    await door.tell(
      said("placed", "R-1", 0),
      said("paid", "R-1", 1_000),
      said("shipped", "R-1", 5_000),
      event({ name: "requested", keys: { "order.id": "R-1", "refund.id": "RF" }, atMs: 60_000 }),
      event({ name: "paid back", keys: { "refund.id": "RF" }, atMs: 90_000 }),
    );
    const order = await door.ask("order.id=R-1");
    expect(order.journeys).toMatchObject([
      {
        definition: "create-order",
        state: "compensated",
        startedAt: "2026-09-01T10:00:00.000000000Z",
        endedAt: "2026-09-01T10:00:05.000000000Z",
        durationMs: 5_000,
        late: false,
        recovered: false,
        reason: null,
      },
    ]);
    expect(order.related.map(({ kind, id, relation }) => [kind, id, relation])).toEqual([
      ["refund.id", "RF", "carries"],
    ]);
    const refund = await door.ask("refund.id=RF");
    expect(refund.journeys).toMatchObject([{ definition: "refund", state: "succeeded", durationMs: 30_000 }]);
    expect(refund.related.map(({ kind, id, relation }) => [kind, id, relation])).toEqual([
      ["order.id", "R-1", "carries"],
    ]);
    expect(await listed("compensated")).toContain('"R-1"');
  });

  test("names its refund, and is named by it, though no hop carries both ids", async () => {
    await door.tell(
      span({ trace: "RL", id: "ship", keys: { "order.id": "RL-1" } }),
      span({ trace: "RL back", id: "refund", links: [{ to: "RL/ship" }], keys: { "refund.id": "RL-R" } }),
    );
    const touches = async (subject: string) =>
      (await door.ask(subject)).related.map(({ kind, id }) => `${kind}=${id}`);
    expect(await touches("order.id=RL-1")).toEqual(["refund.id=RL-R"]);
    expect(await touches("refund.id=RL-R")).toEqual(["order.id=RL-1"]);
  });

  test("stands the same whether its facts come late or early", async () => {
    const facts = (order: string) => [
      said("placed", order, 0),
      said("rejected", order, 2_000, { status: "error", body: "no stock" }),
      said("paid", order, 3_000),
      said("shipped", order, 9_000),
    ];
    await door.tell(...facts("F-early"));
    const [placed, rejected, paid, shipped] = facts("F-late");
    const tell = async (hop: Hop | undefined) => hop !== undefined && (await door.tell(hop));
    const stateOf = async () => (await door.ask("order.id=F-late")).journeys[0];
    await tell(rejected);
    await tell(placed);
    expect(await stateOf()).toMatchObject({ state: "failed", reason: expect.stringContaining("no stock") });
    expect(await listed("failed")).toContain('"F-late"');
    await tell(shipped);
    expect(await stateOf()).toMatchObject({ state: "succeeded", recovered: true });
    expect(await listed("failed")).not.toContain('"F-late"');
    await tell(paid);
    const { asOf: _, ...early } = { asOf: "", ...(await door.ask("order.id=F-early")).journeys[0] };
    expect(await stateOf()).toEqual(early);
  });

  test("names the missing step and who owns it when nobody shows an error", async () => {
    await door.tell(said("placed", "M-1", -1_200_000), said("paid", "M-1", -1_190_000));
    expect((await door.ask("order.id=M-1")).journeys).toMatchObject([
      {
        state: "overdue",
        reason: '"shipped" has not happened; fulfilment-team owns it',
        next: { step: "shipped", dueAt: "2026-09-01T09:55:00.000000000Z", owner: "fulfilment-team" },
      },
    ]);
  });

  test("fails for the reason that an exception in a log event gives", async () => {
    const exception = { "exception.type": "CardError", "exception.message": "card declined" };
    await door.tell(
      said("placed", "X-1", 0),
      span({ trace: "X", id: "capture", keys: { "order.id": "X-1" }, status: "error", service: "payments" }),
      event({ name: "payments.capture.exception", in: "X/capture", keys: exception, atMs: 5 }),
    );
    const { journeys, headline } = await door.ask("order.id=X-1");
    expect(journeys[0]).toMatchObject({
      state: "failed",
      reason: '"capture" failed in payments: card declined',
    });
    expect(headline).toContain("card declined");
  });
});

describe("what is sent", () => {
  test("three times, in two encodings and zipped, is there once", async () => {
    const hops = [
      span({ trace: "D", id: "create", keys: { "order.id": "D-1" } }),
      span({ trace: "D", id: "store", parent: "create" }),
    ];
    const [json] = await deliveriesOf(hops);
    if (json === undefined) throw new Error("two spans are a delivery");
    const once = await door.waybill.send("/v1/traces", "application/json", json.body);
    expect(once.status).toBe(200);
    await door.waybill.send("/v1/traces", "application/json", json.body);
    const protobuf = requestBytes("traces", JSON.parse(Buffer.from(json.body).toString()));
    await door.waybill.send("/v1/traces", "application/x-protobuf", protobuf);
    const zipped = { "content-type": "application/x-protobuf", "content-encoding": "gzip" };
    await fetch(`${door.waybill.otlpUrl}/v1/traces`, {
      method: "POST",
      headers: zipped,
      body: gzipSync(protobuf),
    });
    await door.waybill.flush();
    expect(await door.hopsOf("order.id=D-1")).toEqual(["create key", "store cause"]);
  });

  test("without a time has that of its observation; an event's name is taken from the first place that has one", async () => {
    const order = { key: "order.id", value: { stringValue: "O-1" } };
    const named = (key: string, name: string) => ({ key, value: { stringValue: name } });
    const logRecords = [
      {
        eventName: "placed",
        observedTimeUnixNano: String(at(1)),
        attributes: [order, named("event.name", "no")],
      },
      {
        observedTimeUnixNano: String(at(2)),
        attributes: [order, named("event.name", "no"), named("otel.event.name", "paid")],
      },
      {
        timeUnixNano: "0",
        observedTimeUnixNano: String(at(3)),
        attributes: [order, named("event.name", "shipped")],
      },
    ];
    await door.waybill.send(
      "/v1/logs",
      "application/json",
      JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    );
    const { journeys } = await door.ask("order.id=O-1");
    expect(journeys[0]?.steps.map(({ name, at: reached }) => [name, reached])).toEqual([
      ["placed", "2026-09-01T10:00:00.001000000Z"],
      ["paid", "2026-09-01T10:00:00.002000000Z"],
      ["shipped", "2026-09-01T10:00:00.003000000Z"],
    ]);
  });
});

test("clocks five seconds fast and slow: raw times, no negative duration, and a doubt for each contradiction", async () => {
  await door.tell(
    span({
      trace: "S",
      id: "gateway",
      service: "gateway",
      fromMs: 0,
      toMs: 400,
      keys: { "order.id": "S-1" },
    }),
    span({ trace: "S", id: "create", service: "slow", parent: "gateway", fromMs: -4_990, toMs: -4_900 }),
    span({ trace: "S", id: "publish", service: "fast", parent: "create", fromMs: 5_020, toMs: 5_030 }),
    span({
      trace: "S2",
      id: "consume",
      service: "slow",
      links: [{ to: "S/publish" }],
      fromMs: -4_800,
      toMs: -4_700,
    }),
    span({ trace: "S2", id: "jumped", service: "slow", parent: "consume", fromMs: -4_750, toMs: -9_000 }),
    said("placed", "S-1", 30),
    said("shipped", "S-1", -4_000),
  );
  const { hops, gaps, journeys } = await door.ask("order.id=S-1");
  expect(hops.map(({ name, at: begun, durationMs }) => [name, begun.slice(14, 23), durationMs])).toEqual([
    ["create", "59:55.010", 90],
    ["consume", "59:55.200", 100],
    ["jumped", "59:55.250", 0],
    ["shipped", "59:56.000", 0],
    ["gateway", "00:00.000", 400],
    ["placed", "00:00.030", 0],
    ["publish", "00:05.020", 10],
  ]);
  expect(gaps.filter(({ kind }) => kind === "clock-suspect").map(({ text }) => text)).toEqual([
    'slow "create" begins 4990 ms before the span around it.',
    'slow "consume" ends 9720 ms before fast "publish", which it follows from, begins.',
    'slow "jumped" ends before it begins.',
    'Step "shipped" in shop came 4030 ms before "placed" in shop, which it waits for.',
  ]);
  expect(journeys[0]).toMatchObject({
    state: "succeeded",
    durationMs: 0,
    startedAt: "2026-09-01T10:00:00.030000000Z",
  });
  expect(NOW_MS).toBe(1_788_257_400_000);
});
