/** What docs/adr/0002 adds to the stitch rule, one fact each. */
import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { gapsOf } from "../../ingest/gaps.ts";
import { graphOf } from "../../ingest/graph.ts";
import { type Stitched, stitch } from "../../ingest/stitch.ts";
import { cloudEvent, event, KINDS, span, TEN_NS } from "./build.ts";

const OPTIONS = { kinds: KINDS, subjectKind: "order.id", hubSubjects: 100 };
const stitched = (hops: readonly Hop[]): Stitched => stitch(graphOf(hops, KINDS), OPTIONS);

function gaps(hops: readonly Hop[], subject: string) {
  const graph = graphOf(hops, KINDS);
  const doubts = { truncated: false, outOfOrder: new Map<string, string>(), nowNs: TEN_NS };
  return gapsOf(graph, stitch(graph, OPTIONS).get(subject) ?? [], doubts).map(
    ({ kind, text }) => `${kind}: ${text}`,
  );
}

function told(of: Stitched): Record<string, string[]> {
  const entries = [...of].map(([name, members]) => [
    name,
    members.map((m) => `${m.hop.name} ${m.evidence.rule}`).sort(),
  ]);
  return Object.fromEntries(entries.sort());
}

const RECEIVE = { "messaging.operation.type": "receive" };

describe("hubs", () => {
  test("a batch that lost most of its links is a hub though few are left", () => {
    const sends = ["A", "B"].map((order) => span({ trace: order, id: "send", keys: { "order.id": order } }));
    const links = [{ to: "A/send" }, { to: "B/send" }];
    const small = span({ trace: "batch", id: "receive", links });
    const below = span({ trace: "batch", id: "commit", parent: "receive" });
    expect(told(stitched([...sends, small, below]))["order.id=A"]).toEqual([
      "commit cause",
      "receive cause",
      "send key",
    ]);
    const torn = { ...small, droppedLinks: 998 };
    expect(told(stitched([...sends, torn, below]))["order.id=A"]).toEqual(["receive cause", "send key"]);
  });

  test("many links into one trace make no hub", () => {
    const spans = Array.from({ length: 150 }, (_, n) =>
      span({ trace: "one", id: `s${n}`, ...(n === 0 ? { keys: { "order.id": "A" } } : { parent: "s0" }) }),
    );
    const join = span({ trace: "join", id: "join", links: spans.map((_, n) => ({ to: `one/s${n}` })) });
    const below = span({ trace: "join", id: "sum", parent: "join" });
    expect(told(stitched([...spans, join, below]))["order.id=A"]).toContain("sum cause");
  });

  test("a hub belongs to each order behind its links, however far behind each of them is", () => {
    const near = Array.from({ length: 120 }, (_, n) =>
      span({ trace: `n${n}`, id: "send", keys: { "order.id": `N${n}` } }),
    );
    const far = [
      span({ trace: "f", id: "create", keys: { "order.id": "F" } }),
      span({ trace: "f", id: "step", parent: "create" }),
      span({ trace: "f", id: "send", parent: "step" }),
    ];
    const links = [...near.map((_, n) => ({ to: `n${n}/send` })), { to: "f/send" }];
    const all = told(stitched([...near, ...far, span({ trace: "b", id: "receive", links })]));
    expect(all["order.id=F"]).toContain("receive cause");
    expect(all["order.id=N7"]).toContain("receive cause");
  });

  test("the root of a loop that polls for days belongs to each order, and its idle rounds to none", () => {
    const rounds = Array.from({ length: 300 }, (_, n) =>
      span({ trace: "loop", id: `r${n}`, parent: "root", keys: n % 2 === 0 ? { "order.id": `O${n}` } : {} }),
    );
    const all = stitched([span({ trace: "loop", id: "root" }), ...rounds]);
    expect(all.size).toBe(150);
    expect(told(all)["order.id=O8"]).toEqual(["r8 key", "root climb"]);
    expect(all.get("order.id=O8")?.map((m) => m.hub)).toContain(true);
  });
});

