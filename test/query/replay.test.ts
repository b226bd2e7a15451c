/**
 * Dead letters from end to end, over HTTP, on the real engine: one bad record costs one record, and once its cause is
 * mended it takes its place in its journey, exactly once.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Answer } from "../../query/answer.ts";
import { DeadLetterGroups, DeadLetterList } from "../../query/dead_letters.ts";
import { DeadLetterDetail } from "../../query/letter_view.ts";
import { Problem } from "../../query/problem.ts";
import { ReplayAnswer } from "../../query/replay.ts";
import { attribute, type Message, requestBytes } from "../collector/otlp.ts";
import { type Running, startWaybill } from "../service.ts";

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const DAY_MS = 86_400_000;
const YAML = `
version: 1
keys: { order.id: { role: identifies, from: [order.id, { cloudevent: orderid }] } }
journeys:
  create-order:
    subject: order.id
    owner: checkout-team
    steps: { placed: { span: place }, shipped: [{ span: ship }, { cloudevent: shop.shipped }] }
    timeout: 15m
`;

let waybill: Running;
let nowMs = NOW_MS;

beforeAll(async () => {
  waybill = await startWaybill({ yaml: YAML, now: () => nowMs });
});

afterAll(() => waybill.stop());

const api: Running["api"] = (path, init) => waybill.api(path, init);
const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  api(path, {
    method: "POST",
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const replay = async (path: string, body?: unknown) => {
  const response = await post(`/v1/dead-letters/${path}`, body);
  expect(response.status).toBe(200);
  return ReplayAnswer.parse(await response.json());
};
const letters = async (query: string) =>
  DeadLetterList.parse(await (await api(`/v1/dead-letters?${query}`)).json()).deadLetters;
const order = async (id: string) => Answer.parse(await (await api(`/v1/orders/${id}`)).json());
const stored = async () =>
  Number(/^waybill_pipeline_stored_hops_total (\d+)/m.exec(await (await api("/metrics")).text())?.[1]);

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}

interface Sketch {
  readonly order: string;
  readonly name: "place" | "ship";
  readonly number: number;
  readonly atMs?: number;
}

function span({ order, name, number, atMs = NOW_MS }: Sketch): Message {
  return {
    traceId: hex(0xabcd00000000 + number, 32),
    spanId: hex(0xabcd00000000 + number, 16),
    name,
    startTimeUnixNano: `${atMs}000000`,
    endTimeUnixNano: `${atMs + 5}000000`,
    attributes: [
      attribute("order.id", { stringValue: order }),
      attribute("card", { stringValue: "4111-1111" }),
    ],
  };
}

function exportOf(spans: readonly Message[]): Message {
  const resource = { attributes: [attribute("service.name", { stringValue: "warehouse" })] };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "shop" }, spans }] }] };
}

describe.each([
  ["protobuf", "application/x-protobuf", (json: Message) => requestBytes("traces", json), 10_000],
  ["JSON", "application/json", (json: Message) => JSON.stringify(json), 20_000],
] as const)("one bad record among a thousand, in %s", (name, contentType, encode, first) => {
  const bad = `ORD-${name}-7`;
  let id = "";
  let before = 0;

  test("costs one record: 999 are stored, and it waits as a dead letter", async () => {
    before = await stored();
    const spans = Array.from({ length: 500 }, (_, at) => [
      span({ order: `ORD-${name}-${at}`, name: "place", number: first + 2 * at }),
      span({ order: `ORD-${name}-${at}`, name: "ship", number: first + 2 * at + 1 }),
    ]).flat();
    const spoilt = spans.map((each, at) => (at === 15 ? { ...each, spanId: "00".repeat(8) } : each));
    const response = await waybill.send("/v1/traces", contentType, encode(exportOf(spoilt)));
    expect(response.status).toBe(200);
    expect((await stored()) - before).toBe(999);
    const [letter, ...others] = await letters("reason=span_id&status=new");
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ signal: "traces", position: "resourceSpans[0].scopeSpans[0].spans[15]" });
    id = letter?.id ?? "";
    const waits = await order(bad);
    expect(waits.journeys).toMatchObject([{ state: "open", next: { step: "shipped" } }]);
  });

  test("is shown with its service and its shape, and its values only when they are asked for", async () => {
    const shown = await (await api(`/v1/dead-letters/${id}`)).text();
    const detail = DeadLetterDetail.parse(JSON.parse(shown));
    expect(detail.record).toMatchObject({ name: "ship", spanId: "00".repeat(8) });
    expect(shown).toContain("warehouse");
    expect(shown).toContain(bad);
    expect(shown).not.toContain("4111");
    expect(await (await api(`/v1/dead-letters/${id}?values=1`)).text()).toContain("4111");
  });

  test("is still refused as long as its cause is there, and a try leaves nothing behind", async () => {
    const tried = await replay("replay?dry_run=1", { reason: "span_id" });
    expect(tried).toMatchObject({ dryRun: true, letters: 1, rejected: 1, rejectedBy: { span_id: 1 } });
    expect(await letters("status=new&reason=span_id")).toHaveLength(1);
    expect(await replay(`${id}/replay`)).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await letters("status=failed_again")).toMatchObject([{ id }]);
  });

  test("once mended it would finish its journey, and then does", async () => {
    const patch = { spanId: hex(first + 900_000, 16) };
    const moved = { subject: { id: bad }, before: "open", after: "succeeded", finished: true };
    const tried = await replay(`${id}/replay?dry_run=1`, { patch });
    expect(tried).toMatchObject({ accepted: 1, journeys: [moved] });
    expect((await order(bad)).journeys[0]?.state).toBe("open");
    expect(await replay(`${id}/replay`, { patch })).toMatchObject({ accepted: 1, journeys: [moved] });
    const { journeys, hops } = await order(bad);
    expect(journeys).toMatchObject([{ state: "succeeded" }]);
    expect(hops.map(({ service, step }) => [service, step])).toEqual([
      ["warehouse", "placed"],
      ["warehouse", "shipped"],
    ]);
    await waybill.flush();
    expect((await stored()) - before).toBe(1000);
    expect((await letters("status=replayed")).map((each) => each.id)).toContain(id);
  });

  test("a second replay changes nothing", async () => {
    const patch = { spanId: hex(first + 900_000, 16) };
    const again = await replay(`${id}/replay`, { patch });
    expect(again).toMatchObject({ accepted: 0, duplicates: 1, journeys: [] });
    await waybill.flush();
    expect((await stored()) - before).toBe(1000);
    expect((await order(bad)).hops).toHaveLength(2);
    expect(await replay(`${id}/replay`)).toMatchObject({ rejected: 1 });
    expect(await replay("replay", { all: true })).toMatchObject({ letters: 0 });
  });
});

test("records that our own slow clock refused are taken as they are once it goes right", async () => {
  nowMs = NOW_MS - 3 * DAY_MS;
  const spans = [1, 2, 3].map((at) => span({ order: `ORD-clock-${at}`, name: "ship", number: 500 + at }));
  expect((await waybill.send("/v1/traces", "application/json", JSON.stringify(exportOf(spans)))).status).toBe(
    200,
  );
  expect(await replay("replay?dry_run=1", { signal: "traces" })).toMatchObject({
    rejectedBy: { time_range: 3 },
  });
  nowMs = NOW_MS;
  const replayed = await replay("replay", { reason: "time_range" });
  expect(replayed).toMatchObject({ accepted: 3, rejected: 0 });
  expect(replayed.journeys.map(({ before, after }) => [before, after])).toEqual(
    Array(3).fill([null, "succeeded"]),
  );
});

test("an event of binary mode is mended whole, its headers and data with it", async () => {
  const headers = {
    "content-type": "application/json",
    "ce-id": "e-1",
    "ce-source": "/shop",
    "ce-specversion": "1.0",
    "ce-orderid": "ORD-event",
    "ce-time": "2026-11-24T11:00:00Z",
  };
  const url = `${waybill.otlpUrl}/v1/events`;
  expect((await fetch(url, { method: "POST", headers, body: '{"a":1}' })).status).toBe(400);
  await waybill.flush();
  const [letter] = await letters("reason=attribute");
  const mended = await replay(`${letter?.id}/replay`, { patch: { type: "shop.shipped" } });
  expect(mended).toMatchObject({
    accepted: 1,
    journeys: [{ subject: { id: "ORD-event" }, after: "succeeded" }],
  });
});

test("ids of 2^53 and more stay what they are when something beside them is mended", async () => {
  const [one, other, patched] = ["1234567890123456781", "1234567890123456782", "1234567890123456783"];
  const event = {
    specversion: "1.0",
    id: "digits",
    source: "/warehouse",
    time: new Date(nowMs).toISOString(),
  };
  const body = JSON.stringify({ ...event, orderid: "@", data: { order: "@" } }).replaceAll('"@"', one);
  expect((await waybill.send("/v1/events", "application/cloudevents+json", body)).status).toBe(400);
  await waybill.flush();
  const [letter] = await letters("signal=events&reason=attribute&status=new");
  const detail = await api(`/v1/dead-letters/${letter?.id}?values=1`);
  expect(DeadLetterDetail.parse(await detail.json()).record).toMatchObject({
    orderid: one,
    data: { order: one },
  });
  const text = { headers: { accept: "text/plain" } };
  expect(await (await api(`/v1/dead-letters/${letter?.id}`, text)).text()).toContain(one);
  const replayed = (patch: string, query: string) =>
    api(`/v1/dead-letters/${letter?.id}/replay${query}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"patch":{"type":"shop.shipped"${patch}}}`,
    });
  for (const [patch, id, query] of [
    ["", one, "?dry_run=1"],
    [`,"orderid":${other}`, other, "?dry_run=1"],
    [`,"orderid":"${patched}"`, patched, ""],
  ] as const) {
    const answer = ReplayAnswer.parse(await (await replayed(patch, query)).json());
    expect(answer).toMatchObject({ accepted: 1, journeys: [{ subject: { id } }] });
  }
});

test("a body that cannot be read is sampled, to be looked at", async () => {
  expect((await waybill.send("/v1/traces", "application/json", "{")).status).toBe(400);
  await expect.poll(() => letters("reason=body")).toMatchObject([{ bytes: 1, status: "new" }]);
  expect((await waybill.send("/v1/traces", "application/json", "{{")).status).toBe(400);
  const [sample] = await letters("reason=body");
  const detail = DeadLetterDetail.parse(await (await api(`/v1/dead-letters/${sample?.id}?bytes=1`)).json());
  expect(Buffer.from(detail.body ?? "", "base64").toString()).toBe("{");
  expect(await letters("reason=body")).toHaveLength(1);
});

test("what is given up waits no longer, and the reason stays with it", async () => {
  const given = await post("/v1/dead-letters/discard", { letters: { reason: "body" }, because: "a typo" });
  expect(await given.json()).toEqual({ discarded: 1 });
  const [sample] = await letters("status=discarded");
  expect(await (await api(`/v1/dead-letters/${sample?.id}`)).json()).toMatchObject({
    acted: { text: "a typo" },
  });
  const { groups } = DeadLetterGroups.parse(await (await api("/v1/dead-letters?group=reason")).json());
  expect(groups.find(({ reason }) => reason === "body")).toMatchObject({ letters: 1, waiting: 0 });
});

test.each([
  ["no letters named", "replay", {}, 400],
  ["an id that is none", "zz/replay", undefined, 400],
  ["a letter that is not there", `${"0".repeat(32)}/replay`, undefined, 404],
] as const)("a replay with %s is refused", async (_what, path, body, status) => {
  const response = await post(`/v1/dead-letters/${path}`, body);
  expect(response.status).toBe(status);
  expect(Problem.parse(await response.json()).status).toBe(status);
});

test.each([
  [{ "sec-fetch-site": "cross-site" }, 403],
  [{ origin: "http://evil.example" }, 403],
  [{ origin: "null" }, 403],
  [{ "sec-fetch-site": "same-origin" }, 200],
] as const)("a page elsewhere cannot make a browser replay: %j", async (headers, status) => {
  expect((await post("/v1/dead-letters/replay?dry_run=1", { all: true }, headers)).status).toBe(status);
  const form = { method: "POST", body: new URLSearchParams({ do: "try" }), headers };
  expect((await api("/dead-letters/replay", form)).status).toBe(status);
});
