import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeRequest } from "../../collector/request.ts";
import {
  attribute,
  decodeBytes,
  decodeJson,
  envelope,
  field,
  hops,
  log,
  logs,
  type Message,
  protobufOf,
  RECEIVED_MS,
  requestBytes,
  span,
  spanBytes,
  traces,
  tracesOf,
  varint,
} from "./otlp.ts";

/** The ids of the spans kept, and why the others were not. */
async function fates(body: Uint8Array) {
  const decoded = await decodeBytes("traces", body);
  return {
    kept: hops(decoded).map(({ spanId }) => spanId),
    refused: decoded.rejected.map(({ reason, where }) => [reason, where]),
  };
}

const FIRST = spanBytes({ spanId: "0000000000000001" });
const LAST = spanBytes({ spanId: "0000000000000003" });
const BOTH = ["0000000000000001", "0000000000000003"];
const SECOND = "resourceSpans[0].scopeSpans[0].spans[1]";

/** Any field that stands behind the fault, to be misread by whoever loses the place. */
const BEHIND = Buffer.concat([
  field(0x12, Buffer.from("0000000000000009", "hex")),
  field(0x0a, Buffer.from("00000000000000000000000000000009", "hex")),
  spanBytes({ spanId: "0000000000000009", name: "behind" }),
]);

/** An attribute whose value is nested so many levels deep. */
function nested(levels: number): Buffer {
  let value: Buffer = field(0x0a, "x");
  for (let level = 1; level < levels; level++) value = field(0x2a, field(0x0a, value));
  return Buffer.concat([field(0x0a, "deep"), field(0x12, value)]);
}

function keyed(key: Uint8Array | string, value: Uint8Array | string): Buffer {
  return Buffer.concat([field(0x0a, key), field(0x12, field(0x0a, value))]);
}

const NOT_UTF8 = Uint8Array.of(0x61, 0xff, 0x62);
const LONG_NOT_UTF8 = Buffer.concat([Buffer.alloc(500, "a"), NOT_UTF8]);

describe("one bad span costs one span, whatever is wrong with it:", () => {
  test.each<[what: string, reason: string, bad: Uint8Array]>([
    ["no trace id", "trace_id", spanBytes({ traceId: "" })],
    ["a trace id of zeros", "trace_id", spanBytes({ traceId: "0".repeat(32) })],
    ["a trace id of 15 bytes", "trace_id", spanBytes({ traceId: "ab".repeat(15) })],
    ["a trace id of 24 bytes", "trace_id", spanBytes({ traceId: "ab".repeat(24) })],
    ["a span id of zeros", "span_id", spanBytes({ spanId: "0".repeat(16) })],
    ["a span id of 9 bytes", "span_id", spanBytes({ spanId: "ab".repeat(9) })],
    ["a parent id of 7 bytes", "parent_id", spanBytes({ parentSpanId: "ab".repeat(7) })],
    ["no start", "time_missing", spanBytes({ startTimeUnixNano: "0" })],
    ["a start in 1970", "time_range", spanBytes({ startTimeUnixNano: "31535000000000000" })],
    ["a start two days ahead", "time_range", spanBytes({ startTimeUnixNano: "1788429700000000000" })],
    ["a start at the end of time", "time_range", spanBytes({ startTimeUnixNano: "18446744073709551615" })],
    ["an end at the end of time", "time_range", spanBytes({ endTimeUnixNano: "9223372036854775807" })],
    ["a name that is not UTF-8", "utf8", Buffer.concat([spanBytes(), field(0x2a, NOT_UTF8)])],
    ["a key that is not UTF-8", "utf8", Buffer.concat([spanBytes(), field(0x4a, keyed(NOT_UTF8, "v"))])],
    ["a value that is not UTF-8", "utf8", Buffer.concat([spanBytes(), field(0x4a, keyed("k", NOT_UTF8))])],
    [
      "a long value that is not UTF-8",
      "utf8",
      Buffer.concat([spanBytes(), field(0x4a, keyed("k", LONG_NOT_UTF8))]),
    ],
    [
      "an overlong slash",
      "utf8",
      Buffer.concat([spanBytes(), field(0x4a, keyed("k", Uint8Array.of(0xc0, 0xaf)))]),
    ],
    [
      "a surrogate",
      "utf8",
      Buffer.concat([spanBytes(), field(0x4a, keyed("k", Uint8Array.of(0xed, 0xa0, 0x80)))]),
    ],
    [
      "a status message that is not UTF-8",
      "utf8",
      Buffer.concat([spanBytes(), field(0x7a, field(0x12, NOT_UTF8))]),
    ],
    ["a value nested 101 levels deep", "depth", Buffer.concat([spanBytes(), field(0x4a, nested(101))])],
    ["a value nested 20,000 levels deep", "depth", Buffer.concat([spanBytes(), field(0x4a, nested(20_000))])],
    ["a message cut off", "wire", spanBytes().subarray(0, -3)],
    ["an attribute cut off", "wire", Buffer.concat([spanBytes(), field(0x4a, Uint8Array.of(0x0a, 9, 0x61))])],
    ["an event cut off", "wire", Buffer.concat([spanBytes(), field(0x5a, Uint8Array.of(0x09, 1, 2))])],
    ["a link cut off", "wire", Buffer.concat([spanBytes(), field(0x6a, Uint8Array.of(0x0a, 16, 2))])],
    ["wire type 7", "wire", Buffer.concat([spanBytes(), varint(0x87)])],
  ])("%s", async (_what, reason, bad) => {
    expect(await fates(tracesOf(FIRST, bad, LAST))).toEqual({ kept: BOTH, refused: [[reason, SECOND]] });
  });

  test.each<[what: string, bad: Uint8Array]>([
    ["an attribute", field(0x4a, keyed("k", NOT_UTF8))],
    ["an attribute cut off", field(0x4a, Uint8Array.of(0x12, 9, 0x61))],
    ["an event", field(0x5a, field(0x12, NOT_UTF8))],
    ["an attribute of an event", field(0x5a, field(0x1a, keyed("k", NOT_UTF8)))],
    ["an attribute of a link", field(0x6a, field(0x22, keyed("k", NOT_UTF8)))],
    ["a status", field(0x7a, field(0x12, NOT_UTF8))],
    ["a value too deep", field(0x4a, nested(200))],
  ])("what follows %s inside the bad span is not taken for spans", async (_what, bad) => {
    const { kept, refused } = await fates(tracesOf(FIRST, Buffer.concat([spanBytes(), bad, BEHIND]), LAST));
    expect(kept).toEqual(BOTH);
    expect(refused.map(([, where]) => where)).toEqual([SECOND]);
  });
});

