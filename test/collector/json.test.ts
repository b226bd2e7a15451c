import { describe, expect, test } from "vitest";
import { attribute, decode, decodeJson, hops, log, logs, type Message, span, traces } from "./otlp.ts";

async function only(more: Message) {
  const [hop] = hops(await decodeJson("traces", traces(span(more))));
  if (hop === undefined) throw new Error("a good span is kept");
  return hop;
}

async function textOf(value: unknown): Promise<string | undefined> {
  return (await only({ attributes: [{ key: "k", value }] })).attributes.get("k");
}

test("ids in any case are the same ids", async () => {
  const upper = await only({ traceId: "5B8EFFF798038103D269B633813FC60C", spanId: "EEE19B7EC3C1B174" });
  expect(upper.id).toBe("5b8efff798038103d269b633813fc60ceee19b7ec3c1b174");
});

describe("a value is told as text:", () => {
  test.each<[value: unknown, text: string]>([
    [{ stringValue: "plain" }, "plain"],
    [{ stringValue: "" }, ""],
    [{ boolValue: true }, "true"],
    [{ boolValue: false }, "false"],
    [{ intValue: "42" }, "42"],
    [{ intValue: 42 }, "42"],
    [{ intValue: "-9223372036854775808" }, "-9223372036854775808"],
    [{ intValue: "9223372036854775807" }, "9223372036854775807"],
    [{ doubleValue: 637.704 }, "637.704"],
    [{ doubleValue: "637.704" }, "637.704"],
    [{ doubleValue: 5 }, "5"],
    [{ doubleValue: "NaN" }, "NaN"],
    [{ doubleValue: "-Infinity" }, "-Infinity"],
    [{ bytesValue: "+/8=" }, "+/8="],
    [{ bytesValue: "-_8" }, "+/8="],
    [{}, ""],
    [null, ""],
    [undefined, ""],
    [{ stringValue: null }, ""],
    [{ stringValueStrindex: 4 }, ""],
    [{ arrayValue: {} }, "[]"],
    [{ kvlistValue: {} }, "{}"],
    [
      { arrayValue: { values: [{ stringValue: 'a"\n' }, { intValue: "9007199254740993" }, {}] } },
      '["a\\"\\n",9007199254740993,null]',
    ],
    [
      { arrayValue: { values: [{ doubleValue: "NaN" }, { bytesValue: "AA==" }, { boolValue: true }] } },
      '["NaN","AA==",true]',
    ],
    [
      { kvlistValue: { values: [attribute("__proto__"), { key: "n", value: { kvlistValue: {} } }] } },
      '{"__proto__":"v","n":{}}',
    ],
  ])("%j is %j", async (value, text) => {
    expect(await textOf(value)).toBe(text);
  });
});

describe("a number that no double holds is told to the last digit:", () => {
  test.each<[value: string, text: string]>([
    ['{"intValue":1234567890123456781}', "1234567890123456781"],
    ['{"intValue":-9223372036854775808}', "-9223372036854775808"],
    ['{"intValue":9223372036854775807}', "9223372036854775807"],
    ['{"arrayValue":{"values":[{"intValue":7205759403792793601}]}}', "[7205759403792793601]"],
    [
      '{"kvlistValue":{"values":[{"key":"id","value":{"intValue":1234567890123456782}}]}}',
      '{"id":1234567890123456782}',
    ],
    ['{"doubleValue":1234567890123456781}', "1234567890123456800"],
  ])("%s is %s", async (value, text) => {
    const body = (more: Message) => JSON.stringify(more).replaceAll('"@"', value);
    const [inSpan] = hops(
      await decodeJson("traces", body(traces(span({ attributes: [{ key: "k", value: "@" }] })))),
    );
    const [inLog] = hops(await decodeJson("logs", body(logs(log({ body: "@" })))));
    expect([inSpan?.attributes.get("k"), inLog?.body]).toEqual([text, text]);
  });

  test("a time too", async () => {
    const body = JSON.stringify(traces(span())).replace('"1788256800000000001"', "1788256800000000001");
    expect(hops(await decodeJson("traces", body))[0]?.atNs).toBe(1_788_256_800_000_000_001n);
  });

  test.each([
    ["stringValue", "must be a string"],
    ["intValue", "must be an integer of 64 bits"],
    ["boolValue", "must be true or false"],
  ])("and it is no %s when it is not one", async (name, text) => {
    const body = JSON.stringify(traces(span({ attributes: [{ key: "k", value: { [name]: "@" } }] })));
    const { rejected } = await decodeJson("traces", body.replace('"@"', "12345678901234567890"));
    expect(rejected).toMatchObject([{ reason: "type", text: `${name} ${text}.` }]);
    expect(Buffer.from(rejected[0]?.bytes ?? []).toString()).toContain(`{"${name}":12345678901234567890}`);
  });
});

