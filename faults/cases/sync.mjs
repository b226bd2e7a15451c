/**
 * Sync: F6, a disk whose syncs fail, once and for a while, under the journal and under the store.
 *
 * `strace` lets the calls of every thread fail and is taken off again. Killed right after: what was acked must be there.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clickhouse } from "../clickhouse.mjs";
import { failing } from "../tools.mjs";
import { heals, progress, rowOf, trial, verdictOf, watchHealth } from "../trial.mjs";

const SYNCS = "fsync,fdatasync";
/** `when=1`: the first of each thread. */
const HOWS = ["error=EIO:when=1", "error=EIO"];

/** F6. */
export async function syncsFail({ moments, isShort }) {
  const rows = [];
  for (const part of ["journal", "store"]) rows.push(await syncsFailUnder(part, { moments, isShort }));
  return rows;
}

async function syncsFailUnder(part, { moments, isShort }) {
  const server = await clickhouse();
  try {
    const env = { WAYBILL_CLICKHOUSE_URL: `${server.url}/waybill` };
    const world = await trial({ clickhouse: server, env }, async (world) => {
      await world.service.start();
      await world.service.ready();
      const load = world.load();
      await sleep(500);
      for (let n = 0; n < moments; n++)
        await failed(world, { part, server, how: HOWS[n % 2], forMs: isShort ? 1_500 : 3_000 });
      await load.stop();
      world.verdict = await verdictOf(world);
    });
    return rowOf(`F6 ${part} sync`, world, world.verdict);
  } finally {
    await server.close();
  }
}

async function failed(world, { part, server, how, forMs }) {
  const { service, ledger } = world;
  progress(`${part} ${how}`);
  const health = watchHealth(world);
  const refusedBefore = ledger.answers.get(503) ?? 0;
  const mend = await failing(part === "journal" ? service.pid : server.pid, SYNCS, how);
  const ackedBefore = ledger.acked;
  await sleep(forMs);
  const acked = ledger.acked - ackedBefore;
  const refused = (ledger.answers.get(503) ?? 0) - refusedBefore;
  await mend();
  if (part === "journal" && refused === 0) ledger.breach(`${how}: nobody was refused`);
  if (part === "journal" && how === "error=EIO" && acked > 0) ledger.breach(`${acked} acked without a sync`);
  if (part === "store" && acked === 0) ledger.breach("nothing was taken in while the store could not sync");
  if (part === "store" && !server.isRunning) await server.start();
  const { failed: names } = await health();
  if (how === "error=EIO" && !names.some((words) => words.startsWith(`${part}: `)))
    ledger.breach(`readiness did not name the ${part}`);
  if (world.moments % 3 === 2) {
    await service.kill();
    await service.start();
  }
  world.healMs.push(await heals(world));
  world.moments += 1;
}
