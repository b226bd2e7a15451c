import { expect, test } from "vitest";
import { rereading } from "../../ingest/reread.ts";
import type { Replayed } from "../../ingest/segments.ts";
import { logsEnvelope } from "./deliveries.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 10);
const TIMES = { pastMs: 86_400_000, aheadMs: 86_400_000 };
const envelope = logsEnvelope(NOW_MS);

const record = (atMs: number) =>
  JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: `${atMs}000000` }] }] }] });

/** What is read back of bodies that lie side by side, as in a segment. */
async function read(...bodies: readonly string[]) {
  const segment = Buffer.from(bodies.join(""));
  let end = 0;
  const entries: Replayed[] = bodies.map((text) => {
    const body = segment.subarray(end, end + Buffer.byteLength(text));
    end += body.length;
    return { envelope, body, position: { segment: 1, end } };
  });
  async function* all() {
    yield* entries;
  }
  const found = [];
  for await (const each of rereading(
    { replay: all, read: all },
    { bodyBytesMax: 2 ** 20, times: TIMES },
  ).replay())
    found.push(each);
  return { found, segment };
}

test("what is read back is decoded, in order, however much there is", async () => {
  const bodies = Array.from({ length: 100 }, (_, n) => record(NOW_MS + n));
  const { found } = await read(...bodies);
  expect(found.map(({ received }) => received.decoded.batch.hop(0).atNs)).toEqual(
    bodies.map((_, n) => BigInt(NOW_MS + n) * 1_000_000n),
  );
  expect(found.every(({ isReadable, isAsItWas }) => isReadable && isAsItWas)).toBe(true);
  expect(found.map(({ bodyBytes }) => bodyBytes)).toEqual(bodies.map((body) => body.length));
});

test("a body that cannot be read is one dead letter with all of it, and nothing around it", async () => {
  const { found, segment } = await read(record(NOW_MS), "{", record(NOW_MS));
  const [, broken] = found;
  expect(found.map(({ isReadable }) => isReadable)).toEqual([true, false, true]);
  expect(broken).toMatchObject({ isAsItWas: false, received: { decoded: { batch: { rows: 0 } } } });
  const [item] = broken?.received.decoded.rejected ?? [];
  expect([item?.reason, Buffer.from(item?.bytes ?? []).toString()]).toEqual(["body", "{"]);
  expect(item?.bytes.buffer).not.toBe(segment.buffer);
});

test("what is refused for its time now may have been taken in then", async () => {
  const { found } = await read(record(NOW_MS - 2 * 86_400_000));
  expect(found).toMatchObject([{ isReadable: true, isAsItWas: false }]);
});
