import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Room } from "../../../ingest/landing/room.ts";

/** The two sides of one room. */
function sides() {
  const near = new Room();
  return { near, far: new Room(near.shared) };
}

async function tookMs(work: Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work;
  return performance.now() - beganMs;
}

/** Longer than anybody waits, in a loop that has to stay alive for it. */
async function alive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, 1_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

test("where there is room nobody waits", async () => {
  const { far } = sides();
  expect(await tookMs(far.take(1))).toBeLessThan(50);
});

test("where there soon is room all wait, and go on as soon as there is", async () => {
  const { near, far } = sides();
  near.setShort(true);
  const waiting = [far.take(1), far.take(1)];
  const first = await Promise.race([Promise.all(waiting), sleep(50, "waiting")]);
  near.setShort(false);
  expect([first, await tookMs(Promise.all(waiting))]).toEqual(["waiting", expect.closeTo(0, -2)]);
});

test("nobody waits longer than a far-away server would take", async () => {
  const { near, far } = sides();
  near.setShort(true);
  const ms = await alive(tookMs(far.take(1)));
  expect(ms).toBeGreaterThan(200);
  expect(ms).toBeLessThan(1_000);
});

test("no more is on its way than may be, until some of it has come", async () => {
  const { near, far } = sides();
  const most = 2 ** 30;
  expect(await far.take(most)).toBe(true);
  expect(await far.take(1)).toBe(false);
  near.give(most);
  expect(await far.take(1)).toBe(true);
});