test("a refused span is kept as an export of its own, with its resource and scope, byte for byte", async () => {
  const bad = Buffer.concat([spanBytes(), field(0x4a, keyed("k", NOT_UTF8)), field(0x2a, "later")]);
  const { rejected } = await decodeBytes("traces", tracesOf(FIRST, bad, LAST));
  expect(rejected.map(({ bytes }) => Buffer.from(bytes))).toEqual([tracesOf(bad)]);
});

test("a refused span leaves nothing behind in the columns of its neighbours", async () => {
  const rich: Message = {
    attributes: [attribute("a"), attribute("b")],
    events: [{ timeUnixNano: "1788256800000000001", name: "e", attributes: [attribute("c")] }],
    links: [{ traceId: "ab".repeat(16), spanId: "ab".repeat(8), attributes: [attribute("d")] }],
    status: { code: 2, message: "no" },
    traceState: "x=1",
    droppedLinksCount: 4,
    parentSpanId: "ab".repeat(8),
    kind: 5,
  };
  const bad = Buffer.concat([spanBytes(rich), field(0x4a, nested(101))]);
  const spoilt = await decodeBytes(
    "traces",
    tracesOf(FIRST, bad, spanBytes({ ...rich, spanId: "0000000000000004" }), bad, LAST),
  );
  const clean = await decodeBytes(
    "traces",
    tracesOf(FIRST, spanBytes({ ...rich, spanId: "0000000000000004" }), LAST),
  );
  expect(hops(spoilt)).toEqual(hops(clean));
});

test("a span nested a hundred levels deep is kept exactly", async () => {
  for (const levels of [50, 100]) {
    const [hop] = hops(
      await decodeBytes("traces", tracesOf(Buffer.concat([FIRST, field(0x4a, nested(levels))]))),
    );
    expect(hop?.attributes.get("deep")).toBe(`${"[".repeat(levels - 1)}"x"${"]".repeat(levels - 1)}`);
  }
});

test("unknown fields and groups, however deep, are no fault", async () => {
  const groups = Buffer.concat([Buffer.alloc(100_000, 0x73), Buffer.alloc(100_000, 0x74)]);
  const unknown = Buffer.concat([field(0x7a2, "?"), varint(0x7a0), varint(5), groups]);
  expect(await fates(tracesOf(Buffer.concat([unknown, FIRST, unknown]), LAST))).toEqual({
    kept: BOTH,
    refused: [],
  });
});

