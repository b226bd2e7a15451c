/**
 * Machine: what a process has taken of it, as Linux tells; elsewhere nothing is known.
 *
 *   /proc → [machine] → CPU by kind of thread, memory
 */
import { readdirSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** CPU time of a process so far, by what its threads do; s. */
export interface CpuSeconds {
  /** the main thread: HTTP and what is not handed to others */
  readonly main: number;
  /** Node's other threads: workers, gzip, fsync, collecting garbage, and the engine's queries where they were asked */
  readonly pool: number;
  /** the engine's threads that merge and mutate parts */
  readonly merge: number;
  /** the engine's other threads: queries, inserts, housekeeping; most of them end with their work */
  readonly engine: number;
  readonly total: number;
}

/** Memory of a process; bytes. */
export interface Memory {
  readonly residentBytes: number;
  readonly peakBytes: number;
}

const TICKS = 100;

/** The CPU a process has taken; null where it cannot be told. */
export function cpuOf(pid: number): CpuSeconds | null {
  try {
    const seconds = { main: 0, pool: 0, merge: 0, engine: 0 };
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const { name, ticks } = threadOf(pid, thread);
      seconds[Number(thread) === pid ? "main" : roleOf(name)] += ticks / TICKS;
    }
    const total = statOf(readFileSync(`/proc/${pid}/stat`, "utf8")).ticks / TICKS;
    const { main, pool, merge } = seconds;
    // What no living thread has taken was taken by some that ended, and only the engine's do.
    return { main, pool, merge, engine: Math.max(0, total - main - pool - merge), total };
  } catch {
    return null;
  }
}

/** What was taken between two looks. */
export function cpuBetween(before: CpuSeconds | null, after: CpuSeconds | null): CpuSeconds | null {
  if (before === null || after === null) return null;
  const between = (name: keyof CpuSeconds) => Math.max(0, after[name] - before[name]);
  return {
    main: between("main"),
    pool: between("pool"),
    merge: between("merge"),
    engine: between("engine"),
    total: between("total"),
  };
}

/** The memory a process has, and the most it ever had; null where it cannot be told. */
export function memoryOf(pid: number): Memory | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
    return { residentBytes: kib("VmRSS") * 1024, peakBytes: kib("VmHWM") * 1024 };
  } catch {
    return null;
  }
}

/** This machine in one line, for the head of a table. */
export function machineName(): string {
  const all = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${all.length} × ${all[0]?.model.trim() ?? "unknown"}, ${gib} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`;
}

function threadOf(pid: number, thread: string): { readonly name: string; readonly ticks: number } {
  return statOf(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8"));
}

/** The name stands in brackets and may hold anything; user and system time are the 12th and 13th field after it. */
function statOf(stat: string): { readonly name: string; readonly ticks: number } {
  const end = stat.lastIndexOf(")");
  const fields = stat.slice(end + 2).split(" ");
  return { name: stat.slice(stat.indexOf("(") + 1, end), ticks: Number(fields[11]) + Number(fields[12]) };
}

function roleOf(name: string): "pool" | "merge" | "engine" {
  if (/^(node|libuv|V8|WorkerThread|DelayedTask)/.test(name)) return "pool";
  return name.startsWith("Merge") ? "merge" : "engine";
}
