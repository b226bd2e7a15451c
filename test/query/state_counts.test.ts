/** Counts of journeys by state come soon, though counting may take long. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { renderStart } from "../../query/page/start.ts";
import { patientCounts } from "../../query/state_counts.ts";

const counts = (open: number) => ({ open, overdue: 0, succeeded: 0, failed: 0, compensated: 0, stuck: 0 });

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

test("the last count is told while the next one runs, and then that one", async () => {
  let began = 0;
  const latest = patientCounts(async () => {
    began += 1;
    const open = began;
    await sleep(open === 1 ? 5 : 700);
    return counts(open);
  });
  const told = [await latest()];
  while (began < 2) told.push(await latest());
  expect(new Set(told.map((each) => each?.open))).toEqual(new Set([1]));
  expect(await latest()).toEqual(counts(2));
});

test("a count is kept for longer than it took", async () => {
  let began = 0;
  const latest = patientCounts(async () => {
    await sleep(200);
    return counts(++began);
  });
  await latest();
  await sleep(300);
  expect(await latest()).toEqual(counts(1));
  expect(began).toBe(1);
});

test("a count that fails leaves none, says why, and is not tried again at once", async () => {
  let tries = 0;
  const told: unknown[] = [];
  const count = async () => {
    tries += 1;
    await sleep(100);
    throw new Error("it took too long");
  };
  const latest = patientCounts(count, (error) => told.push(error));
  expect(await latest()).toBeNull();
  expect(await latest()).toBeNull();
  expect(tries).toBe(1);
  expect(told).toEqual([new Error("it took too long")]);
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
    stuck: false,
    tags: {},
  };
  const page = String(renderStart({ counts: null, lists: { failed: [item] } }));
  expect(page).toContain('<span class="number">…</span> failed');
  expect(page).toContain("ORD-1");
});
