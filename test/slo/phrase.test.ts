/** Lengths, shares and counts as people write them. */
import { expect, test } from "vitest";
import { renderCount, renderLength, renderPercent, renderWindow } from "../../slo/phrase.ts";

test.each([
  [28 * 86_400_000, "28d"],
  [36 * 3_600_000, "36h"],
  [300_000, "5m"],
  [1_500, "1500ms"],
])("a window of %i ms is exact in its largest whole unit: %s", (ms, text) => {
  expect(renderWindow(ms)).toBe(text);
});

test.each([
  [2_592_000, "43.2 min"],
  [-5_184_000, "-1.4 h"],
  [172_800_000, "2 d"],
  [0, "0 ms"],
])("a length of %i ms is about %s", (ms, text) => {
  expect(renderLength(ms)).toBe(text);
});

test.each([
  [0.999, "99.9 %"],
  [0.99999, "99.99 %"],
  [1, "100 %"],
  [-2, "-200 %"],
  [0, "0 %"],
])("the share %f is %s and never more than it is", (ratio, text) => {
  expect(renderPercent(ratio)).toBe(text);
});

test.each([
  [0, "0 journeys"],
  [1, "1 journey"],
  [-1, "-1 journey"],
  [7, "7 journeys"],
])("%i of them are %s", (count, text) => {
  expect(renderCount(count, "journey")).toBe(text);
});
