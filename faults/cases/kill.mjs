/**
 * Kill: F1, `kill -9` under load, during the start-up and during the replay; F12, SIGTERM under load.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { between, heals, rowOf, trial, verdictOf } from "../trial.mjs";

/** F1. Every third kill comes before the doors are open, or while the journal is being read. */
export async function killed({ moments }) {
  const world = await trial({}, async (world) => {
    await world.service.start();
    const load = world.load();
    for (let n = 0; n < moments; n++) {
      await sleep(n % 3 === 0 ? between(0, 500) : between(200, 1_500));
      await world.service.kill();
      world.moments += 1;
      if (n % 3 === 2) await sleep(between(0, 300));
      world.service.launch();
    }
    await world.service.started();
    world.healMs.push(await heals(world));
    await load.stop();
    world.verdict = await verdictOf(world);
  });
  return rowOf("F1 kill -9", world, world.verdict);
}

/** F12. */
export async function stopped({ moments }) {
  const world = await trial({}, async (world) => {
    await world.service.start();
    const load = world.load();
    let slowestMs = 0;
    for (let n = 0; n < moments; n++) {
      await sleep(between(100, 900));
      const { code, tookMs } = await world.service.stop();
      if (code !== 0 || tookMs > 30_000) world.ledger.breach(`exit ${code} after ${Math.round(tookMs)} ms`);
      slowestMs = Math.max(slowestMs, tookMs);
      world.moments += 1;
      world.service.launch();
      await world.service.started();
    }
    world.notes.push(`slowest stop ${(slowestMs / 1000).toFixed(1)} s`);
    world.healMs.push(await heals(world));
    await load.stop();
    world.verdict = await verdictOf(world);
  });
  return rowOf("F12 SIGTERM", world, world.verdict);
}
