/**
 * Tools: what some faults need of the machine, and why they are skipped where it is missing.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Why `strace` cannot put errors into calls here; null when it can. */
export function noStrace() {
  const probe = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "true"];
  return works("strace", probe) ? null : "needs strace, and the right to trace";
}

/** Why the clock of a process cannot be moved here; null when it can. */
export function noFaketime() {
  return works("faketime", ["-f", "+1d", "true"]) ? null : "needs faketime";
}

/** Why the files of a process cannot be limited here; null when they can. */
export function noPrlimit() {
  return works("prlimit", ["--nofile=64:64", "true"]) ? null : "needs prlimit";
}

/** Why memory cannot be capped here; null when it can. */
export function noMemoryCap() {
  try {
    memoryCap(256).remove();
    return null;
  } catch {
    return "needs root and the memory controller of cgroup v1 or v2";
  }
}

function works(program, args) {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Lets calls of a running process fail, all of its threads, until it is taken off again. */
export async function failing(pid, calls, how) {
  const args = ["-f", "-qq", "-o", "/dev/null", "-p", String(pid), "-e", `trace=${calls}`, "-e"];
  const strace = spawn("strace", [...args, `inject=${calls}:${how}`], { stdio: "ignore" });
  const ended = once(strace, "exit");
  await sleep(400);
  if (strace.exitCode !== null) throw new Error("strace did not attach");
  return async () => {
    strace.kill("SIGINT");
    await ended;
  };
}

/** A group of processes that may together have so much memory. */
export function memoryCap(mib) {
  const [root, limit] = works("test", ["-d", "/sys/fs/cgroup/memory"])
    ? ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"]
    : ["/sys/fs/cgroup", "memory.max"];
  const folder = `${root}/waybill-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  mkdirSync(folder);
  try {
    writeFileSync(`${folder}/${limit}`, String(mib * 2 ** 20));
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return {
    /** a command to start a process under it */
    wrapper: ["sh", "-c", `echo $$ > ${folder}/cgroup.procs && exec "$@"`, "sh"],
    remove: () => {
      try {
        rmdirSync(folder);
      } catch {}
    },
  };
}