test("the last of a field that is written twice counts", async () => {
  const twice = Buffer.concat([
    spanBytes({ traceState: "a=1", status: { code: 2, message: "first" }, parentSpanId: "ab".repeat(8) }),
    protobufOf("Span", { name: "second", traceState: "b=2", status: { message: "last" } }),
  ]);
  const [hop] = hops(await decodeBytes("traces", tracesOf(twice)));
  expect(hop).toMatchObject({ name: "second", traceState: "b=2", message: "last", parentId: "ab".repeat(8) });
});

test("resource and scope may stand behind their records", async () => {
  const scope = field(0x0a, protobufOf("Scope", { name: "late", version: "9" }));
  const resource = field(
    0x0a,
    protobufOf("Resource", { attributes: [attribute("service.name", { stringValue: "late" })] }),
  );
  const scoped = Buffer.concat([field(0x12, FIRST), scope, field(0x12, LAST)]);
  const [one, two] = hops(
    await decodeBytes("traces", field(0x0a, Buffer.concat([field(0x12, scoped), resource]))),
  );
  expect(one).toMatchObject({ service: "late", scopeName: "late", scopeVersion: "9" });
  expect(two).toMatchObject({ service: "late", scopeName: "late", scopeVersion: "9" });
});

test("a bad resource costs its own spans and no others", async () => {
  const bad = Buffer.concat([
    field(0x0a, field(0x0a, keyed("service.name", NOT_UTF8))),
    field(0x12, field(0x12, FIRST)),
  ]);
  const { kept, refused } = await fates(Buffer.concat([field(0x0a, bad), tracesOf(LAST)]));
  expect(kept).toEqual(["0000000000000003"]);
  expect(refused).toEqual([["utf8", "resourceSpans[0].scopeSpans[0].spans[0]"]]);
});

test("a bad scope costs its own spans and no others", async () => {
  const bad = field(0x12, Buffer.concat([field(0x0a, field(0x0a, NOT_UTF8)), field(0x12, FIRST)]));
  const good = field(0x12, field(0x12, LAST));
  expect(await fates(field(0x0a, Buffer.concat([bad, good])))).toEqual({
    kept: ["0000000000000003"],
    refused: [["utf8", "resourceSpans[0].scopeSpans[0].spans[0]"]],
  });
});

test("a resource of a hundred kilobytes is refused, not repeated in every row", async () => {
  const large = { attributes: [attribute("k", { stringValue: "x".repeat(100_000) })] };
  const decoded = await decodeJson("traces", {
    resourceSpans: [{ resource: large, scopeSpans: [{ spans: [span()] }] }],
  });
  expect(decoded.rejected.map(({ reason }) => reason)).toEqual(["resource_size"]);
});

test.each([
  ["cut off in the envelope", tracesOf(FIRST, LAST).subarray(0, -1)],
  ["a length beyond the body", Buffer.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x07)],
  ["text", Buffer.from("hello")],
])("a body that is %s is malformed as a whole", async (_what, body) => {
  await expect(decodeBytes("traces", body)).rejects.toMatchObject({
    code: "malformed",
    detail: expect.stringMatching(/ at byte \d+/),
  });
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["a resource without scopes", field(0x0a, field(0x0a, ""))],
  ["a scope without records", field(0x0a, field(0x12, ""))],
  ["an empty resource", field(0x0a, "")],
])("a request with %s is fine and empty", async (_what, body) => {
  for (const signal of ["traces", "logs"] as const)
    expect(await decodeBytes(signal, body)).toMatchObject({ batch: { rows: 0 }, rejected: [], warnings: [] });
});

test("a span without an end, and an event without a time, have that of the start", async () => {
  const sparse = span({ endTimeUnixNano: "0", events: [{ name: "e" }] });
  const [hop] = hops(await decodeBytes("traces", requestBytes("traces", traces(sparse))));
  expect(hop?.endNs).toBe(hop?.atNs);
  expect(hop?.events.map(({ atNs }) => atNs)).toEqual([hop?.atNs]);
});

test("an end before the start is kept as it is told", async () => {
  const [hop] = hops(await decodeJson("traces", traces(span({ endTimeUnixNano: "1788256799000000000" }))));
  expect([hop?.atNs, hop?.endNs]).toEqual([1_788_256_800_000_000_001n, 1_788_256_799_000_000_000n]);
});

test("a parent of zeros is no parent", async () => {
  const [hop] = hops(
    await decodeBytes("traces", requestBytes("traces", traces(span({ parentSpanId: "0".repeat(16) })))),
  );
  expect(hop?.parentId).toBe("");
});

