import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearest } from "../nearest.ts";

test("a letter too many, too few, wrong or swapped is one slip", () => {
  expect(["paidd", "pad", "pait", "apid"].map((slip) => editDistance(slip, "paid"))).toEqual([1, 1, 1, 1]);
});

test("the way back is as long as the way there, and nothing is no way", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test("the closest name is meant, and none when all are far", () => {
  expect(nearest("shiped", ["placed", "shipped", "shaped"])).toBe("shipped");
  expect(nearest("Order.ID", ["order.id"])).toBe("order.id");
  expect(nearest("colour", ["placed", "paid"])).toBeUndefined();
  expect(nearest("x".repeat(1_000_000), ["x"])).toBeUndefined();
});
