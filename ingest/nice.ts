/**
 * Nice: the engine's merges stand back for whoever waits.
 *
 *   engine → [nice] → the kernel's scheduler
 *
 * Merges take a third of a core and nobody waits for one; on two cores an ack or an answer waits for them. The engine has
 * a setting for that and uses it only with CAP_SYS_NICE, which standing back does not need.
 */
import { readdir, readFile } from "node:fs/promises";
import { getPriority, setPriority } from "node:os";

/** As ClickHouse calls its threads for merges. */
const MERGES = "MergeMutate";
const NICENESS = 10;

/** Lets the threads of this process that merge stand back, which are there with the first table. Linux only. */
export async function standBack(): Promise<void> {
  const ids = await readdir("/proc/self/task").catch(() => []);
  for (const id of ids) if ((await nameOf(id)) === MERGES) lower(Number(id));
}

async function nameOf(id: string): Promise<string> {
  return (await readFile(`/proc/self/task/${id}/comm`, "utf8").catch(() => "")).trim();
}

/** To the kernel a thread is a process of its own. */
function lower(id: number): void {
  try {
    if (getPriority(id) < NICENESS) setPriority(id, NICENESS);
  } catch {
    // It is gone, or must not: then all are equal.
  }
}