test("of an attribute that is set twice the last value counts, and the sender is told", async () => {
  const twice = span({
    attributes: [attribute("a"), attribute("b"), attribute("a", { stringValue: "last" })],
  });
  const decoded = await decodeBytes("traces", requestBytes("traces", traces(twice)));
  expect([...(hops(decoded)[0]?.attributes ?? [])].sort()).toEqual([
    ["a", "last"],
    ["b", "v"],
  ]);
  expect(decoded.warnings).toHaveLength(1);
});

test("a service without a name is unknown_service", async () => {
  const [hop] = hops(await decodeJson("traces", { resourceSpans: [{ scopeSpans: [{ spans: [span()] }] }] }));
  expect(hop?.service).toBe("unknown_service");
});

describe("logs", () => {
  test("the name of an event comes from its field, else its new attribute, else its old one", async () => {
    const named = (...keys: string[]) => keys.map((key) => attribute(key, { stringValue: `from ${key}` }));
    const records = [
      log({ eventName: "from field", attributes: named("event.name", "otel.event.name") }),
      log({ attributes: named("event.name", "otel.event.name") }),
      log({ attributes: named("event.name") }),
      log(),
    ];
    const names = hops(await decodeBytes("logs", requestBytes("logs", logs(...records)))).map(
      ({ name }) => name,
    );
    expect(names).toEqual(["from field", "from otel.event.name", "from event.name", ""]);
  });

  test.each([["0".repeat(32)], ["ab".repeat(15)], ["ab".repeat(24)]])(
    "a record with the trace id %s is kept without it, and the sender is told",
    async (traceId) => {
      const decoded = await decodeBytes(
        "logs",
        requestBytes("logs", logs(log({ traceId, spanId: "ab".repeat(8) }))),
      );
      expect(hops(decoded)).toMatchObject([{ traceId: "", spanId: "", body: "charged" }]);
      expect(decoded.warnings).toHaveLength(1);
    },
  );

  test("a record has the time it happened, else the time it was seen, else the time it came", async () => {
    const seen = { observedTimeUnixNano: "1788256800000000009" };
    const records = [log(seen), log({ ...seen, timeUnixNano: "0" }), log({ timeUnixNano: "0" })];
    const decoded = await decodeBytes("logs", requestBytes("logs", logs(...records)));
    expect(hops(decoded).map(({ atNs }) => atNs)).toEqual([
      1_788_256_800_000_000_001n,
      1_788_256_800_000_000_009n,
      BigInt(RECEIVED_MS) * 1_000_000n,
    ]);
    expect(decoded.warnings).toHaveLength(1);
  });

  test("a record sent again later, without a time of its own, is the same version of the same fact", async () => {
    const body = requestBytes("logs", logs(log({ timeUnixNano: "0" })));
    const limits = { bodyBytesMax: 1000 };
    const again = await decodeRequest(
      envelope("logs", "application/x-protobuf", { receivedMs: RECEIVED_MS + 5 }),
      body,
      limits,
    );
    const [first] = hops(await decodeBytes("logs", body));
    expect(hops(again)).toMatchObject([{ id: first?.id, digest: first?.digest }]);
  });

  test("records that differ in anything are different facts", async () => {
    const other = { attributes: [attribute("k")] };
    const records = [
      log(),
      log({ body: { stringValue: "other" } }),
      log({ severityNumber: 10 }),
      log({ timeUnixNano: "1788256800000000002" }),
      log({ eventName: "e" }),
      log({ traceId: "ab".repeat(16) }),
      log(other),
      log({ attributes: [attribute("k", { stringValue: "w" })] }),
      log({ attributes: [attribute("j")] }),
    ];
    expect(new Set(hops(await decodeJson("logs", logs(...records))).map(({ id }) => id)).size).toBe(
      records.length,
    );
  });

  test("from ERROR on a record is an error", async () => {
    const records = [16, 17, 24, 25].map((severityNumber) => log({ severityNumber }));
    const told = hops(await decodeBytes("logs", requestBytes("logs", logs(...records))));
    expect(told.map(({ status, severity }) => [status, severity])).toEqual([
      ["unset", 16],
      ["error", 17],
      ["error", 24],
      ["unset", 0],
    ]);
  });
});

