import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { cpuBetween, cpuOf } from "../../bench/machine.ts";

/** Says "." when it has started, and once more when a thread of it has taken 400 ms and ended. */
const PROGRAM = `
  const { Worker } = require("node:worker_threads");
  const work = "const from = process.cpuUsage(); while (process.cpuUsage(from).user < 400_000);";
  process.stdout.write(".");
  process.stdin.once("data", () => new Worker(work, { eval: true }).once("exit", () => process.stdout.write(".")));
`;

test.skipIf(process.platform !== "linux")("what threads took that have ended is told", async () => {
  const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const before = cpuOf(child.pid ?? 0);
  child.stdin.write("go");
  await once(child.stdout, "data");
  const taken = cpuBetween(before, cpuOf(child.pid ?? 0));
  child.kill();
  expect(taken?.engine).toBeGreaterThan(0.2);
  expect(taken?.total).toBeCloseTo(
    (taken?.main ?? 0) + (taken?.pool ?? 0) + (taken?.merge ?? 0) + (taken?.engine ?? 0),
    5,
  );
});
