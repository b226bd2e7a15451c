/**
 * Stop: F12, SIGTERM under load; while the store hangs; and a second one, for whoever cannot wait.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clickhouse } from "../clickhouse.mjs";
import { between, heals, progress, rowOf, trial, verdictOf } from "../trial.mjs";

/** What a stop may take, as docs/runbook.md says. */
const STOP_MS = 30_000;

/** F12. In flight is answered, what waits is stored, exit 0. */
export async function stopped({ moments }) {
  const world = await trial({}, async (world) => {
    await world.service.start();
    const load = world.load();
    let slowestMs = 0;
    for (let n = 0; n < moments; n++) {
      await sleep(between(100, 900));
      const { code, tookMs } = await world.service.stop();
      if (code !== 0 || tookMs > STOP_MS) world.ledger.breach(`exit ${code} after ${Math.round(tookMs)} ms`);
      slowestMs = Math.max(slowestMs, tookMs);
      world.moments += 1;
      await world.service.start();
    }
    world.notes.push(`slowest stop ${(slowestMs / 1000).toFixed(1)} s`);
    world.healMs.push(await heals(world));
    await load.stop();
    world.verdict = await verdictOf(world);
  });
  return rowOf("F12 SIGTERM", world, world.verdict);
}

/** F12, while the store hangs: out in time all the same, and at once after a second signal; nothing acked is lost. */
export async function stoppedHard({ moments, isShort }) {
  const server = await clickhouse();
  const env = { WAYBILL_CLICKHOUSE_URL: `${server.url}/waybill` };
  const world = await trial({ clickhouse: server, env }, async (world) => {
    await world.service.start();
    await world.service.ready();
    const load = world.load();
    for (let n = 0; n < moments; n++) {
      await sleep(700);
      const isHurried = isShort || n % 2 === 0;
      server.suspend();
      await sleep(500);
      await hurried(world, isHurried);
      server.resume();
      await world.service.start();
      world.healMs.push(await heals(world));
      world.moments += 1;
    }
    await load.stop();
    world.verdict = await verdictOf(world);
  }).finally(() => server.close());
  return rowOf("F12 hard stop", world, world.verdict);
}

async function hurried({ service, ledger, notes }, isHurried) {
  progress(isHurried ? "two signals" : "one signal");
  const stopping = service.stop();
  if (isHurried) {
    await sleep(1_000);
    service.signal("SIGTERM");
  }
  const { code, tookMs } = await stopping;
  const mostMs = isHurried ? 2_000 : STOP_MS + 1_000;
  if (tookMs > mostMs) ledger.breach(`it took ${Math.round(tookMs)} ms to stop`);
  if (isHurried && code !== 1) ledger.breach(`after two signals it ended with ${code}`);
  notes.push(
    `${isHurried ? "two signals" : "one signal"}: exit ${code} after ${(tookMs / 1000).toFixed(1)} s`,
  );
}
