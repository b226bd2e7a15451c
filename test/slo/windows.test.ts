/** Where windows end, whatever the clock does. */
import { expect, test } from "vitest";
import { isAhead, nextWatermark, watermarkAt } from "../../slo/windows.ts";
import { DAY_MS, MINUTE_MS } from "./promise.ts";

const NOW_MS = Date.parse("2026-03-10T12:01:30Z");
const AT_MS = Date.parse("2026-03-10T12:00:00Z");

test("the watermark is the last whole minute that is a minute old", () => {
  expect(watermarkAt(NOW_MS)).toBe(AT_MS);
});

test("a clock that is set back by some minutes takes nothing back that was evaluated", () => {
  expect(nextWatermark(AT_MS + 5 * MINUTE_MS, NOW_MS)).toBe(AT_MS + 5 * MINUTE_MS);
  expect(isAhead(AT_MS + 5 * MINUTE_MS, NOW_MS)).toBe(false);
});

test("what a clock evaluated that was further ahead holds nobody up", () => {
  expect(isAhead(AT_MS + 6 * MINUTE_MS, NOW_MS)).toBe(true);
  expect(nextWatermark(AT_MS + 6 * MINUTE_MS, NOW_MS)).toBe(AT_MS);
  expect(nextWatermark(AT_MS - DAY_MS, NOW_MS)).toBe(AT_MS);
});
