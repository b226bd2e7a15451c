import { expect, test } from "vitest";
import { batchOf } from "../../../collector/decoder/batch.ts";
import { newColumns } from "../../../collector/decoder/columns.ts";
import { Readings } from "../../../ingest/landing/readings.ts";
import type { Reread } from "../../../ingest/reread.ts";
import { logsEnvelope } from "../deliveries.ts";

const envelope = logsEnvelope(0);

/** So many deliveries of so many bytes, and whether their reading was ended. */
function reading(count: number, bytes: number) {
  const ended = { is: false };
  const batch = { ...batchOf(newColumns(0, 0)), bytes };
  async function* all(): AsyncGenerator<Reread> {
    try {
      for (let end = 1; end <= count; end++) {
        const received = { envelope, decoded: { batch, rejected: [] } };
        yield { position: { segment: 1, end }, bodyBytes: 1, received, isReadable: true, isAsItWas: true };
      }
    } finally {
      ended.is = true;
    }
  }
  return { all: all(), ended };
}

test("an answer holds a few deliveries, by number and by size, and one at least", async () => {
  const readings = new Readings();
  const [many, large, huge] = [reading(100, 10), reading(100, 2 ** 22), reading(3, 2 ** 26)];
  const sizes: number[][] = [];
  for (const { all } of [many, large, huge]) {
    const number = readings.begin(all);
    const first = await readings.more(number);
    sizes.push([first.length, (await readings.more(number)).length]);
  }
  expect(sizes).toEqual([
    [64, 36],
    [4, 4],
    [1, 1],
  ]);
});

test("after the last there are none, and of a reading that nobody began neither", async () => {
  const readings = new Readings();
  const number = readings.begin(reading(1, 10).all);
  const sizes = [await readings.more(number), await readings.more(number), await readings.more(number + 1)];
  expect(sizes.map(({ length }) => length)).toEqual([1, 0, 0]);
});

test("who has enough ends the reading", async () => {
  const readings = new Readings();
  const { all, ended } = reading(100, 2 ** 20);
  const number = readings.begin(all);
  await readings.more(number);
  expect(ended.is).toBe(false);
  await readings.end(number);
  expect([ended.is, await readings.more(number)]).toEqual([true, []]);
});
