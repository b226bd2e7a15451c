import { expect, test } from "vitest";
import { Lists } from "../../slo/lists.ts";

test("lists of the same numbers are one, and what became of those that were given does not matter", () => {
  const lists = new Lists();
  const given = [29_000_000, 3];
  const one = lists.like(given);
  given.push(5);
  expect(one).toEqual([29_000_000, 3]);
  expect(lists.like([29_000_000, 3])).toBe(one);
  expect(lists.like([3, 29_000_000])).not.toBe(one);
  expect(lists.like([29_000_000, 3, 5])).toEqual(given);
  expect(lists.like([])).toBe(lists.like([]));
});

test("lists do not become more for ever: after many they are made anew", () => {
  const lists = new Lists();
  const one = lists.like([0, 1]);
  for (let n = 1; n < 9_999; n++) lists.like([n, 1]);
  expect(lists.like([0, 1])).toBe(one);
  for (let n = 10_000; n < 10_010; n++) lists.like([n, 1]);
  expect(lists.like([0, 1])).not.toBe(one);
  expect(lists.like([0, 1])).toEqual(one);
});
