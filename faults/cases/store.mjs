/**
 * Store: F3, a store that is away; F4, a store whose answers get lost; a gateway in front of it that lies.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clickhouse } from "../clickhouse.mjs";
import { proxy } from "../proxy.mjs";
import { heals, progress, rowOf, trial, verdictOf, watchHealth } from "../trial.mjs";

/** Longer than anything is waited for (120 s), so that it is given up and done again. */
const GIVEN_UP_MS = 125_000;

/** Work with a Waybill on a server behind a proxy. */
async function behindProxy(work) {
  const server = await clickhouse();
  const net = await proxy(server.port);
  try {
    return await trial(
      { clickhouse: server, env: { WAYBILL_CLICKHOUSE_URL: `${net.url}/waybill` } },
      async (world) => {
        await world.service.start();
        await world.service.ready();
        await work(world, { server, net });
        // An insert whose answer was on its way when all was well again is waited for until it is given up.
        world.verdict = await verdictOf(world, { drainMs: GIVEN_UP_MS + 60_000 });
      },
    );
  } finally {
    net.close();
    await server.close();
  }
}

/** F3. */
export async function storeAway({ moments, isShort }) {
  const ways = [
    { name: "kill -9", begin: ({ server }) => server.kill(), end: ({ server }) => server.start() },
    { name: "reset", begin: ({ net }) => net.set("reset"), end: ({ net }) => net.set("pass") },
    { name: "gateway", begin: ({ net }) => net.set("page"), end: ({ net }) => net.set("pass") },
    { name: "silent", begin: ({ net }) => net.set("silent"), end: ({ net }) => net.set("pass") },
    { name: "SIGSTOP", begin: ({ server }) => server.suspend(), end: ({ server }) => server.resume() },
  ].slice(0, isShort ? 2 : 5);
  const world = await behindProxy(async (world, store) => {
    const load = world.load();
    await sleep(isShort ? 500 : 2_000);
    for (let n = 0; n < moments; n++) {
      for (const way of ways) {
        const awayMs = isShort ? 1_500 : way.name === "SIGSTOP" ? GIVEN_UP_MS : 10_000;
        await away(world, { way, store, awayMs });
        world.moments += 1;
      }
    }
    await load.stop();
  });
  return rowOf("F3 store away", world, world.verdict);
}

async function away(world, { way, store, awayMs }) {
  progress(way.name);
  const ackedBefore = world.ledger.acked;
  const health = watchHealth(world);
  await way.begin(store);
  const asked = question(world);
  await sleep(awayMs);
  const ackedMeanwhile = world.ledger.acked - ackedBefore;
  if (ackedMeanwhile === 0) world.ledger.breach(`${way.name}: nothing was taken in meanwhile`);
  await way.end(store);
  world.healMs.push(await heals(world));
  await asked;
  const { p99Ms, failed } = await health();
  if (!failed.some((words) => words.startsWith("store: ")))
    world.ledger.breach(`${way.name}: readiness did not name the store`);
  if (p99Ms > 1_000) world.ledger.breach(`${way.name}: /livez took ${Math.round(p99Ms)} ms`);
}

/** A question while the store is away: an answer after all, or 503 that says when to come again. */
async function question({ service, ledger }) {
  const response = await fetch(`${service.api}/v1/orders/F-nobody`, { signal: AbortSignal.timeout(60_000) });
  const isFine = response.status === 404 || response.status === 200;
  if (!isFine && !(response.status === 503 && response.headers.get("retry-after") !== null))
    ledger.breach(`a question without a store got ${response.status}`);
}

/** F4. */
export async function answersLost({ moments, isShort }) {
  const world = await behindProxy(async (world, { net }) => {
    const load = world.load();
    await sleep(500);
    for (let n = 0; n < moments; n++) {
      await met(world, { net, mode: "lie", forMs: isShort ? 1_500 : 3_000 });
      // Longer than the pause between two tries.
      await met(world, { net, mode: "lost", forMs: isShort ? 2_000 : 12_000 });
    }
    if (!isShort) {
      net.set("late", { lateMs: GIVEN_UP_MS });
      await sleep(GIVEN_UP_MS + 5_000);
      net.set("pass");
      world.healMs.push(await heals(world));
      world.moments += 1;
    }
    await load.stop();
  });
  return rowOf("F4 answers lost", world, world.verdict);
}

async function met(world, { net, mode, forMs }) {
  progress(mode);
  const before = net.met;
  net.set(mode);
  await sleep(forMs);
  net.set("pass");
  if (net.met === before) world.ledger.breach(`${mode}: no connection met it`);
  world.healMs.push(await heals(world));
  world.moments += 1;
}
