import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areTooMany, newBytesArray, newWordsArray } from "../../collector/decoder/columns_memory.ts";

/** Around what lies in slabs, around the size of a slab, and next to nothing. */
const BYTES = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.integer({ min: 32_700, max: 32_800 }),
  fc.integer({ min: 0, max: 300_000 }),
);

describe("memory of columns", () => {
  // First, while the share of a small machine is still there: the others leave much to collect.
  test("is none that V8 takes for pressure, however small the column", () => {
    for (const bytes of [1, 4_000, 32_768, 32_769, 1_000_000])
      expect([newBytesArray(bytes).buffer, newWordsArray(bytes).buffer]).toEqual([
        expect.any(SharedArrayBuffer),
        expect.any(SharedArrayBuffer),
      ]);
  });

  test("begins as zeros, and no byte belongs to two of them", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(BYTES, fc.boolean()), { minLength: 1, maxLength: 40 }), (wanted) => {
        const made = wanted.map(([bytes, areWords], at) => {
          const column = areWords ? newWordsArray(Math.floor(bytes / 4)) : newBytesArray(bytes);
          expect(column.every((each) => each === 0)).toBe(true);
          return column.fill(at + 1);
        });
        for (const [at, column] of made.entries()) expect(column.every((each) => each === at + 1)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("small columns lie side by side: a delivery of one span takes no buffer of its own for each", () => {
    const buffers = new Set(Array.from({ length: 600 }, () => newBytesArray(16).buffer));
    expect(buffers.size).toBeLessThanOrEqual(2);
  });

  test("beyond a share of the machine's memory V8 hears of it, so that it collects; it still is shared", () => {
    // Never touched, so that the machine need not have it.
    const taken: Uint8Array[] = [];
    const counted = () => process.memoryUsage().external;
    let before = counted();
    const isHeardOf = () => counted() - before > 2 ** 25;
    while (!isHeardOf() && taken.length < 64) {
      before = counted();
      taken.push(newBytesArray(2 ** 26));
    }
    expect([isHeardOf(), areTooMany()]).toEqual([true, true]);
    expect(taken.at(-1)?.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
