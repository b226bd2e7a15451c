/** What is kept of refused records is bounded, whatever stands around them. */
import { expect, test } from "vitest";
import { decodeJson, log, logs, span, traces } from "./otlp.ts";

const MIB = 1024 * 1024;

test("ten thousand bad records under one large resource keep 16 MiB between them, and all are told of", async () => {
  const resource = { attributes: [{ key: "blob", value: { stringValue: "x".repeat(60_000) } }] };
  const spans = Array.from({ length: 10_000 }, () => ({ spanId: "no" }));
  const { rejected } = await decodeJson("traces", { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
  expect(rejected).toHaveLength(10_000);
  const kept = rejected.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(kept).toBeGreaterThan(15 * MIB);
  expect(kept).toBeLessThan(17 * MIB);
});

test("a record of more than 256 KiB is told of, but not kept", async () => {
  const large = log({ timeUnixNano: "never", body: { stringValue: "x".repeat(256 * 1024) } });
  const { rejected } = await decodeJson("logs", logs(large, log({ timeUnixNano: "never" })));
  expect(rejected.map(({ bytes }) => bytes.length > 0)).toEqual([false, true]);
});

test("what is kept of one record decodes again on its own, with the resource and scope it came under", async () => {
  const { rejected } = await decodeJson("traces", traces(span(), span({ spanId: "0".repeat(16) })));
  const again = await decodeJson("traces", Buffer.from(rejected[0]?.bytes ?? []).toString());
  expect(again.rejected.map(({ reason, where }) => [reason, where])).toEqual([
    ["span_id", "resourceSpans[0].scopeSpans[0].spans[0]"],
  ]);
  expect(again.rejected[0]?.bytes).toEqual(rejected[0]?.bytes);
});
