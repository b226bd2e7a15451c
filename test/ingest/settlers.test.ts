/** How many facts of journeys are kept in memory; that tenants share them is in named/tenants.test.ts. */
import { expect, test } from "vitest";
import { factsThatFit } from "../../ingest/settlers.ts";

test("a million facts are kept where the heap has room for them, and fewer where it is small", () => {
  expect(factsThatFit(2 ** 40)).toBe(1_000_000);
  expect(factsThatFit(170_000_000)).toBe(100_000);
  expect(factsThatFit()).toBeGreaterThan(100_000);
});
