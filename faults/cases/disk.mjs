/**
 * Disk: F5, a full disk under the journal, the store and the log; F6, a disk that turns read-only.
 */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imageDisk, ramDisk } from "../disks.mjs";
import { heals, progress, rowOf, trial, verdictOf, watchHealth } from "../trial.mjs";

const JOURNAL_MIB = 64;
const STORE_MIB = 400;
const LOG_MIB = 1;

/** A world whose journal, store or log is on a disk of its own. */
async function onDisk(part, disk, work) {
  const options = part === "log" ? { logPath: join(disk.at, "log") } : {};
  return trial(options, async (world) => {
    if (part !== "log") {
      mkdirSync(join(world.folder, "data"));
      symlinkSync(disk.at, join(world.folder, "data", part));
    }
    await work(world);
  });
}

/** F5. */
export async function full({ moments, isShort }) {
  const rows = [];
  for (const part of ["journal", "store", "log"]) {
    const disk = ramDisk({ journal: JOURNAL_MIB, store: STORE_MIB, log: LOG_MIB }[part]);
    try {
      const world = await onDisk(part, disk, async (world) => {
        await world.service.start();
        const load = world.load();
        for (let n = 0; n < moments; n++) await filled(world, { part, disk, forMs: isShort ? 1_500 : 5_000 });
        await load.stop();
        world.verdict = await verdictOf(world);
      });
      rows.push(rowOf(`F5 ${part} full`, world, world.verdict));
    } finally {
      disk.remove();
    }
  }
  return rows;
}

async function filled(world, { part, disk, forMs }) {
  const { ledger, service } = world;
  await sleep(1_000);
  progress(`${part} full`);
  const health = watchHealth(world);
  const refusedBefore = ledger.answers.get(503) ?? 0;
  disk.fill();
  const ackedBefore = ledger.acked;
  await sleep(forMs);
  const refused = (ledger.answers.get(503) ?? 0) - refusedBefore;
  const acked = ledger.acked - ackedBefore;
  if (part === "journal" && refused === 0) ledger.breach("nobody was refused while the journal was full");
  if (part === "store") await untilUnready(service, "store", 10_000).catch((e) => ledger.breach(e.message));
  if (part !== "journal" && acked === 0) ledger.breach(`nothing was taken in while the ${part} was full`);
  disk.free();
  world.healMs.push(await heals(world));
  world.moments += 1;
  checkHealth(world, await health(), part);
}

function checkHealth({ ledger }, { p99Ms, failed }, part) {
  if (p99Ms > 1_000) ledger.breach(`/livez took ${Math.round(p99Ms)} ms`);
  if (part === "log") return;
  const words = failed.find((each) => each.startsWith(`${part}: `)) ?? "nothing";
  if (!/full|out of disk|cannot write/.test(words))
    ledger.breach(`readiness says ${words} of a full disk under the ${part}`);
}

async function untilUnready(service, name, withinMs) {
  const deadlineMs = performance.now() + withinMs;
  while (performance.now() < deadlineMs) {
    if (name in (await service.unready().catch(() => ({})))) return;
    await sleep(100);
  }
  throw new Error(`readiness did not name ${name} in ${withinMs} ms`);
}

/** F6: the disk under everything turns read-only. Only a new mount mends that, and a restart. */
export async function readOnly({ moments, isShort }) {
  const disk = imageDisk(1_024);
  try {
    const world = await trial({ folder: disk.at }, async (world) => {
      await world.service.start();
      const load = world.load();
      for (let n = 0; n < moments; n++) {
        await sleep(1_500);
        await aborted(world, { disk, forMs: isShort ? 1_500 : 4_000 });
      }
      await load.stop();
      world.verdict = await verdictOf(world);
    });
    return rowOf("F6 read-only", world, world.verdict);
  } finally {
    disk.remove();
  }
}

async function aborted(world, { disk, forMs }) {
  const { service, ledger } = world;
  const health = watchHealth(world);
  disk.abort();
  // What was on its way when the disk went is done with after a moment.
  await sleep(500);
  const ackedBefore = ledger.acked;
  await sleep(forMs);
  if (ledger.acked > ackedBefore) ledger.breach(`${ledger.acked - ackedBefore} acked on a read-only disk`);
  const { failed } = await health();
  if (!failed.some((words) => words.startsWith("journal: ")))
    ledger.breach("readiness did not name the journal");
  await service.kill();
  disk.mountAgain();
  await service.start();
  world.healMs.push(await heals(world));
  world.moments += 1;
}
