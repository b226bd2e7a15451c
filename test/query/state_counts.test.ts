/** Counts of journeys by state come soon, though counting may take long. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { renderStart } from "../../query/page/start.ts";
import { patientCounts } from "../../query/state_counts.ts";

const counts = (open: number) => ({ open, overdue: 0, succeeded: 0, failed: 0, compensated: 0 });

test("a page does not wait for a first count that takes long, and the next page has it", async () => {
  let asked = 0;
  const latest = patientCounts(async () => {
    asked += 1;
    await sleep(700);
    return counts(7);
  });
  expect(await Promise.all([latest(), latest()])).toEqual([null, null]);
  expect(await latest()).toEqual(counts(7));
  expect(asked).toBe(1);
});

test("a count that took long is kept for longer, and told while the next one runs", async () => {
  let open = 0;
  const latest = patientCounts(async () => {
    await sleep(open === 0 ? 20 : 700);
    return counts(++open);
  });
  expect(await latest()).toEqual(counts(1));
  expect(await latest()).toEqual(counts(1));
  await sleep(800);
  expect(await latest()).toEqual(counts(1));
  await sleep(300);
  expect(await latest()).toEqual(counts(2));
});

test("a count that fails is told to whoever waits, and tried again by the next", async () => {
  let tries = 0;
  const latest = patientCounts(async () => {
    tries += 1;
    if (tries === 1) throw new Error("no store");
    return counts(3);
  });
  await expect(latest()).rejects.toThrow("no store");
  expect(await latest()).toEqual(counts(3));
});

test("while there is no count the page says so by dots, and shows the journeys", () => {
  const item = {
    definition: "create-order",
    owner: "checkout-team",
    subject: { kind: "order.id", id: "ORD-1" },
    url: "/orders/ORD-1",
    state: "failed" as const,
    startedAt: "2026-11-23T10:02:03.010000000Z",
    endedAt: null,
    deadline: "2026-11-23T10:12:03.010000000Z",
    late: false,
    recovered: false,
    reason: "card declined",
    failedStep: "paid",
    next: null,
    tags: {},
  };
  const page = String(renderStart({ counts: null, lists: { failed: [item] } }));
  expect(page).toContain('<span class="number">…</span> failed');
  expect(page).toContain("ORD-1");
});