test("keys that objects trip over are keys like any other, and nothing is polluted", async () => {
  const keys = ["__proto__", "constructor", "toString", "hasOwnProperty", ""];
  const attributes = keys.map((key) => attribute(key, { stringValue: `value of ${key}` }));
  const json = JSON.stringify(traces(span({ attributes }))).replace(
    '"kind":2',
    '"__proto__":{"polluted":1},"kind":2',
  );
  const [hop] = hops(await decodeJson("traces", json));
  expect([...(hop?.attributes ?? [])]).toEqual(keys.map((key) => [key, `value of ${key}`]));
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("unknown names, snake case and null are as if they were not there", async () => {
  const odd = {
    parent_span_id: "ab".repeat(8),
    newField: [{ deep: {} }],
    traceState: null,
    status: null,
    links: null,
    kind: null,
  };
  expect(await only(odd)).toEqual(await only({ kind: 0 }));
});

test("what the JavaScript SDK sends is read: flags, numbers as numbers, times as text", async () => {
  const hop = await only({
    flags: 769,
    droppedAttributesCount: 0,
    kind: 3,
    attributes: [attribute("n", { intValue: 7 })],
  });
  expect(hop).toMatchObject({ spanKind: "client", parentId: "", traceState: "" });
});

describe("a value of the wrong type costs its record and names the field:", () => {
  test.each<[field: string, more: Message]>([
    ["name", { name: 5 }],
    ["attributes", { attributes: {} }],
    ["attributes", { attributes: [5] }],
    ["key", { attributes: [{ key: 5 }] }],
    ["value", { attributes: [{ key: "k", value: 5 }] }],
    ["stringValue", { attributes: [{ key: "k", value: { stringValue: 5 } }] }],
    ["intValue", { attributes: [{ key: "k", value: { intValue: "x" } }] }],
    ["intValue", { attributes: [{ key: "k", value: { intValue: 1.5 } }] }],
    ["boolValue", { attributes: [{ key: "k", value: { boolValue: "true" } }] }],
    ["doubleValue", { attributes: [{ key: "k", value: { doubleValue: "x" } }] }],
    ["values", { attributes: [{ key: "k", value: { arrayValue: { values: {} } } }] }],
    ["events", { events: {} }],
    ["links", { links: [null] }],
    ["status", { status: 2 }],
    ["code", { status: { code: "STATUS_CODE_ERROR" } }],
    ["kind", { kind: "SPAN_KIND_SERVER" }],
    ["kind", { kind: 1.5 }],
    ["startTimeUnixNano", { startTimeUnixNano: "soon" }],
    ["startTimeUnixNano", { startTimeUnixNano: -1 }],
    ["endTimeUnixNano", { endTimeUnixNano: "18446744073709551616" }],
    ["traceId", { traceId: 5 }],
  ])("%s in %j", async (field, more) => {
    const { batch, rejected } = await decodeJson(
      "traces",
      traces(span(), span(more), span({ spanId: "ab".repeat(8) })),
    );
    expect(batch.rows).toBe(2);
    expect(rejected).toMatchObject([
      {
        reason: "type",
        text: expect.stringContaining(field),
        where: "resourceSpans[0].scopeSpans[0].spans[1]",
      },
    ]);
  });
});

test.each<[reason: string, more: Message]>([
  ["trace_id", { traceId: "AAAAAAAAAAAAAAAAAAAAAA==" }],
  ["trace_id", { traceId: "zz".repeat(16) }],
  ["trace_id", { traceId: "ab".repeat(24) }],
  ["trace_id", { traceId: null }],
  ["span_id", { spanId: "0".repeat(16) }],
  ["parent_id", { parentSpanId: "abc" }],
  ["time_missing", { startTimeUnixNano: null }],
  ["time_range", { startTimeUnixNano: "1" }],
])("a span is refused by %s: %j", async (reason, more) => {
  const { rejected } = await decodeJson("traces", traces(span(more)));
  expect(rejected.map((item) => item.reason)).toEqual([reason]);
  expect(JSON.parse(Buffer.from(rejected[0]?.bytes ?? []).toString())).toEqual(traces(span(more)));
});

test.each([
  ["not JSON", "{"],
  ["a list", "[]"],
  ["a text", '"x"'],
  ["a list that is an object", '{"resourceSpans":{}}'],
  ["a resource that is a number", '{"resourceSpans":[5]}'],
  ["spans that are an object", '{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}'],
])("a body that is %s is malformed as a whole", async (_what, body) => {
  await expect(decodeJson("traces", body)).rejects.toMatchObject({ code: "malformed" });
});

test.each([
  "{}",
  '{"resourceSpans":[]}',
  '{"resourceSpans":null}',
  '{"resourceSpans":[{}]}',
  '{"resourceSpans":[{"scopeSpans":[{}]}]}',
])("%s is fine and empty", async (body) => {
  expect(await decodeJson("traces", body)).toMatchObject({ batch: { rows: 0 }, rejected: [] });
});

test("a resource of the wrong type costs its own records", async () => {
  const bad = { resource: { attributes: [{ key: 5 }] }, scopeSpans: [{ spans: [span(), span()] }] };
  const { batch, rejected } = await decodeJson("traces", {
    resourceSpans: [bad, { scopeSpans: [{ spans: [span()] }] }],
  });
  expect([batch.rows, rejected.map(({ reason }) => reason)]).toEqual([1, ["type", "type"]]);
});

test("a value nested a hundred thousand levels deep costs its record, not the process", async () => {
  const deep = (levels: number) => `${'{"arrayValue":{"values":['.repeat(levels)}{}${"]}}".repeat(levels)}`;
  const body = JSON.stringify(
    traces(span(), span({ attributes: [attribute("k", { stringValue: "@" })] }), span()),
  );
  for (const levels of [101, 1_000, 100_000]) {
    const { batch, rejected } = await decodeJson("traces", body.replace('{"stringValue":"@"}', deep(levels)));
    expect([batch.rows, rejected.map(({ reason }) => reason)]).toEqual([2, ["depth"]]);
  }
});

test("an integer beyond 64 bits is refused, not wrapped", async () => {
  const { rejected } = await decodeJson(
    "traces",
    traces(span({ attributes: [attribute("n", { intValue: "9223372036854775808" })] })),
  );
  expect(rejected.map(({ reason }) => reason)).toEqual(["type"]);
});

test("bytes that are not UTF-8 are replaced or refused, and the sender is told", async () => {
  const [before = "", after = ""] = JSON.stringify(traces(span({ name: "@" }), span())).split("@");
  const body = Buffer.concat([Buffer.from(before), Buffer.of(0xff), Buffer.from(after)]);
  const { rejected, warnings } = await decode("traces", "application/json; charset=utf-8", body);
  expect(rejected.length + warnings.length).toBe(1);
});

test("the body of a log is told as text, structured ones as JSON", async () => {
  const page = { kvlistValue: { values: [attribute("type", { intValue: "0" }), attribute("url")] } };
  const records = [log(), log({ body: page }), log({ body: { intValue: 4 } }), log({ body: null })];
  const bodies = hops(await decodeJson("logs", logs(...records))).map(({ body }) => body);
  expect(bodies).toEqual(["charged", '{"type":0,"url":"v"}', "4", ""]);
});
