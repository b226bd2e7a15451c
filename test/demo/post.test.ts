import { expect, test } from "vitest";
import { runShop } from "../../demo/shop.ts";
import { keepShopOpen } from "../../demo/traffic.ts";
import { type Answering, capture, logsIn, spansIn } from "./capture.ts";

const BASE_MS = Date.UTC(2026, 9, 1, 12);

async function playHappy(answer: Answering) {
  const receiver = await capture(answer);
  const options = {
    endpoint: receiver.endpoint,
    seed: 1,
    baseMs: BASE_MS,
    token: "s3cret",
    scenarios: ["happy"],
  };
  try {
    return { results: await runShop(options), requests: receiver.requests };
  } finally {
    await receiver.close();
  }
}

const fine = { status: 200, body: "{}" };

test("every request carries the bearer token", async () => {
  const { requests } = await playHappy(() => fine);
  expect(new Set(requests.map(({ path }) => path))).toEqual(
    new Set(["/v1/traces", "/v1/logs", "/v1/events"]),
  );
  expect(new Set(requests.map(({ headers }) => headers["authorization"]))).toEqual(
    new Set(["Bearer s3cret"]),
  );
});

test.each(["/v1/traces", "/v1/logs", "/v1/events"])(
  "a run fails when %s refuses what it is sent",
  async (path) => {
    const refusing: Answering = (request) => (request.path === path ? { status: 400, body: "{}" } : fine);
    await expect(playHappy(refusing)).rejects.toThrow(/did not arrive/);
  },
);

test("a run fails when the receiver rejects a part of it", async () => {
  const body = JSON.stringify({ partialSuccess: { rejectedSpans: "1", errorMessage: "one span has no id" } });
  const picky: Answering = ({ path }) => (path === "/v1/traces" ? { status: 200, body } : fine);
  await expect(playHappy(picky)).rejects.toThrow(/one span has no id/);
});

test("a warning without a rejection is no failure", async () => {
  const body = JSON.stringify({
    partialSuccess: { rejectedLogRecords: "0", errorMessage: "a clock looks fast" },
  });
  const chatty: Answering = ({ path }) => (path === "/v1/logs" ? { status: 200, body } : fine);
  expect((await playHappy(chatty)).results).toHaveLength(1);
});

test("a scenario that does not exist is refused before anything is sent", async () => {
  const options = { endpoint: "http://127.0.0.1:1", seed: 1, baseMs: BASE_MS, scenarios: ["hapy"] };
  await expect(runShop(options)).rejects.toThrow("there is no scenario hapy");
});

test("one background order in twenty fails, each in another way", async () => {
  const receiver = await capture();
  const options = {
    endpoint: receiver.endpoint,
    seed: 1,
    baseMs: BASE_MS,
    scenarios: [],
    backgroundOrders: 60,
  };
  await runShop(options);
  await receiver.close();
  const events = logsIn(receiver.requests).map((log) => log.eventName);
  expect(events.filter((name) => name === "checkout.submitted")).toHaveLength(60);
  expect(events.filter((name) => name === "order.shipped")).toHaveLength(57);
  expect(events.filter((name) => name === "order.rejected")).toHaveLength(1);
  expect(events.filter((name) => name === "message.dead_lettered")).toHaveLength(1);
  expect(events.filter((name) => name === "checkout.failed")).toHaveLength(1);
});

test("an open shop sends orders that were shipped just now, until it is told to stop", async () => {
  const stop = new AbortController();
  const receiver = await capture(({ path }) => {
    if (path === "/v1/events") stop.abort();
    return fine;
  });
  await keepShopOpen({ endpoint: receiver.endpoint, seed: 1, signal: stop.signal, now: () => BASE_MS });
  await receiver.close();
  const ends = spansIn(receiver.requests).map((span) => Number(BigInt(span.endTimeUnixNano) / 1_000_000n));
  expect(Math.max(...ends)).toBeLessThanOrEqual(BASE_MS);
  expect(Math.min(...ends)).toBeGreaterThan(BASE_MS - 15_000);
});
