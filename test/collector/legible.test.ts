/** Protobuf as people read it: held to protobufjs' own bytes, whole and broken off. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { legible } from "../../collector/decoder/legible.ts";
import { attribute, field, log, logs, requestBytes, span, spanBytes, traces, tracesOf } from "./otlp.ts";

test("a span and a log record are shown as they would have been sent in JSON", () => {
  const rich = span({
    parentSpanId: "00f067aa0ba902b7",
    attributes: [
      attribute("s", { stringValue: "é" }),
      attribute("i", { intValue: "-42" }),
      attribute("d", { doubleValue: 1.5 }),
      attribute("b", { boolValue: true }),
      attribute("l", { arrayValue: { values: [{ intValue: "9007199254740993" }] } }),
      attribute("m", { kvlistValue: { values: [attribute("x")] } }),
    ],
    events: [{ timeUnixNano: "1788256800000000005", name: "exception" }],
    links: [{ traceId: "ab".repeat(16), spanId: "cd".repeat(8) }],
    status: { message: "declined", code: 2 },
  });
  expect(legible("traces", requestBytes("traces", traces(rich)))).toEqual({
    value: traces(rich),
    fault: null,
  });
  const record = log({ eventName: "order.placed", traceId: "ab".repeat(16) });
  expect(legible("logs", requestBytes("logs", logs(record)))).toEqual({ value: logs(record), fault: null });
});

test("of a record that breaks off everything before that is shown, with the fault", () => {
  const broken = tracesOf(Buffer.concat([spanBytes(), field(0x4a, Buffer.from([0x0a, 0x7f]))]));
  const { value, fault } = legible("traces", broken);
  expect(JSON.stringify(value)).toContain('"name":"charge"');
  expect(fault).toMatch(/past the end/);
});

test("any bytes are read as far as they go", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(typeof legible("logs", bytes).value).toBe("object");
    }),
  );
});