describe("senders between batches", () => {
  test("a message handed on from a batch goes back through its sender's own links", () => {
    const hops = [
      span({ trace: "a", id: "send", keys: { "order.id": "A" } }),
      span({ trace: "b", id: "consume", links: [{ to: "a/send" }] }),
      span({ trace: "b", id: "forward", parent: "consume", spanKind: "producer" }),
      // The context came with the message, and so did an id that nobody else names.
      span({
        trace: "b",
        id: "process",
        parent: "forward",
        keys: { ...RECEIVE, "messaging.message.id": "m2" },
      }),
    ];
    expect(told(stitched(hops))["order.id=A"]).toContain("process cause");
  });
});

describe("a provisional subject whose key has an order", () => {
  test("is none for hops that only its company leads to it", () => {
    const hops = [
      span({ trace: "t", id: "a", keys: { "order.id": "A", "correlation.id": "c" } }),
      span({ trace: "t", id: "b", keys: { "order.id": "B" } }),
      span({ trace: "t", id: "orphan", parent: "lost" }),
    ];
    expect(told(stitched(hops))).toEqual({ "order.id=A": ["a key"], "order.id=B": ["b key"] });
  });
});

describe("causation ids", () => {
  const placed = (id: string, order: string, correlation: string, source: string): Hop => ({
    ...cloudEvent(id, { orderid: order, correlationid: correlation, source }),
    id: `${source}${id}`.padEnd(32, "0"),
  });
  const caused = (keys: Record<string, string>) => cloudEvent("e9", { causationid: "e1", ...keys });

  test("one that names two events leads to neither", () => {
    const hops = [placed("e1", "A", "ca", "/a"), placed("e1", "B", "cb", "/b"), caused({})];
    expect(stitched(hops).get("order.id=A")?.length).toBe(1);
    expect(stitched(hops).get("order.id=B")?.length).toBe(1);
  });

  test("one that names two events leads to that of its own correlation", () => {
    const kinds = KINDS.filter(({ kind }) => kind !== "correlation.id");
    const hops = [
      placed("e1", "A", "ca", "/a"),
      placed("e1", "B", "cb", "/b"),
      caused({ correlationid: "cb" }),
    ];
    const all = stitch(graphOf(hops, kinds), { ...OPTIONS, kinds });
    expect(all.get("order.id=A")?.length).toBe(1);
    expect(all.get("order.id=B")?.map((m) => m.evidence.rule)).toContain("cause");
  });
});

describe("what cannot be sure is said", () => {
  test("a key that identifies two orders flags every hop that carries only it", () => {
    const hops = [
      event({ name: "a", keys: { "order.id": "A", "correlation.id": "c" } }),
      event({ name: "b", keys: { "order.id": "B", "correlation.id": "c" } }),
      event({ name: "only c", keys: { "correlation.id": "c" } }),
    ];
    expect(gaps(hops, "order.id=A")).toEqual([
      'conflict: shop "only c" carries only correlation.id=c, which was seen with more than one subject.',
    ]);
  });

  test("a consumer whose clock is five seconds behind its producer's is suspect; one that waited is not", () => {
    const send = span({ trace: "a", id: "send", keys: { "order.id": "A" }, fromMs: 5_000, toMs: 5_010 });
    const behind = span({ trace: "b", id: "take", links: [{ to: "a/send" }], fromMs: 20, toMs: 30 });
    const waited = span({ trace: "b", id: "poll", links: [{ to: "a/send" }], fromMs: 20, toMs: 5_020 });
    expect(gaps([send, behind], "order.id=A")).toEqual([
      'clock-suspect: shop "take" ends 4970 ms before shop "send", which it follows from, begins.',
    ]);
    expect(gaps([send, waited], "order.id=A")).toEqual([]);
  });
});

test("services without a name are not one service: nothing is stitched by who said it", () => {
  const hops = ["A", "B"].map((order) =>
    span({ trace: order, id: "work", service: "unknown_service:node", keys: { "order.id": order } }),
  );
  expect(
    told(stitched([...hops, span({ trace: "C", id: "work", service: "unknown_service:node" })])),
  ).toEqual({
    "order.id=A": ["work key"],
    "order.id=B": ["work key"],
  });
});
