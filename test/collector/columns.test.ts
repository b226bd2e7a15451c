/** Columns of their own for what a delivery has, and shared ones for what it has not; and what they take in memory. */
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { newBytes, newWords, push, reserve } from "../../collector/decoder/buffers.ts";
import { eventsOf, linksOf, newColumns } from "../../collector/decoder/columns.ts";
import { entryCount } from "../../collector/decoder/dictionary.ts";
import { extract } from "../../ingest/extract.ts";
import { planOf } from "../../ingest/plan.ts";
import { DEFINITIONS } from "../ingest/build.ts";
import { attribute, decodeBytes, requestBytes, span, traces } from "./otlp.ts";

test("what one delivery tells of events and links is in no other", () => {
  const [one, other] = [newColumns(0, 100), newColumns(0, 100)];
  push(eventsOf(one).name, 7);
  push(linksOf(one).spanIds, 8);
  expect(one.events.name.length).toBe(1);
  expect(one.links.spanIds.length).toBe(1);
  for (const untouched of [other, newColumns(0, 100)]) {
    expect(untouched.events.name.length).toBe(0);
    expect(untouched.links.spanIds.length).toBe(0);
    expect(entryCount(untouched.events.names)).toBe(1);
  }
});

test("columns that have events and links of their own keep them", () => {
  const columns = newColumns(0, 100);
  expect(eventsOf(columns)).toBe(eventsOf(columns));
  expect(linksOf(columns)).toBe(linksOf(columns));
});

test("small columns do not overlap, and begin as zeros", () => {
  const many = Array.from({ length: 2_000 }, (_, n) => (n % 2 === 0 ? newBytes(n) : newWords(n % 600)));
  for (const { data } of many) {
    expect(data.every((each) => each === 0)).toBe(true);
    data.fill(255);
  }
});

test("bytes that outgrow their place keep what they had, and see nothing of their neighbours", () => {
  const [one, other] = [newBytes(8), newBytes(8)];
  one.data.set([1, 2, 3, 4, 5, 6, 7, 8]);
  one.length = 8;
  other.data.fill(9);
  reserve(one, 8);
  expect([...one.data.subarray(0, 16)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(one.view.getUint8(7)).toBe(8);
  expect(() => other.view.getUint8(8)).toThrow(RangeError);
});

/** Collects garbage and says what is in use; bytes. */
async function used(): Promise<number> {
  setFlagsFromString("--expose-gc");
  for (let n = 0; n < 3; n++) {
    runInNewContext("gc")();
    await setImmediate();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bodies as services send them: a few attributes, of which one is an order. */
function body(spans: number, n: number): Uint8Array {
  const each = (index: number) => {
    const order = `${n}-${index}`.padEnd(24, "0");
    const attributes = [
      attribute("order.id", { stringValue: order }),
      attribute("http.request.method", { stringValue: "POST" }),
      attribute("url.path", { stringValue: `/orders/${order}` }),
      attribute("http.response.status_code", { intValue: "201" }),
    ];
    return span({
      spanId: Buffer.from(order).toString("hex").slice(0, 16),
      name: "POST /orders",
      attributes,
    });
  };
  return requestBytes("traces", traces(...Array.from({ length: spans }, (_, index) => each(index))));
}

test.each([
  [1, 2_000],
  [8, 1_000],
  [50, 300],
])("deliveries of %i spans are said to take about what they take in memory", async (spans, deliveries) => {
  const plan = planOf(DEFINITIONS);
  const bodies = Array.from({ length: deliveries }, (_, n) => body(spans, n));
  const kept: unknown[] = [];
  let said = 0;
  const before = await used();
  for (const each of bodies) {
    const { batch } = await decodeBytes("traces", each);
    said += batch.bytes;
    kept.push(extract(batch, plan, "default"));
  }
  const taken = (await used()) - before;
  expect(kept).toHaveLength(deliveries);
  expect(said / taken).toBeGreaterThan(0.7);
  expect(said / taken).toBeLessThan(2.5);
});
