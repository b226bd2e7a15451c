/** Columns of their own for what a delivery has, and shared ones for what it has not. */
import { expect, test } from "vitest";
import { push } from "../../collector/decoder/buffers.ts";
import { eventsOf, linksOf, newColumns } from "../../collector/decoder/columns.ts";
import { entryCount } from "../../collector/decoder/dictionary.ts";

test("what one delivery tells of events and links is in no other", () => {
  const [one, other] = [newColumns(0, 100), newColumns(0, 100)];
  push(eventsOf(one).name, 7);
  push(linksOf(one).spanIds, 8);
  expect(one.events.name.length).toBe(1);
  expect(one.links.spanIds.length).toBe(1);
  for (const untouched of [other, newColumns(0, 100)]) {
    expect(untouched.events.name.length).toBe(0);
    expect(untouched.links.spanIds.length).toBe(0);
    expect(entryCount(untouched.events.names)).toBe(1);
  }
});

test("columns that have events and links of their own keep them", () => {
  const columns = newColumns(0, 100);
  expect(eventsOf(columns)).toBe(eventsOf(columns));
  expect(linksOf(columns)).toBe(linksOf(columns));
});
