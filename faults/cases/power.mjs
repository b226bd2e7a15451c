/**
 * Power: F2, power cuts. A kill does not test this: the page cache outlives it.
 *
 *   service on an ext4 image → stopped for a blink → image copied → a second service on the copy → judged
 *
 * What was acked before the copy must be on it. The service is restarted before each cut, so that files of the journal
 * have just been removed: what they held must not be only in the page cache of the store.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { cutOff, imageDisk } from "../disks.mjs";
import { judge } from "../judge.mjs";
import { Ledger } from "../ledger.mjs";
import { waybill } from "../service.mjs";
import { between, heals, progress, rowOf, trial } from "../trial.mjs";

/** For what the journal holds to be read back, stored and settled. */
const SETTLE_MS = 120_000;

/** F2. */
export async function cut({ moments }) {
  const disk = imageDisk(1_024);
  try {
    const verdicts = [];
    const world = await trial({ folder: disk.at }, async (world) => {
      await world.service.start();
      const load = world.load({ everyMs: 40 });
      for (let n = 0; n < moments; n++) {
        await sleep(between(200, 1_200));
        if (n % 2 === 1) await restarted(world.service);
        await sleep(between(200, 2_500));
        verdicts.push(await afterCut(world, { disk, name: `cut${n}` }));
        world.moments += 1;
      }
      await load.stop();
      await world.service.stop();
    });
    return rowOf("F2 power cut", world, verdicts);
  } finally {
    disk.remove();
  }
}

async function restarted(service) {
  await service.kill();
  await service.start();
  await service.ready();
}

async function afterCut(world, { disk, name }) {
  const { service, ledger, run } = world;
  const acked = ledger.ackedNow();
  const badAcked = ledger.badAckedNow();
  // So short that nothing else changes on the image while it is copied.
  service.suspend();
  const left = cutOff(disk, name);
  service.resume();
  progress(`${name}: copied, ${acked.size} acked`);
  // After a real cut its process is gone with the boot that it names; here it goes on beside us.
  rmSync(`${left.at}/data/lock`, { force: true });
  const survivor = await waybill({ dataDir: `${left.at}/data` });
  try {
    await survivor.start();
    progress(`${name}: started`);
    // What the survivor acks, the first service has never heard of.
    const fresh = new Ledger();
    world.healMs.push(await heals({ service: survivor, ledger: fresh, run }));
    await survivor.ready(SETTLE_MS);
    progress(`${name}: ready`);
    await survivor.drained(SETTLE_MS);
    progress(`${name}: all stored`);
    await survivor.stop();
    progress(`${name}: stopped`);
    const sent = new Set([...ledger.items.keys(), ...fresh.items.keys()]);
    return await judge({ url: null, dataDir: `${left.at}/data` }, { acked, badAcked, sent });
  } finally {
    await survivor.kill();
    left.remove();
  }
}
