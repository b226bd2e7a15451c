import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { graphOf } from "../../ingest/graph.ts";
import { type Stitched, stitch } from "../../ingest/stitch.ts";
import { cloudEvent, event, KINDS, span } from "./build.ts";

function stitched(hops: readonly Hop[], subjectKind = "order.id"): Stitched {
  return stitch(graphOf(hops, KINDS), { kinds: KINDS, subjectKind, hubSubjects: 100 });
}

/** subject → names of its hops with the rule that put them there */
function told(of: Stitched): Record<string, string[]> {
  const entries = [...of].map(([name, members]) => [
    name,
    members.map((m) => `${m.hop.name} ${m.evidence.rule}`).sort(),
  ]);
  return Object.fromEntries(entries.sort());
}

describe("keys decide", () => {
  test("a correlation id that precedes its order id leads to the order once one hop carries both", () => {
    const early = event({ name: "cart", keys: { "correlation.id": "c1" }, atMs: -10_800_000 });
    expect(told(stitched([early]))).toEqual({
      "correlation.id=c1": ["cart identifies"].map(() => "cart key"),
    });
    const both = event({ name: "placed", keys: { "correlation.id": "c1", "order.id": "A" } });
    expect(told(stitched([early, both]))).toEqual({ "order.id=A": ["cart identifies", "placed key"] });
  });

  test("order ← item ← package: each hop belongs by the chain, and a package merges nothing", () => {
    const hops = [
      event({ name: "pick A", keys: { "order.id": "A", "item.id": "i1" } }),
      event({ name: "pick B", keys: { "order.id": "B", "item.id": "i2" } }),
      event({ name: "pack i1", keys: { "item.id": "i1", "package.id": "p" } }),
      event({ name: "pack i2", keys: { "item.id": "i2", "package.id": "p" } }),
      event({ name: "deliver", keys: { "package.id": "p" } }),
    ];
    expect(told(stitched(hops))).toEqual({
      "order.id=A": ["deliver shared", "pack i1 identifies", "pick A key"],
      "order.id=B": ["deliver shared", "pack i2 identifies", "pick B key"],
    });
    expect(
      stitched(hops)
        .get("order.id=A")
        ?.find((m) => m.hop.name === "deliver")?.shared,
    ).toBe(true);
  });

  test("two orders on one correlation id stay two; what carries only the correlation id is in both", () => {
    const hops = [
      event({ name: "a", keys: { "order.id": "A", "correlation.id": "c" } }),
      event({ name: "b", keys: { "order.id": "B", "correlation.id": "c" } }),
      event({ name: "only c", keys: { "correlation.id": "c" } }),
    ];
    expect(told(stitched(hops))).toEqual({
      "order.id=A": ["a key", "only c identifies"],
      "order.id=B": ["b key", "only c identifies"],
    });
  });

  test("an account id logged as order id in nine journeys is a tenth subject and joins none of them", () => {
    const hops = Array.from({ length: 9 }, (_, n) => [
      span({ trace: `t${n}`, id: "create", keys: { "order.id": `ORD-${n}` } }),
      span({ trace: `t${n}`, id: "audit", parent: "create", keys: { "order.id": "ACC-1" } }),
    ]).flat();
    const all = stitched(hops);
    expect(all.size).toBe(10);
    expect(all.get("order.id=ACC-1")?.length).toBe(9);
    for (let n = 0; n < 9; n++)
      expect(all.get(`order.id=ORD-${n}`)?.map((m) => m.hop.name)).toEqual(["create"]);
  });

  test("the number 42 and the text 42 are one id, and blanks around it do not count", () => {
    const hops = [
      event({ name: "a", keys: { "order.id": "42" } }),
      event({ name: "b", keys: { "order.id": " 42 " } }),
    ];
    expect(stitched(hops).get("order.id=42")?.length).toBe(2);
  });
});

