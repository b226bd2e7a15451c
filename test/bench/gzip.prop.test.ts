/** The load generator's own gzip is read back by the platform's, whatever repeats and whatever differs. */
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gzipOf, type Section } from "../../bench/load/gzip.ts";

/** Copies of a block in which the given places differ, between bytes that do not repeat. */
const someCopies = fc
  .record({
    before: fc.uint8Array({ maxLength: 40 }),
    block: fc.uint8Array({ minLength: 1, maxLength: 1200 }),
    copies: fc.integer({ min: 1, max: 12 }),
    gaps: fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 40 })), {
      maxLength: 8,
    }),
    after: fc.uint8Array({ maxLength: 40 }),
    noise: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  })
  .map(({ before, block, copies, gaps, after, noise }) => {
    const differing: number[] = [];
    let at = 0;
    for (const [gap, size] of gaps) {
      if (at + gap + size > block.length) break;
      differing.push(at + gap, size);
      at += gap + size;
    }
    const whole = Array.from({ length: copies }, (_, copy) => {
      const own = Uint8Array.from(block);
      for (let i = 0; i < differing.length; i += 2)
        for (let k = 0; k < (differing[i + 1] ?? 0); k++)
          own[(differing[i] ?? 0) + k] = (noise[(copy * 7 + i + k) % 64] ?? 0) ^ copy;
      return own;
    });
    const section: Section = { from: before.length, period: block.length, copies, differing };
    return { raw: Buffer.concat([before, ...whole, after]), sections: [section] };
  });

test("what was compressed comes back byte for byte", () => {
  fc.assert(
    fc.property(someCopies, ({ raw, sections }) => {
      expect(gunzipSync(gzipOf(raw, sections)).equals(raw)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("bytes without repetition are written in full", () => {
  const raw = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  expect(gunzipSync(gzipOf(raw, [])).equals(raw)).toBe(true);
});

test("many copies take no more room than a search for repetitions would find twice over", () => {
  const block = Buffer.from(
    "one attribute after the other, and here is an id: 0123456789abcdef, and so on. ".repeat(4),
  );
  const raw = Buffer.concat(Array.from({ length: 200 }, () => block));
  const sections = [{ from: 0, period: block.length, copies: 200, differing: [50, 16] }];
  expect(gzipOf(raw, sections).length).toBeLessThan(200 * 40);
  expect(gzipSync(raw).length).toBeLessThan(gzipOf(raw, sections).length);
});
