import { expect, test } from "vitest";
import { Failure } from "../../errors.ts";
import { noteFailed, noteFlushed, zeroStats } from "../../ingest/stats.ts";

test("a store that fails, before or after a block, takes nothing until it has taken one", () => {
  const stats = zeroStats();
  const told = [stats.isTaking];
  noteFailed(stats, new Failure("store_unavailable"));
  told.push(stats.isTaking);
  noteFlushed(stats, 5);
  told.push(stats.isTaking);
  expect(told).toEqual([true, false, true]);
});
