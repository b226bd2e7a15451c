import { expect, test } from "vitest";
import { timesTold } from "../../collector/uncounted.ts";

test.each([
  ["a machine", 2 ** 30, 1],
  ["a GiB", 2 ** 26, 1],
  ["256 MiB", 2 ** 24, 4],
  ["next to nothing", 1, 8],
])("with %s V8 is told of a buffer as often as lets it collect in time", (_, share, times) => {
  expect(timesTold(share)).toBe(times);
});
