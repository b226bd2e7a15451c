/**
 * Cpu: how long a process has been computing, from /proc.
 */
import { readFileSync } from "node:fs";

const TICKS_A_SECOND = 100;

/** Of all its threads, in user mode and in the kernel; seconds. */
export function cpuSecondsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the command in brackets and may hold anything; times are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
