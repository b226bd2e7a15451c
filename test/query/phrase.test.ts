/** Numbers, times and other people's words, as a person reads them. */
import { expect, test } from "vitest";
import {
  plain,
  renderApart,
  renderClock,
  renderDuration,
  renderList,
  renderTime,
} from "../../query/phrase.ts";

test.each([
  [0, "0 ms"],
  [0.3, "less than 1 ms"],
  [85.4, "85 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [2_000, "2.0 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min"],
  [252_000, "4 min 12 s"],
  [3_599_600, "1 h"],
  [12_000_000, "3 h 20 min"],
  [7_199_999, "2 h"],
  [172_800_000, "2 d"],
  [266_400_000, "3 d 2 h"],
  [-3_200, "3.2 s"],
  [Number.NaN, "an unknown time"],
  [Number.POSITIVE_INFINITY, "an unknown time"],
])("%d ms is %s", (ms, words) => {
  expect(renderDuration(ms)).toBe(words);
});

test("what came first is told as before, whatever was expected to come first", () => {
  const moments = [3_200_000_000n, -30_000_000_000n, 0n, -1n];
  expect(moments.map((ns) => renderApart(0n, ns))).toEqual([
    "3.2 s after",
    "30.0 s before",
    "0 ms after",
    "less than 1 ms before",
  ]);
});

test("a moment keeps its nanoseconds, and stays within what RFC 3339 can say", () => {
  expect(renderTime(1_795_428_123_000_000_042n)).toBe("2026-11-23T10:02:03.000000042Z");
  expect(renderTime(-1n)).toBe("1970-01-01T00:00:00.000000000Z");
  expect(renderTime(2n ** 70n)).toBe("9999-12-31T23:59:59.999000000Z");
});

test("a time of day names its day only when it is another one", () => {
  const noon = 1_795_435_200_000_000_000n;
  expect(renderClock(noon, noon)).toBe("12:00:00 UTC");
  expect(renderClock(noon + 86_400_000_000_000n, noon)).toBe("2026-11-24 12:00:00 UTC");
});

test("a list says how many it leaves out", () => {
  expect(
    ["", "a", "a b", "a b c d e f g"].map((text) => renderList(text.split(" ").filter(Boolean), 4)),
  ).toEqual(["", "a", "a and b", "a, b, c and 4 others"]);
});

test("other people's words come on one line, cut at a length, without what cannot be seen", () => {
  expect(plain(" a\r\n\tb\u202ec\u0007\u2028d ")).toBe("a b c d");
  expect(plain("🚚".repeat(400))).toMatch(/^(🚚)+…$/u);
});
