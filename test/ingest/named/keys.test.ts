/** Ids that mislead, through the real door: each answer is written out by hand. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Hop } from "../../../collector/hop.ts";
import { FindAnswer } from "../../../query/found.ts";
import { at, cloudEvent, event, span, trace } from "../build.ts";
import { type Door, openDoor } from "./door.ts";

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.waybill.stop());

const HOUR_MS = 3_600_000;

describe("one order by many names", () => {
  test("a correlation id three hours before its order id: first a checkout, then the order, at both addresses", async () => {
    await door.tell(event({ name: "browsed", keys: { "correlation.id": "early" }, atMs: -3 * HOUR_MS }));
    expect(await door.hopsOf("correlation.id=early")).toEqual(["browsed key"]);
    await door.tell(event({ name: "placed", keys: { "correlation.id": "early", "order.id": "E-1" } }));
    expect(await door.hopsOf("order.id=E-1")).toEqual(["browsed identifies", "placed key"]);
    expect(await door.movedTo("correlation.id=early")).toBe("/v1/orders/E-1");
    expect((await door.ask("order.id=E-1")).hops[0]?.at).toBe("2026-09-01T07:00:00.000000000Z");
  });

  test("the number 42, the text 42, the double 42 and ` 42 ` are one order", async () => {
    const record = (value: object, n: number) => ({
      eventName: `seen ${n}`,
      timeUnixNano: `178825680000000000${n}`,
      attributes: [{ key: "order.id", value }],
    });
    const values = [
      { intValue: "42" },
      { intValue: 42 },
      { stringValue: "42" },
      { doubleValue: 42 },
      { stringValue: " 42 " },
    ];
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: values.map(record) }] }] });
    await door.waybill.send("/v1/logs", "application/json", body);
    expect(await door.hopsOf("order.id=42")).toEqual([0, 1, 2, 3, 4].map((n) => `seen ${n} key`));
  });

  test("an alias that any service says, as a log event or as a CloudEvent, joins two ids from then on", async () => {
    await door.tell(
      event({ name: "picked", keys: { "item.id": "AL-item" } }),
      event({ name: "asked", keys: { "correlation.id": "AL-c" } }),
      event({ name: "also known as", keys: { "order.id": "AL", "item.id": "AL-item" } }),
      { ...cloudEvent("alias", { orderid: "AL", correlationid: "AL-c" }), name: "com.shop.alias" },
    );
    expect(await door.hopsOf("order.id=AL")).toEqual([
      "also known as key",
      "asked identifies",
      "com.shop.alias key",
      "picked identifies",
    ]);
  });

  test("an id is found in a JSON attribute, a body, a resource, a link, a span event, a subject, a conversation", async () => {
    const told = (name: string, keys: Record<string, string>, more: Partial<Hop> = {}): Hop => ({
      ...event({ name, keys }),
      ...more,
    });
    const inEvent = { atNs: at(1), name: "note", attributes: new Map([["order.id", "W"]]) };
    await door.tell(
      told("pointer", { payload: '{"order":{"id":"W"}}' }),
      told("body", { "order.id": "W" }, { body: "packing item=W-item now" }),
      told("body only", {}, { body: "weighing item=W-item at 3 kg" }),
      told("resource", {}, { resource: new Map([["app.order.id", "W"]]) }),
      span({ trace: "W link", id: "link", links: [{ to: "W sent/nowhere", keys: { "order.id": "W" } }] }),
      { ...span({ trace: "W event", id: "span event" }), events: [inEvent] },
      { ...cloudEvent("W", { subject: "W" }), name: "subject" },
      told("said", { "order.id": "W", "messaging.conversation_id": "W-talk" }),
      told("conversation", { "messaging.message.conversation_id": "W-talk" }),
    );
    const found = (await door.hopsOf("order.id=W")).map((text) => text.slice(0, text.lastIndexOf(" ")));
    expect(found).toEqual([
      "body",
      "body only",
      "conversation",
      "link",
      "pointer",
      "resource",
      "said",
      "span event",
      "subject",
    ]);
  });
});

test("a value of 513 characters is no key and is counted under its kind, for each hop, and one of 512 is one", async () => {
  const [longest, longer] = ["k".repeat(512), "k".repeat(513)];
  await door.tell(
    event({ name: "placed", keys: { "order.id": longest } }),
    event({ name: "bulky", keys: { "order.id": longer } }),
    event({ name: "bulky too", keys: { "order.id": longer, "item.id": `["${longer}","L-item"]` }, atMs: 1 }),
    event({ name: "weighed", keys: { "item.id": "L-item" }, body: `item=${longer}`, atMs: 2 }),
  );
  expect(await door.hopsOf(`order.id=${longest}`)).toEqual(["placed key"]);
  expect(await door.hopsOf("item.id=L-item")).toEqual(["bulky too key", "weighed key"]);
  const metrics = await (await door.waybill.api("/metrics")).text();
  expect(metrics).toContain('waybill_pipeline_long_keys_total{kind="order.id"} 2');
  expect(metrics).toContain('waybill_pipeline_long_keys_total{kind="item.id"} 1');
});

describe("ids that many carry", () => {
  test("two order ids on one correlation id stay two orders; what carries only it is in both, flagged", async () => {
    await door.tell(
      event({ name: "placed", keys: { "order.id": "T-1", "correlation.id": "twice" } }),
      event({ name: "placed", keys: { "order.id": "T-2", "correlation.id": "twice" }, atMs: 1 }),
      event({ name: "mailed", keys: { "correlation.id": "twice" }, atMs: 2 }),
    );
    expect(await door.hopsOf("order.id=T-1")).toEqual(["mailed identifies", "placed key"]);
    expect(await door.hopsOf("order.id=T-2")).toEqual(["mailed identifies", "placed key"]);
    const { hops, gaps, related } = await door.ask("order.id=T-1");
    expect(hops.map(({ name, shared }) => [name, shared])).toEqual([
      ["placed", false],
      ["mailed", true],
    ]);
    expect(gaps.map(({ kind }) => kind)).toEqual(["conflict"]);
    expect(related.map(({ kind, id, relation }) => `${relation} ${kind} ${id}`)).toEqual([
      "conflict order.id T-2",
    ]);
  });

  test("an account id logged as order id in nine journeys is a tenth subject and touches none of the nine", async () => {
    const orders = Array.from({ length: 9 }, (_, n) => `N-${n}`);
    await door.tell(
      ...orders.flatMap((order) => [
        span({ trace: order, id: "create", keys: { "order.id": order } }),
        span({ trace: order, id: "audit", parent: "create", keys: { "order.id": "ACC-1" } }),
        span({ trace: order, id: "store", parent: "create" }),
      ]),
    );
    for (const order of orders)
      expect(await door.hopsOf(`order.id=${order}`)).toEqual(["create key", "store cause"]);
    expect(await door.hopsOf("order.id=ACC-1")).toEqual(orders.map(() => "audit key"));
  });

  test("a package with goods of two orders is a line in each, and merges nothing", async () => {
    await door.tell(
      ...["P-1", "P-2"].flatMap((order) => [
        event({ name: "picked", keys: { "order.id": order, "item.id": `${order}-i` } }),
        event({ name: "packed", keys: { "item.id": `${order}-i`, "package.id": "PKG" }, atMs: 1 }),
      ]),
      event({ name: "delivered", keys: { "package.id": "PKG" }, atMs: 2 }),
    );
    for (const [own, other] of [
      ["P-1", "P-2"],
      ["P-2", "P-1"],
    ]) {
      expect(await door.hopsOf(`order.id=${own}`)).toEqual([
        "delivered shared",
        "packed identifies",
        "picked key",
      ]);
      const { related, hops } = await door.ask(`order.id=${own}`);
      expect(related.map(({ kind, id, relation }) => `${relation} ${kind} ${id}`)).toEqual([
        `shares order.id ${other}`,
        "carries package.id PKG",
      ]);
      expect(hops.find(({ name }) => name === "delivered")?.shared).toBe(true);
    }
  });

  test("an id that programs write for want of one joins nobody", async () => {
    await door.tell(
      ...["U-1", "U-2"].map((order) =>
        event({ name: "placed", keys: { "order.id": order, "correlation.id": "null" } }),
      ),
      event({ name: "lost", keys: { "correlation.id": "null" } }),
    );
    expect(await door.hopsOf("order.id=U-1")).toEqual(["placed key"]);
    expect(await door.hopsOf("correlation.id=null")).toEqual([]);
  });
});

describe("context that misleads", () => {
  test("spans of one order in the leaked context of another are their own order's", async () => {
    await door.tell(
      span({ trace: "leak", id: "consume 1", keys: { "order.id": "L-1" } }),
      span({ trace: "leak", id: "store 1", parent: "consume 1" }),
      span({ trace: "leak", id: "consume 2", parent: "store 1", keys: { "order.id": "L-2" } }),
      span({ trace: "leak", id: "store 2", parent: "consume 2" }),
    );
    expect(await door.hopsOf("order.id=L-1")).toEqual(["consume 1 key", "store 1 cause"]);
    expect(await door.hopsOf("order.id=L-2")).toEqual(["consume 2 key", "store 2 cause"]);
  });

  test("a link to a span that has not arrived waits for it", async () => {
    await door.tell(span({ trace: "after", id: "consume", links: [{ to: "before/send" }] }));
    const find = async () => (await door.waybill.api(`/v1/find?id=${trace("after")}`)).json();
    expect(await find()).toEqual({
      id: trace("after"),
      found: [{ kind: "trace", id: trace("after"), subjects: [], unclaimed: expect.anything() }],
    });
    await door.tell(span({ trace: "before", id: "send", keys: { "order.id": "K" }, fromMs: -50 }));
    expect(await door.hopsOf("order.id=K")).toEqual(["consume cause", "send key"]);
    const [found] = FindAnswer.parse(await find()).found;
    expect(found?.subjects).toMatchObject([{ kind: "order.id", id: "K" }]);
    expect(found?.unclaimed).toBeUndefined();
  });

  test("a causation id that names two events leads to neither, unless one is of the same correlation", async () => {
    const from = (source: string, keys: Record<string, string>): Hop => ({
      ...cloudEvent("C-e1", { ...keys, source }),
      name: `placed ${source}`,
    });
    const caused = (id: string, keys: Record<string, string>) => ({
      ...cloudEvent(id, { causationid: "C-e1", ...keys }),
      name: id,
    });
    await door.tell(
      from("/a", { orderid: "C-A", correlationid: "C-ca" }),
      from("/b", { orderid: "C-B", correlationid: "C-cb" }),
      caused("ambiguous", {}),
      caused("same correlation", { correlationid: "C-cb" }),
    );
    expect(await door.hopsOf("order.id=C-A")).toEqual(["placed /a key"]);
    expect(await door.hopsOf("order.id=C-B")).toEqual(["placed /b key", "same correlation identifies"]);
  });

  test("services that do not say their name are not one service", async () => {
    const unnamed = (order: string) =>
      span({ trace: order, id: "work", service: "unknown_service:node", keys: { "order.id": order } });
    await door.tell(
      unnamed("S-1"),
      unnamed("S-2"),
      span({ trace: "S-3", id: "work", service: "unknown_service:node" }),
    );
    expect(await door.hopsOf("order.id=S-1")).toEqual(["work key"]);
    expect(await door.hopsOf("order.id=S-2")).toEqual(["work key"]);
  });
});
