import { expect, test } from "vitest";
import { newFixed } from "../../collector/decoder/fixed.ts";
import { type FactLists, Pool } from "../../ingest/pool.ts";

const BIG = 2 ** 32 - 1;

/** Three rows: a span, a log and a CloudEvent, with ids that need all bits. */
function rows() {
  const fixed = newFixed(3);
  fixed.kind.set([1, 2, 3]);
  fixed.spanId.set([11, BIG, 21, 22, 31, 32]);
  fixed.parentId.set([13, 14, 23, 24, 33, 34]);
  fixed.factId.set([0, 0, 0, 0, 0, 0, 0, 0, 35, BIG, 37, 38]);
  fixed.digest.set([BIG, 25, 36]);
  return fixed;
}

function lists(size: number): FactLists {
  const words = () => new Uint32Array(size);
  const ids = { spanLow: words(), spanHigh: words(), aroundLow: words(), aroundHigh: words() };
  return { kind: new Uint8Array(size), trace: new Int32Array(size), ...ids, digest: words() };
}

test("facts are read as they were taken in, in the order of their chain", () => {
  const [pool, fixed, read] = [new Pool(), rows(), lists(3)];
  const traces = [-1, 0, 2_000_000];
  const keysets = [0, 1, 50_000_000];
  const slots = [0, 1, 2].map((row) =>
    pool.add({ fixed, row, trace: traces[row] ?? 0, keyset: keysets[row] ?? 0 }),
  );
  const [first = 0, second = 0, third = 0] = slots;
  pool.link(first, third);
  pool.link(third, second);
  const told: number[] = [];
  let row = 0;
  for (let slot = first; slot !== -1; slot = pool.next(slot)) told.push(pool.read(slot, read, row++));
  expect(told).toEqual([0, 50_000_000, 1]);
  expect([...read.kind]).toEqual([1, 3, 2]);
  expect([...read.trace]).toEqual([-1, 2_000_000, 0]);
  // A CloudEvent's own id stands where a span has its own; a log names the span around it.
  expect([...read.spanLow, ...read.spanHigh]).toEqual([11, 35, 21, BIG, BIG, 22]);
  expect([...read.aroundLow, ...read.aroundHigh]).toEqual([13, 33, 21, 14, 34, 22]);
  expect([...read.digest]).toEqual([BIG, 36, 25]);
});

test("a chain that is given back is used again", () => {
  const [pool, fixed] = [new Pool(), rows()];
  const fact = { fixed, row: 0, trace: 0, keyset: 0 };
  const [first, second, third] = [pool.add(fact), pool.add(fact), pool.add(fact)];
  pool.link(first, second);
  pool.giveBack(first);
  expect(pool.used).toBe(1);
  expect([pool.add(fact), pool.add(fact)].sort()).toEqual([first, second].sort());
  expect(pool.next(third)).toBe(-1);
});
