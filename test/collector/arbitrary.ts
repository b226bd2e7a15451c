/** Arbitrary OTLP, as the JSON that SDKs send: any text, any value, anything left out that may be. */
import fc from "fast-check";
import type { Message } from "./otlp.ts";

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((id) => id.some((byte) => byte !== 0))
    .map((id) => Buffer.from(id).toString("hex"));

/** Times of the last day, to the nanosecond. */
const time = fc.bigInt(1_788_170_400_000_000_000n, 1_788_256_805_000_000_000n).map(String);

const key = fc.oneof(
  fc.constantFrom("order.id", "http.route", "__proto__", "constructor", "toString", "", "schlüssel"),
  fc.string({ unit: "grapheme", maxLength: 40 }),
);
const text = fc.string({ unit: "grapheme", maxLength: 200 });
const int64 = fc.oneof(fc.integer().map(BigInt), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map(String);
const double = fc
  .double()
  .map((value) => (Number.isFinite(value) ? (Object.is(value, -0) ? 0 : value) : String(value)));
const bytes = fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value).toString("base64"));

const { value } = fc.letrec<{ value: Message; attribute: Message }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: bytes }),
    fc.constant({}),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("value"), { maxLength: 3 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie("attribute"), { maxLength: 3 }) }) }),
  ),
  attribute: fc.record({ key, value: tie("value") }),
}));

const attributes = fc.array(fc.record({ key, value }), { maxLength: 6 });
const dropped = fc.nat(2 ** 31 - 1);

const event = fc.record({ timeUnixNano: time, name: text, attributes });
const link = fc.record({ traceId: hex(16), spanId: hex(8), attributes });

/** A span that is valid. */
export const anySpan: fc.Arbitrary<Message> = fc.record(
  {
    traceId: hex(16),
    spanId: hex(8),
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    parentSpanId: hex(8),
    traceState: text,
    name: text,
    kind: fc.integer({ min: 0, max: 7 }),
    attributes,
    droppedAttributesCount: dropped,
    events: fc.array(event, { maxLength: 3 }),
    droppedEventsCount: dropped,
    links: fc.array(link, { maxLength: 3 }),
    droppedLinksCount: dropped,
    status: fc.record({ code: fc.integer({ min: 0, max: 3 }), message: text }, { requiredKeys: [] }),
    flags: fc.constantFrom(1, 257, 769),
  },
  { requiredKeys: ["traceId", "spanId", "startTimeUnixNano"] },
);

/** A log record that is valid. */
export const anyLog: fc.Arbitrary<Message> = fc.record(
  {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: fc.integer({ min: 0, max: 30 }),
    severityText: text,
    body: value,
    attributes,
    droppedAttributesCount: dropped,
    traceId: hex(16),
    spanId: hex(8),
    eventName: text,
  },
  { requiredKeys: ["timeUnixNano"] },
);

const resource = fc.record({
  attributes: fc.array(fc.record({ key: fc.oneof(key, fc.constant("service.name")), value })),
});
const scope = fc.record({ name: text, version: text, attributes }, { requiredKeys: [] });

/** An export of such records over some resources and scopes, any of them empty. */
export function anyRequest(signal: "traces" | "logs"): fc.Arbitrary<Message> {
  const [outer, inner, records, record] =
    signal === "traces"
      ? (["resourceSpans", "scopeSpans", "spans", anySpan] as const)
      : (["resourceLogs", "scopeLogs", "logRecords", anyLog] as const);
  const scoped = fc.record(
    { scope, [records]: fc.array(record, { maxLength: 4 }) },
    { requiredKeys: [records] },
  );
  const sender = fc.record(
    { resource, [inner]: fc.array(scoped, { maxLength: 3 }) },
    { requiredKeys: [inner] },
  );
  return fc.record({ [outer]: fc.array(sender, { maxLength: 3 }) });
}
