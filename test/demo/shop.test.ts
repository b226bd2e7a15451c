import { beforeAll, describe, expect, test } from "vitest";
import { SCENARIOS } from "../../demo/scenarios.ts";
import { runShop } from "../../demo/shop.ts";
import type { ScenarioResult } from "../../demo/truth.ts";
import { attribute, type Captured, capture, logsIn, spansIn, type WireSpan } from "./capture.ts";

const BASE_MS = Date.UTC(2026, 9, 1, 12);
const HOUR_MS = 3_600_000;
const [SERVER, CLIENT, PRODUCER, CONSUMER] = [2, 3, 4, 5];

interface Run {
  readonly results: readonly ScenarioResult[];
  readonly requests: readonly Captured[];
  readonly spans: readonly WireSpan[];
}

async function play(options: { seed?: number; baseMs?: number; scenarios?: string[] } = {}): Promise<Run> {
  const receiver = await capture();
  try {
    const results = await runShop({ endpoint: receiver.endpoint, seed: 1, baseMs: BASE_MS, ...options });
    return { results, requests: receiver.requests, spans: spansIn(receiver.requests) };
  } finally {
    await receiver.close();
  }
}

function idOf(span: { traceId: string; spanId: string }): string {
  return span.traceId + span.spanId;
}

/** Everything on the wire in words, free of arrival order and of the time at which the run ended. */
function telling(run: Run, baseMs: number): string[] {
  const sinceBase = (nanos: string): string => String(BigInt(nanos) - BigInt(baseMs) * 1_000_000n);
  const spans = run.spans.map((span) =>
    [
      idOf(span),
      span.service,
      span.name,
      sinceBase(span.startTimeUnixNano),
      sinceBase(span.endTimeUnixNano),
    ].join(),
  );
  const logs = logsIn(run.requests).map((log) =>
    [
      log.service,
      log.eventName,
      log.traceId,
      sinceBase(log.timeUnixNano),
      JSON.stringify(log.attributes),
    ].join(),
  );
  const events = run.requests
    .filter(({ path }) => path === "/v1/events")
    .map(({ body }) => body.replace(/"time":"[^"]+"/, ""));
  return [...spans, ...logs, ...events].sort();
}

describe("a run of all scenarios", () => {
  let run: Run;
  let byId: ReadonlyMap<string, WireSpan>;

  beforeAll(async () => {
    run = await play();
    byId = new Map(run.spans.map((span) => [idOf(span), span]));
  });

  const named = (name: string): ScenarioResult => {
    const result = run.results.find((candidate) => candidate.name === name);
    if (result === undefined) throw new RangeError(name);
    return result;
  };
  const spansOf = (name: string): WireSpan[] =>
    named(name).expected.hops.flatMap((hop) => byId.get(hop.id) ?? []);

  test("plays every scenario, and each has an id of its own to look up", () => {
    expect(run.results.map((result) => result.name)).toEqual(SCENARIOS.map((scenario) => scenario.name));
    expect(new Set(run.results.map((result) => result.lookup.id)).size).toBe(SCENARIOS.length);
    expect(named("happy").lookup).toEqual({ kind: "order.id", id: "ORD-1001" });
    expect(named("checkout-fails-early").lookup.kind).toBe("correlation.id");
  });

  test("gives every span valid ids, and begins it before it ends", () => {
    for (const span of run.spans) {
      expect(span.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
      expect(span.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
      expect(BigInt(span.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(span.endTimeUnixNano));
    }
  });

  test("reports nothing from the future, and nothing older than three hours", () => {
    const times = [
      ...run.spans.flatMap((span) => [span.startTimeUnixNano, span.endTimeUnixNano]),
      ...logsIn(run.requests).map((log) => log.timeUnixNano),
    ].map((nanos) => Number(BigInt(nanos) / 1_000_000n));
    expect(Math.max(...times)).toBeLessThanOrEqual(BASE_MS);
    expect(Math.min(...times)).toBeGreaterThan(BASE_MS - 3 * HOUR_MS);
  });

  test("names a parent and links only to spans that were sent, and a parent begins before its child", () => {
    for (const span of run.spans) {
      for (const link of span.links) expect(byId.has(idOf(link))).toBe(true);
    }
    for (const span of run.spans.filter(({ parentSpanId }) => parentSpanId !== undefined)) {
      const parent = byId.get(span.traceId + span.parentSpanId);
      expect(parent).toBeDefined();
      expect(parent?.startTimeUnixNano.localeCompare(span.startTimeUnixNano)).toBeLessThanOrEqual(0);
    }
  });

  test("ties messages to their senders by links, on one queue by parentage", () => {
    const processing = run.spans.filter((span) => span.kind === CONSUMER);
    const linked = processing.filter((span) => span.links.length === 1);
    for (const span of linked) expect(byId.get(idOf(span.links[0] ?? span))?.kind).toBe(PRODUCER);
    const others = processing.filter((span) => span.links.length === 0);
    expect(new Set(others.map((span) => span.name))).toEqual(new Set(["process stock.reserved"]));
    for (const span of others) expect(byId.get(span.traceId + span.parentSpanId)?.kind).toBe(PRODUCER);
  });

  test("says HTTP and messaging facts under their standard names", () => {
    for (const span of run.spans.filter((candidate) => candidate.kind === SERVER)) {
      expect(span.name).toBe(`${attribute(span, "http.request.method")} ${attribute(span, "http.route")}`);
      expect(attribute(span, "http.response.status_code")).toBeGreaterThanOrEqual(200);
    }
    for (const span of run.spans.filter(({ kind }) => kind === PRODUCER || kind === CONSUMER)) {
      expect(span.name).toBe(
        `${attribute(span, "messaging.operation.type")} ${attribute(span, "messaging.destination.name")}`,
      );
      expect(attribute(span, "messaging.message.id")).toMatch(/^msg-/);
    }
  });

  test("says the order id on a few spans only: none at the gateway, none in notifications", () => {
    const happy = spansOf("happy");
    const carriers = happy
      .filter((span) => attribute(span, "order.id") === "ORD-1001")
      .map((span) => span.service);
    expect(new Set(carriers)).toEqual(new Set(["orders", "payments", "inventory", "fulfilment"]));
    expect(carriers.length).toBeLessThan(happy.length / 2);
    const gateway = happy.find((span) => span.name === "POST /orders");
    expect(attribute(gateway ?? { attributes: [] }, "correlation.id")).toMatch(/^cor-/);
    for (const span of run.spans.filter(({ service }) => service === "notifications")) {
      expect(JSON.stringify(span.attributes)).not.toMatch(/ORD-|cor-|PKG-|ITM-/);
    }
  });

  test("a customer of a timed-out gateway sees 504 while orders answers 201 later", () => {
    const spans = spansOf("gateway-timeout");
    const gateway = spans.find((span) => span.name === "POST /orders");
    const orders = spans.find((span) => span.name === "POST /internal/orders");
    expect(attribute(gateway ?? { attributes: [] }, "http.response.status_code")).toBe(504);
    expect(attribute(orders ?? { attributes: [] }, "http.response.status_code")).toBe(201);
    expect(Number(orders?.endTimeUnixNano)).toBeGreaterThan(Number(gateway?.endTimeUnixNano));
  });

  test("a message whose work fails three times goes to the dead-letter queue", () => {
    const spans = spansOf("stuck-in-fulfilment").filter((span) => span.service === "fulfilment");
    expect(
      spans.filter((span) => span.name === "process stock.reserved" && span.status.code === 2),
    ).toHaveLength(3);
    expect(spans.filter((span) => span.name === "send fulfilment.dlq")).toHaveLength(1);
    expect(
      named("stuck-in-fulfilment").expected.hops.some((hop) => hop.name === "message.dead_lettered"),
    ).toBe(true);
  });

  test("a batch of 200 keeps 128 links on its receive span, and one on each message's own span", () => {
    const receive = run.spans.find((span) => span.kind === CLIENT && span.name === "receive order.shipped");
    expect(receive?.links).toHaveLength(128);
    expect(receive?.droppedLinksCount).toBe(72);
    const children = run.spans.filter((span) => span.parentSpanId === receive?.spanId);
    expect(children).toHaveLength(200);
    expect(new Set(children.map((span) => span.links[0]?.spanId)).size).toBe(200);
  });

  test("the truth counts a batch among the orders whose links it kept, and no other", () => {
    const { hops, strangers } = named("batch-consumer").expected;
    const receive = hops.find((hop) => hop.name === "receive order.shipped");
    const linked = new Set(byId.get(receive?.id ?? "")?.links.map(idOf));
    const senders = [...hops, ...strangers].filter((fact) => linked.has(fact.id));
    expect(senders.flatMap((fact) => fact.about).sort()).toEqual([...(receive?.about ?? [])].sort());
  });

  test("a duplicate delivery puts the same spans and the same CloudEvent on the wire twice", () => {
    for (const span of spansOf("duplicate-delivery")) {
      expect(run.spans.filter((candidate) => idOf(candidate) === idOf(span))).toHaveLength(2);
    }
    const posted = run.requests.filter(({ headers }) => headers["ce-orderid"] === "ORD-1005");
    expect(posted).toHaveLength(2);
    expect(posted[0]?.headers["ce-id"]).toBe(posted[1]?.headers["ce-id"]);
  });

  test("late reports arrive after everything else and newest first", () => {
    const late = new Set(named("late-and-out-of-order").expected.hops.map((hop) => hop.id));
    const last = run.requests.findLastIndex((request) =>
      spansIn([request]).some((span) => !late.has(idOf(span))),
    );
    const afterwards = spansIn(run.requests.slice(last + 1));
    expect(new Set(afterwards.map((span) => span.service))).toEqual(
      new Set(["website", "gateway", "orders", "payments"]),
    );
    const orders = afterwards
      .filter((span) => span.service === "orders")
      .map((span) => Number(span.endTimeUnixNano));
    expect(orders).toEqual([...orders].sort((a, b) => b - a));
    expect(spansOf("late-and-out-of-order").some((span) => span.service === "fulfilment")).toBe(true);
  });

  test("a shared package is packed and shipped under its own id alone, for three orders", () => {
    const shared = named("shared-package").expected.hops.filter((hop) => hop.about.length === 3);
    expect(shared.map((hop) => hop.name).sort()).toEqual(
      ["com.shop.order.packed", "hand to courier", "order.shipped", "ship package"].sort(),
    );
    const structured = run.requests.find(
      ({ headers }) => headers["content-type"] === "application/cloudevents+json",
    );
    expect(structured?.body).not.toMatch(/ORD-/);
  });

  test("the old version of order.placed says the order id under its old name", () => {
    const placed = logsIn(run.requests).filter((log) => log.eventName === "order.placed");
    const old = placed.filter((log) => attribute(log, "waybill.contract") === "order.placed@1");
    expect(old.map((log) => attribute(log, "app.order.id"))).toEqual(["ORD-1013"]);
    expect(placed.filter((log) => attribute(log, "order.id") === "ORD-1013")).toEqual([]);
  });

  test("a checkout that fails early has no order id anywhere", () => {
    const { expected } = named("checkout-fails-early");
    expect(JSON.stringify(spansOf("checkout-fails-early"))).not.toMatch(/ORD-/);
    expect(expected.hops.map((hop) => hop.name)).toContain("checkout.failed");
    expect(expected.services).toEqual(["gateway", "inventory", "orders", "website"]);
  });

  test("the truth names every span that was sent, and no other", () => {
    const noted = run.results.flatMap(({ expected }) => [...expected.hops, ...expected.strangers]);
    const spans = noted.filter((fact) => fact.kind === "span").map((fact) => fact.id);
    expect(new Set(spans).size).toBe(spans.length);
    expect(new Set(spans)).toEqual(new Set(byId.keys()));
    const logs = new Set(logsIn(run.requests).map((log) => JSON.stringify(log)));
    expect(noted.filter((fact) => fact.kind === "log")).toHaveLength(logs.size);
  });
});

describe("the seed", () => {
  let first: Run;
  beforeAll(async () => {
    first = await play();
  });

  test("gives the same ids, and the same times relative to the end of the run", async () => {
    const later = await play({ baseMs: BASE_MS + HOUR_MS });
    expect(telling(later, BASE_MS + HOUR_MS)).toEqual(telling(first, BASE_MS));
  });

  test("decides about all ids: another one shares none", async () => {
    const other = await play({ seed: 2 });
    const traces = new Set(first.spans.map((span) => span.traceId));
    expect(other.spans.filter((span) => traces.has(span.traceId))).toEqual([]);
    const subjects = new Set(first.results.map((result) => result.lookup.id));
    expect(other.results.filter((result) => subjects.has(result.lookup.id))).toEqual([]);
  });

  test("gives a scenario the same ids whether it is played alone or with the others", async () => {
    const [alone] = (await play({ scenarios: ["refund-after-success"] })).results;
    expect(alone).toEqual(first.results.find((result) => result.name === "refund-after-success"));
  });
});
