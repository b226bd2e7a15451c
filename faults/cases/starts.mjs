/**
 * Starts: F13, two processes on one folder; F14, a start with smaller limits, and a folder of a newer version.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waybill } from "../service.mjs";
import { heals, rowOf, trial, verdictOf } from "../trial.mjs";

const NOWHERE = { WAYBILL_CLICKHOUSE_URL: "http://127.0.0.1:9" };

/** F13. */
export async function twoOnOneFolder({ moments }) {
  const world = await trial({}, async (world) => {
    await world.service.start();
    const load = world.load();
    for (let n = 0; n < moments; n++) {
      await sleep(300);
      await refused(world, { dataDir: join(world.folder, "data"), words: "is used by process" });
    }
    world.healMs.push(await heals(world));
    await load.stop();
    world.verdict = await verdictOf(world);
  });
  return rowOf("F13 two on one folder", world, world.verdict);
}

/** A start that must end with exit code 2 and one line that says why. */
async function refused(world, { dataDir, words }) {
  const second = await waybill({ dataDir });
  second.launch();
  const { code } = await second.exited;
  const lines = second.said.trim().split("\n");
  if (code !== 2) world.ledger.breach(`the start ended with ${code}`);
  if (lines.length !== 1 || !lines[0].includes(words))
    world.ledger.breach(`it said: ${second.said.slice(0, 300)}`);
  world.moments += 1;
}

/** F14. */
export async function otherStarts({ moments }) {
  const world = await trial({}, async (world) => {
    for (let n = 0; n < moments; n++) {
      await smaller(world, n);
      await newer(world);
    }
    world.verdict = await verdictOf(world);
  });
  return rowOf("F14 other starts", world, world.verdict);
}

/** What was acked under wider limits is in the journal; a start with narrower ones takes it in all the same. */
async function smaller(world, n) {
  const { service } = world;
  await service.kill();
  await service.start({ env: NOWHERE });
  const load = world.load({ first: n * 10_000 });
  await sleep(800);
  await load.stop();
  await service.kill();
  await service.start({
    env: { WAYBILL_BODY_BYTES_MAX: "1024", WAYBILL_JOURNAL_BYTES_MAX: String(16 * 2 ** 20) },
  });
  await service.ready();
  await service.drained(30_000);
  await service.kill();
  await service.start();
  world.healMs.push(await heals(world));
  world.moments += 1;
}

/** A folder that a newer version wrote, and a schema that a newer version made, are refused before anything is touched. */
async function newer(world) {
  const { service, folder } = world;
  await service.ready();
  await service.stop();
  const dataDir = join(folder, "data");
  const format = join(dataDir, "format");
  const was = readFileSync(format, "utf8");
  writeFileSync(format, "99\n");
  await refused(world, { dataDir, words: "was written by a newer Waybill" });
  writeFileSync(format, was);
  await service.start();
  world.healMs.push(await heals(world));
}
