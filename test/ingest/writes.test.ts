/** How many hops go to the store at once. */
import { expect, test } from "vitest";
import type { Located } from "../../ingest/native_hops.ts";
import { InsertSize, type Waiting } from "../../ingest/writes.ts";

/** Deliveries of one hop each, as far as counting looks at them. */
function waitingHops(count: number): Waiting[] {
  const one = { located: { batch: { rows: 1 } } as Located } as Waiting;
  return new Array<Waiting>(count).fill(one);
}

const most = (size: InsertSize) => size.take(waitingHops(200_000)).length;

test("what a store does not take is made less, down to two thousand hops", () => {
  const size = new InsertSize();
  expect(most(size)).toBe(100_000);
  size.shrink();
  expect(most(size)).toBe(25_000);
  for (let n = 0; n < 9; n++) size.shrink();
  expect(most(size)).toBe(2_000);
});

test("a store that is back and quick gets as much as before at once", () => {
  const size = new InsertSize();
  for (let n = 0; n < 9; n++) size.shrink();
  size.grow(2_000, 150);
  expect(most(size)).toBe(100_000);
});

test("one that is slow gets what it can take in ten seconds, and never less for it", () => {
  const size = new InsertSize();
  for (let n = 0; n < 9; n++) size.shrink();
  size.grow(2_000, 5_000);
  expect(most(size)).toBe(4_000);
  size.grow(4_000, 20_000);
  expect(most(size)).toBe(4_000);
});
