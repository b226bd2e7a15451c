import fc from "fast-check";
import { expect, test } from "vitest";
import { pagesOf } from "../../ingest/pages.ts";

const PAGE = 16;
const pieces = fc.array(fc.uint8Array({ maxLength: 3 * PAGE }));

test("pages say what the pieces say, in order, whether or not their memory is used again", () => {
  fc.assert(
    fc.property(pieces, fc.boolean(), (given, isReused) => {
      const once = new Uint8Array(PAGE);
      const read: number[] = [];
      for (const page of pagesOf(given, () => (isReused ? once : new Uint8Array(PAGE)))) read.push(...page);
      expect(read).toEqual(given.flatMap((piece) => [...piece]));
    }),
  );
});

test("a page is full when the next begins: no piece of what follows would have fitted", () => {
  const small = fc.array(fc.uint8Array({ minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(small, (given) => {
      const sizes = [...pagesOf(given, () => new Uint8Array(PAGE))].map(({ length }) => length);
      for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThan(PAGE - 4);
    }),
  );
});
