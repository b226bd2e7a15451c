import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { decodeRequest } from "../../collector/request.ts";
import { decode, envelope, hops, type Message, RECEIVED_MS } from "./otlp.ts";

const EVENT: Message = {
  specversion: "1.0",
  id: "e-1",
  source: "/shop/orders",
  type: "com.shop.order.placed",
  time: "2026-09-01T12:00:00.000000001+02:00",
  subject: "ORD-42",
  orderid: "ORD-42",
  data: { total: 12 },
};

function structured(more: Message = {}) {
  return decode(
    "events",
    "application/cloudevents+json; charset=utf-8",
    JSON.stringify({ ...EVENT, ...more }),
  );
}

async function only(more: Message = {}) {
  const [hop] = hops(await structured(more));
  if (hop === undefined) throw new Error("a good event is kept");
  return hop;
}

const HEADERS = {
  "ce-specversion": "1.0",
  "ce-id": "e-1",
  "ce-source": "/shop/orders",
  "ce-type": "com.shop.order.placed",
  "ce-time": "2026-09-01T12:00:00.000000001+02:00",
  "ce-subject": "ORD-42",
  "ce-orderid": "ORD-42",
};

function binary(
  headers: Record<string, string>,
  body: Uint8Array | string = '{"total":12}',
  type = "application/json",
) {
  return decodeRequest(envelope("events", type, { headers: { ...HEADERS, ...headers } }), Buffer.from(body), {
    bodyBytesMax: 1000,
  });
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

test("an event is a hop of its source, named by its type", async () => {
  expect(await only()).toMatchObject({
    id: createHash("sha256").update("/shop/orders\ne-1").digest("hex").slice(0, 32),
    kind: "cloudevent",
    service: "/shop/orders",
    name: "com.shop.order.placed",
    atNs: 1_788_256_800_000_000_001n,
    endNs: 1_788_256_800_000_000_001n,
    body: '{"total":12}',
    traceId: "",
    spanId: "",
    parentId: "",
    links: [],
  });
});

test("context attributes and extensions are attributes under their own names", async () => {
  const more = {
    dataschema: "/s",
    datacontenttype: "text/plain",
    correlationid: "c",
    count: 5,
    flag: true,
    gone: null,
  };
  const { attributes } = await only(more);
  expect(Object.fromEntries(attributes)).toMatchObject({
    id: "e-1",
    source: "/shop/orders",
    subject: "ORD-42",
    orderid: "ORD-42",
    dataschema: "/s",
    datacontenttype: "text/plain",
    correlationid: "c",
    count: "5",
    flag: "true",
  });
  expect(attributes.has("gone")).toBe(false);
  expect(attributes.has("data")).toBe(false);
});

describe("a number that no double holds is told to the last digit:", () => {
  const text = JSON.stringify({ ...EVENT, orderid: "@", data: "#" }).replace('"@"', "1234567890123456781");

  test.each([
    ["an object", '{"order":{"id":1234567890123456782,"total":1.5}}'],
    ["a list", '[-1234567890123456783,9007199254740993,"a\\"",true,null]'],
    ["a number", "12345678901234567890123"],
  ])("as an attribute, and in data that is %s", async (_what, data) => {
    const type = "application/cloudevents";
    const one = await decode("events", `${type}+json`, text.replace('"#"', data));
    const many = await decode("events", `${type}-batch+json`, `[${text.replace('"#"', data)}]`);
    for (const [hop] of [hops(one), hops(many)]) {
      expect(hop?.attributes.get("orderid")).toBe("1234567890123456781");
      expect(hop?.body).toBe(data);
    }
  });

  test("and a refused event keeps its digits", async () => {
    const refused = text.replace('"ORD-42"', "{}");
    const { rejected } = await decode("events", "application/cloudevents+json", refused);
    expect(rejected.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([refused]);
  });
});

test("the three modes tell the same fact", async () => {
  const [one] = hops(await structured({ datacontenttype: "application/json" }));
  const [two] = hops(await binary({}));
  const batch = JSON.stringify([{ ...EVENT, datacontenttype: "application/json" }]);
  const [three] = hops(await decode("events", "application/cloudevents-batch+json", batch));
  expect(new Set([one?.id, two?.id, three?.id]).size).toBe(1);
  expect([two?.body, three?.body]).toEqual([one?.body, one?.body]);
  expect(three).toEqual(one);
});

test("an event is the pair of its source and id, whatever else it says", async () => {
  const ids = [
    await only(),
    await only({ data: 1 }),
    await only({ id: "e-2" }),
    await only({ source: "/other" }),
  ];
  expect(ids.map(({ id }) => id === ids[0]?.id)).toEqual([true, true, false, false]);
  expect(ids[1]?.digest).not.toBe(ids[0]?.digest);
});

describe("data is told as text:", () => {
  test.each<[what: string, more: Message, body: string]>([
    ["text as it is", { data: "plain" }, "plain"],
    ["a number", { data: 5 }, "5"],
    ["null", { data: null }, ""],
    ["none", { data: undefined }, ""],
    ["base64 of text", { data: undefined, data_base64: "w6k=" }, "é"],
    ["base64 of other bytes", { data: undefined, data_base64: "/wA=" }, "/wA="],
  ])("%s", async (_what, more, body) => {
    expect((await only(more)).body).toBe(body);
  });

  test("a body that is not text is told as base64", async () => {
    expect(hops(await binary({}, Uint8Array.of(255, 0), "image/png"))[0]?.body).toBe("/wA=");
  });
});

test("data nested a hundred thousand deep does not bring the process down", async () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const body = JSON.stringify([EVENT, { ...EVENT, data: "@" }, { ...EVENT, id: "e-3" }]).replace('"@"', deep);
  const { batch, rejected } = await decode("events", "application/cloudevents-batch+json", body);
  expect([batch.rows, rejected.length]).toEqual([2, 1]);
});

describe("an event is refused", () => {
  test.each<[what: string, more: Message]>([
    ["without an id", { id: undefined }],
    ["with an empty source", { source: "" }],
    ["without a type", { type: null }],
    ["of another version", { specversion: "0.3" }],
    ["with an object as an attribute", { subject: {} }],
    ["with a time that is none", { time: "yesterday" }],
    ["from 1948", { time: "1948-01-01T00:00:00Z" }],
    ["from next year", { time: "2027-09-01T00:00:00Z" }],
  ])("%s", async (_what, more) => {
    expect(await structured(more)).toMatchObject({ batch: { rows: 0 }, rejected: [{ where: "" }] });
  });
});

test("one bad event in a batch costs one event", async () => {
  const events = [EVENT, { ...EVENT, id: "" }, 5, { ...EVENT, id: "e-4" }];
  const { batch, rejected } = await decode(
    "events",
    "application/cloudevents-batch+json",
    JSON.stringify(events),
  );
  expect([batch.rows, rejected.map(({ where }) => where)]).toEqual([2, ["[1]", "[2]"]]);
});

test("an empty batch is fine; a batch that is no list, and an event that is one, are malformed", async () => {
  expect(await decode("events", "application/cloudevents-batch+json", "[]")).toMatchObject({
    batch: { rows: 0 },
  });
  await expect(decode("events", "application/cloudevents-batch+json", "{}")).rejects.toMatchObject({
    code: "malformed",
  });
  await expect(decode("events", "application/cloudevents+json", "[]")).rejects.toMatchObject({
    code: "malformed",
  });
  await expect(decode("events", "application/cloudevents+json", "{")).rejects.toMatchObject({
    code: "malformed",
  });
});

test("an event without a time has that of its arrival, and sent again it is the same version", async () => {
  const first = await only({ time: undefined });
  expect(first.atNs).toBe(BigInt(RECEIVED_MS) * 1_000_000n);
  const later = envelope("events", "application/cloudevents+json", { receivedMs: RECEIVED_MS + 9 });
  const again = await decodeRequest(later, Buffer.from(JSON.stringify({ ...EVENT, time: undefined })), {
    bodyBytesMax: 1000,
  });
  expect(hops(again)).toMatchObject([{ id: first.id, digest: first.digest }]);
});

test("the trace in which an event began is a link; the one that brought it is its parent", async () => {
  const began = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`;
  const [hop] = hops(await binary({ traceparent: `00-${TRACE}-${SPAN}-01`, "ce-traceparent": began }));
  expect(hop).toMatchObject({ traceId: TRACE, spanId: "", parentId: SPAN });
  expect(hop?.links).toEqual([{ traceId: "ab".repeat(16), spanId: "cd".repeat(8), attributes: new Map() }]);
  expect(hop?.attributes.get("traceparent")).toBe(began);
});

test.each([
  "",
  "garbage",
  `00-${"0".repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}-011`,
  `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-0`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `cc-${TRACE}-${SPAN}-01.more`,
  `cc-${TRACE}-${SPAN}-011`,
])("the traceparent %j names nothing and costs nothing", async (traceparent) => {
  const [hop] = hops(await binary({ traceparent, "ce-traceparent": traceparent }));
  expect(hop).toMatchObject({ parentId: "", links: [] });
});

test.each([`00-${TRACE}-${SPAN}-ff`, `cc-${TRACE}-${SPAN}-01`, `0f-${TRACE}-${SPAN}-01-more-to-come`])(
  "the traceparent %j names a trace, whatever its version adds at the end",
  async (traceparent) => {
    const [hop] = hops(await binary({ traceparent, "ce-traceparent": traceparent }));
    expect(hop).toMatchObject({ parentId: SPAN, links: [{ traceId: TRACE, spanId: SPAN }] });
  },
);

describe("a header is unquoted, then percent-decoded once:", () => {
  test.each([
    ["plain", "plain"],
    ["%C3%A9", "é"],
    ["%2525", "%25"],
    ['"quo\\"ted \\\\"', 'quo"ted \\'],
    ["%E2%82%AC%20", "€ "],
    ["50% off", "50% off"],
    ["%", "%"],
    ["%zz%4", "%zz%4"],
    ["100%%20off", "100% off"],
    ["%c3%a9 is 5%", "é is 5%"],
  ])("%s is %s", async (sent, text) => {
    expect(hops(await binary({ "ce-subject": sent }))[0]?.attributes.get("subject")).toBe(text);
  });

  test.each(["%FF", "%C3", "%C3x%A9", "5% %FF"])("%j is then not UTF-8 and costs the event", async (sent) => {
    expect(await binary({ "ce-subject": sent })).toMatchObject({
      batch: { rows: 0 },
      rejected: [{ reason: "utf8" }],
    });
  });
});

test("in binary mode the content type is that of the data, and JSON goes without saying", async () => {
  const [image] = hops(await binary({}, Uint8Array.of(255, 0), "image/png"));
  const [json] = hops(await binary({}));
  expect(image?.attributes.get("datacontenttype")).toBe("image/png");
  expect(json?.attributes.has("datacontenttype")).toBe(false);
});

test("the traceparent header brings structured events and batches too", async () => {
  const headers = { traceparent: `00-${TRACE}-${SPAN}-01` };
  const limits = { bodyBytesMax: 1000 };
  const one = envelope("events", "application/cloudevents+json", { headers });
  const many = envelope("events", "application/cloudevents-batch+json", { headers });
  const [alone] = hops(await decodeRequest(one, Buffer.from(JSON.stringify(EVENT)), limits));
  const [listed] = hops(await decodeRequest(many, Buffer.from(JSON.stringify([EVENT])), limits));
  expect([alone?.traceId, alone?.parentId, listed?.traceId, listed?.parentId]).toEqual([
    TRACE,
    SPAN,
    TRACE,
    SPAN,
  ]);
});