describe("causes come after keys", () => {
  test("a hop without keys belongs to its nearest cause, the parent before a link at the same distance", () => {
    const hops = [
      span({ trace: "a", id: "A", keys: { "order.id": "A" } }),
      span({ trace: "b", id: "B", keys: { "order.id": "B" } }),
      span({ trace: "a", id: "child", parent: "A", links: [{ to: "b/B" }] }),
      span({ trace: "c", id: "linked", links: [{ to: "b/B" }] }),
    ];
    expect(told(stitched(hops))).toEqual({
      "order.id=A": ["A key", "child cause"],
      "order.id=B": ["B key", "linked cause"],
    });
  });

  test("a message under a batch's receive span follows its own link, even when its producer never arrived", () => {
    const producers = ["A", "B"].map((order) =>
      span({ trace: order, id: "send", keys: { "order.id": order } }),
    );
    const receive = span({
      trace: "batch",
      id: "receive",
      links: [{ to: "A/send" }, { to: "B/send" }, { to: "C/send" }],
    });
    const one = (order: string) =>
      span({ trace: "batch", id: `process ${order}`, parent: "receive", links: [{ to: `${order}/send` }] });
    expect(told(stitched([...producers, receive, one("A"), one("B"), one("C")]))).toEqual({
      "order.id=A": ["process A cause", "receive cause", "send key"],
      "order.id=B": ["process B cause", "receive cause", "send key"],
    });
  });

  test("a gateway span belongs to the order that the consumer of its message created", () => {
    const hops = [
      span({ trace: "web", id: "POST /orders" }),
      span({ trace: "web", id: "publish", parent: "POST /orders" }),
      span({ trace: "work", id: "consume", links: [{ to: "web/publish" }] }),
      span({ trace: "work", id: "create", parent: "consume", keys: { "order.id": "A" } }),
    ];
    expect(told(stitched(hops))).toEqual({
      "order.id=A": ["POST /orders climb", "consume climb", "create key", "publish climb"],
    });
  });

  test("an order id that stands only on a link belongs to the hop that holds the link", () => {
    const hops = [
      span({ trace: "a", id: "send" }),
      span({ trace: "b", id: "send" }),
      span({
        trace: "batch",
        id: "receive",
        links: [
          { to: "a/send", keys: { "order.id": "A" } },
          { to: "b/send", keys: { "order.id": "B" } },
        ],
      }),
    ];
    expect(told(stitched(hops))).toEqual({
      "order.id=A": ["receive key", "send climb"],
      "order.id=B": ["receive key", "send climb"],
    });
  });

  test("1,000 orders through one batch are 1,000 journeys, and nothing is inherited through the batch", () => {
    const orders = Array.from({ length: 1_000 }, (_, n) => `ORD-${n}`);
    const hops = orders.map((order) => span({ trace: order, id: "send", keys: { "order.id": order } }));
    const links = orders.slice(0, 128).map((order) => ({ to: `${order}/send` }));
    const receive = { ...span({ trace: "batch", id: "receive", links }), droppedLinks: 872 };
    const below = span({ trace: "batch", id: "commit", parent: "receive" });
    const all = stitched([...hops, receive, below]);
    expect(all.size).toBe(1_000);
    expect(
      all
        .get("order.id=ORD-0")
        ?.map((m) => `${m.hop.name} ${m.hub}`)
        .sort(),
    ).toEqual(["receive true", "send false"]);
    expect(all.get("order.id=ORD-999")?.map((m) => m.hop.name)).toEqual(["send"]);
  });

  test("a message id joins producer and consumer where no context was passed on, old names and new alike", () => {
    const send = {
      "messaging.message.id": "m1",
      "messaging.destination.name": "orders",
      "messaging.operation.type": "send",
    };
    const take = {
      "messaging.message_id": "m1",
      "messaging.destination": "orders",
      "messaging.operation": "process",
    };
    const hops = [
      span({ trace: "a", id: "send", keys: { ...send, "order.id": "A" } }),
      span({ trace: "b", id: "take", keys: take }),
      span({ trace: "c", id: "other queue", keys: { ...take, "messaging.destination": "refunds" } }),
    ];
    expect(told(stitched(hops))).toEqual({ "order.id=A": ["send key", "take cause"] });
  });

  test("a CloudEvent follows its causation id when that names one event", () => {
    const hops = [
      cloudEvent("e1", { orderid: "A" }),
      cloudEvent("e2", { causationid: "e1" }),
      cloudEvent("e3", { causationid: "nobody" }),
    ];
    expect(stitched(hops).get("order.id=A")?.length).toBe(2);
  });

  test("a hop whose parent never arrived belongs to its trace's one order, and to none when there are two", () => {
    const orphan = span({ trace: "t", id: "orphan", parent: "lost" });
    const a = span({ trace: "t", id: "a", keys: { "order.id": "A" } });
    const b = span({ trace: "t", id: "b", keys: { "order.id": "B" } });
    expect(told(stitched([orphan, a]))).toEqual({ "order.id=A": ["a key", "orphan trace"] });
    expect(told(stitched([orphan, a, b]))).toEqual({ "order.id=A": ["a key"], "order.id=B": ["b key"] });
  });

  test("a log line belongs with the span it was written in", () => {
    const hops = [
      span({ trace: "t", id: "a", keys: { "order.id": "A" } }),
      event({ name: "", body: "hello", in: "t/a" }),
    ];
    expect(told(stitched(hops))).toEqual({ "order.id=A": [" cause", "a key"] });
  });
});

describe("versions of one fact", () => {
  test("the one that ended later holds, then the greater digest, whichever came first", () => {
    const early = span({ trace: "t", id: "a", keys: { "order.id": "A" }, toMs: 10 });
    const late = { ...span({ trace: "t", id: "a", keys: { "order.id": "B" }, toMs: 20 }) };
    expect([...stitched([early, late]).keys()]).toEqual(["order.id=B"]);
    expect([...stitched([late, early]).keys()]).toEqual(["order.id=B"]);
    const other = { ...late, attributes: new Map([["order.id", "C"]]), digest: 7 };
    expect([...stitched([other, late]).keys()]).toEqual([...stitched([late, other]).keys()]);
  });
});
