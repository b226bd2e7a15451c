import { expect, test } from "vitest";
import { append, groupBy } from "../group.ts";

test("what has the same key lies side by side, in the order in which it came", () => {
  const groups = groupBy(["pear", "apple", "plum", "avocado", "pear"], (word) => word.charAt(0));
  expect([...groups]).toEqual([
    ["p", ["pear", "plum", "pear"]],
    ["a", ["apple", "avocado"]],
  ]);
});

test("keys are told apart as a map does, so a number is no text", () => {
  const lists = new Map<number | string, string[]>([[1, ["one"]]]);
  append(lists, 1, "uno");
  append(lists, "1", "text");
  expect([...lists]).toEqual([
    [1, ["one", "uno"]],
    ["1", ["text"]],
  ]);
});
