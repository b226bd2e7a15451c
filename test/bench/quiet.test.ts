import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { untilQuiet } from "../../bench/quiet.ts";

/** A process that says when it has begun. */
async function running(work: string): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ["-e", `process.stdout.write("begun"); ${work}`], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (child.stdout !== null) await once(child.stdout, "data");
  return child.pid ?? 0;
}

test.skipIf(process.platform !== "linux")(
  "a process that works is not quiet, one that waits is",
  async () => {
    const [busy, idle] = [await running("for (;;);"), await running("setInterval(() => {}, 1e6);")];
    await expect(untilQuiet(busy, 2)).rejects.toThrow("still works after 2 s");
    await untilQuiet(idle, 2);
  },
);