describe("versions of a span", () => {
  test.each<[what: string, more: Message]>([
    ["name", { name: "other" }],
    ["kind", { kind: 3 }],
    ["end", { endTimeUnixNano: "1788256801000000003" }],
    ["parent", { parentSpanId: "ab".repeat(8) }],
    ["status", { status: { code: 2 } }],
    ["message", { status: { message: "m" } }],
    ["trace state", { traceState: "a=1" }],
    ["attribute", { attributes: [attribute("k")] }],
    ["key", { attributes: [attribute("j")] }],
    ["event", { events: [{ timeUnixNano: "1788256800000000001" }] }],
    ["link", { links: [{ traceId: "ab".repeat(16), spanId: "ab".repeat(8) }] }],
    ["dropped links", { droppedLinksCount: 1 }],
    ["dropped events", { droppedEventsCount: 1 }],
    ["dropped attributes", { droppedAttributesCount: 1 }],
  ])("that differ in %s are the same fact with another digest", async (_what, more) => {
    const [one, other] = hops(await decodeJson("traces", traces(span(), span(more))));
    expect(other?.id).toBe(one?.id);
    expect(other?.digest).not.toBe(one?.digest);
  });

  test("from two resources have two digests", async () => {
    const of = (name: string) => ({
      resource: { attributes: [attribute("service.name", { stringValue: name })] },
      scopeSpans: [{ spans: [span()] }],
    });
    const [one, other] = hops(await decodeJson("traces", { resourceSpans: [of("a"), of("b")] }));
    expect(other?.digest).not.toBe(one?.digest);
  });

  test("have the digest of what they came under, whatever came before them", async () => {
    const of = (name: string, ...scopes: (Message | undefined)[]) => ({
      resource: { attributes: [attribute("service.name", { stringValue: name })] },
      scopeSpans: scopes.map((scope) => ({ ...(scope && { scope }), spans: [span()] })),
    });
    const scopes = [undefined, { name: "x" }, { name: "x", version: "1" }, { name: "y" }];
    const digests = async (...resourceSpans: Message[]) =>
      hops(await decodeBytes("traces", requestBytes("traces", { resourceSpans }))).map(
        ({ digest }) => digest,
      );
    const together = await digests(of("a", ...scopes), of("b", ...scopes));
    const alone = ["a", "b"].flatMap((name) => scopes.map((scope) => digests(of(name, scope))));
    expect(together).toEqual((await Promise.all(alone)).flat());
    expect(new Set(together).size).toBe(scopes.length * 2);
  });

  test("have the digests that stores of earlier builds have: others would be told as conflicts", async () => {
    const [hop] = hops(await decodeJson("traces", traces(span({ attributes: [attribute("k")] }))));
    expect(hop?.digest).toBe(2907760866);
  });
});

describe("compressed bodies", () => {
  const limits = { bodyBytesMax: 100_000 };
  const gzipped = (body: Uint8Array, coding = "gzip") =>
    decodeRequest(envelope("traces", "application/x-protobuf", { contentEncoding: coding }), body, limits);

  test.each(["gzip", "GZIP", "x-gzip", " X-Gzip "])("are unpacked by the coding %j", async (coding) => {
    expect(hops(await gzipped(gzipSync(tracesOf(FIRST)), coding))).toHaveLength(1);
  });

  test("are given up at the limit", async () => {
    await expect(gzipped(gzipSync(Buffer.alloc(10_000_000)))).rejects.toMatchObject({ code: "too_large" });
  });

  test("that are not what they say are malformed, and other codings are not known", async () => {
    await expect(gzipped(tracesOf(FIRST))).rejects.toMatchObject({ code: "malformed" });
    await expect(gzipped(gzipSync(tracesOf(FIRST)), "gzip, gzip")).rejects.toMatchObject({
      code: "media_type",
    });
    await expect(gzipped(tracesOf(FIRST), "zstd")).rejects.toMatchObject({ code: "media_type" });
  });
});

test("a request of nothing but bad records, two bytes each, is refused as a whole", async () => {
  const spans = Buffer.concat(Array.from({ length: 100_001 }, () => Buffer.of(0x12, 0)));
  await expect(decodeBytes("traces", field(0x0a, field(0x12, spans)))).rejects.toMatchObject({
    code: "malformed",
  });
  const zeros = `{"resourceSpans":[{"scopeSpans":[{"spans":[${"0,".repeat(200_000)}0]}]}]}`;
  await expect(decodeJson("traces", zeros)).rejects.toMatchObject({ code: "malformed" });
});

test.each([
  ["an event before 1971", "1"],
  ["an event at the end of time", "18446744073709551615"],
])("%s costs its span", async (_what, timeUnixNano) => {
  const body = traces(span(), span({ events: [{ timeUnixNano }] }));
  for (const decoded of [
    await decodeJson("traces", body),
    await decodeBytes("traces", requestBytes("traces", body)),
  ])
    expect([decoded.batch.rows, decoded.rejected.map(({ reason }) => reason)]).toEqual([1, ["time_range"]]);
});
