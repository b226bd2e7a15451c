/**
 * Quiet: a service that has nothing else to do, and whose files are in memory.
 *
 *   started service → [quiet] → the first question that counts
 *
 * A start reads the names of all that is stored, half a minute for a hundred million spans, and answers slowly meanwhile.
 * A warm answer comes from pages that were read before, and nobody knows which a machine let go of.
 */
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuOf } from "./machine.ts";

const LOOK_MS = 2_000;
/** Of one core: what an idle service takes is a tenth of that. */
const BUSY = 0.2;

/** Resolves when a process hardly works any more; at once where that cannot be told. @throws {Error} when it never does */
export async function untilQuiet(pid: number, secondsMax: number): Promise<void> {
  for (let waited = 0; waited < secondsMax * 1000; waited += LOOK_MS) {
    const before = cpuOf(pid);
    await sleep(LOOK_MS);
    const after = cpuOf(pid);
    if (before === null || after === null) return;
    if (after.total - before.total < (BUSY * LOOK_MS) / 1000) return;
  }
  throw new Error(`the service still works after ${secondsMax} s`);
}

/** Reads every file of a folder once; what is merged away meanwhile is left out. */
export async function readThrough(folder: string): Promise<void> {
  const inside = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of inside.filter((each) => each.isFile()))
    await readOnce(join(entry.parentPath, entry.name));
}

async function readOnce(path: string): Promise<void> {
  try {
    for await (const _ of createReadStream(path, { highWaterMark: 1 << 20 }));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
