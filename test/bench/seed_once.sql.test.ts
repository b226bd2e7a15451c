/** A store that takes long to seed is seeded once. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seedOnce } from "../../bench/seed.ts";

const NOW_MS = Date.parse("2026-03-10T12:00:00Z");

test("a folder is seeded once, and used again only for the same size", async () => {
  const folder = await mkdtemp(join(tmpdir(), "waybill-seeded-"));
  const told: string[] = [];
  const once = (journeys: number) =>
    seedOnce(folder, { journeys, days: 1, nowMs: NOW_MS }, (text) => void told.push(text));
  await once(2);
  const lines = told.length;
  await once(2);
  expect(told).toHaveLength(lines);
  await expect(once(3)).rejects.toThrow('has {"journeys":2,"days":1}, not {"journeys":3,"days":1}');
  await rm(folder, { recursive: true, force: true });
});
