import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bodyPattern, namePattern, valuePattern } from "../../ingest/pattern.ts";

describe("a name with stars", () => {
  test.each([
    ["capture *", "capture card", true],
    ["capture *", "capture ", true],
    ["capture *", "capture", false],
    ["*", "", true],
    ["* /orders", "POST /orders", true],
    ["* /orders", "POST /orders/1", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["*ab*ab*", "abab", true],
    ["*ab*ab*", "aba", false],
    ["a**b", "ab", true],
    ["order.placed", "order.placed", true],
    ["order.placed", "orderXplaced", false],
    ["order.placed", "order.placed.v2", false],
    ["[a-z]+", "[a-z]+", true],
  ])("%s on %j: %s", (source, name, matches) => {
    expect(namePattern(source).test(name)).toBe(matches);
  });

  test("accepts what a regular expression with .* would", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    fc.assert(
      fc.property(letters, name, (source, text) => {
        expect(namePattern(source).test(text)).toBe(
          new RegExp(`^${source.replaceAll("*", ".*")}$`).test(text),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

test("a value is the first group, the whole match without groups, and nothing when its group took no part", () => {
  expect(valuePattern("item=(\\S+) of (\\d)").find("got item=PKG-1 of 3")).toBe("PKG-1");
  expect(valuePattern("ORD-\\d+").find("for ORD-42!")).toBe("ORD-42");
  expect(valuePattern("item(=\\d)?").find("item")).toBeNull();
  expect(valuePattern("item").find("order")).toBeNull();
});

test("a body matches whether or not its groups took part", () => {
  expect(bodyPattern("timed out( after \\d+ s)?").find("timed out")).toBe("timed out");
  expect(bodyPattern("timed out").find("fine")).toBeNull();
});

test("a pattern that would take a backtracking engine for ever is answered", () => {
  expect(bodyPattern("^(a+)+$").find(`${"a".repeat(20_000)}b`)).toBeNull();
});

test("a pattern that cannot be run in linear time is refused", () => {
  expect(() => valuePattern("(a)\\1")).toThrow();
  expect(() => bodyPattern("(?=a)b")).toThrow();
});
