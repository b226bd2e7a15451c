/**
 * Kill: F1, `kill -9` under load, during the start-up and during the replay.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { between, heals, rowOf, trial, verdictOf } from "../trial.mjs";

/** F1. Every third kill comes before the doors are open, or while the journal is being read; the others under load. */
export async function killed({ moments }) {
  const world = await trial({}, async (world) => {
    await world.service.start();
    const load = world.load();
    for (let n = 0; n < moments; n++) {
      if (n % 3 !== 0) await world.service.started();
      await sleep(n % 3 === 0 ? between(0, 500) : between(200, 2_500));
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
