/**
 * Files: how many files this process may have open, and how many connections a door may have of them.
 *
 *   /proc → [files] → listen
 *
 * Without any left, a door cannot even turn a connection away: the event loop then asks for it again and again, and
 * nothing else gets the processor. So a door stops well before.
 */
import { readFileSync } from "node:fs";

/** What is assumed where the platform does not tell. */
const ASSUMED = 1_024;

/** A door is never closed to all. */
const LEAST = 16;

/** How many connections a door may have that gets such a share of the files; count. */
export function connectionsMax(share: number): number {
  return Math.max(LEAST, Math.floor(filesMax() * share));
}

/** How many files this process may have open; infinite without a limit. */
function filesMax(): number {
  try {
    const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft ?? ASSUMED);
  } catch {
    return ASSUMED;
  }
}
