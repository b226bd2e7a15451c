/**
 * Cpu part: what a million spans cost, by part of the way.
 *
 *   load on a service that is profiled → [cpu] → CPU seconds by part of JavaScript, and by kind of thread
 *
 * A part of its own, because the profiler slows the service by a few percent.
 */
import { type CpuSeconds, cpuBetween, cpuOf } from "../machine.ts";
import type { Bench } from "../part.ts";
import { cpuByPart } from "../profile.ts";
import { DRAIN_SECONDS, Loads } from "./loads.ts";

/** Figures of this part, for a million spans; s. */
export interface CpuFigures {
  readonly spans: number;
  readonly javascriptByPart: Readonly<Record<string, number>>;
  readonly threads: CpuSeconds | null;
}

/** Profiles a load. */
export async function measureCpu(bench: Bench): Promise<CpuFigures> {
  const profiles = await bench.folder("profiles");
  const nodeOptions = ["--cpu-prof", `--cpu-prof-dir=${profiles}`, "--cpu-prof-interval=500"];
  const service = await bench.start({ dataDir: await bench.folder("cpu"), nodeOptions });
  const before = cpuOf(service.pid);
  const loads = new Loads(bench, service);
  await loads.send("cpu", {});
  await service.drained(DRAIN_SECONDS);
  const taken = cpuBetween(before, cpuOf(service.pid));
  await service.stop();
  const { spans } = loads.truth;
  const scaled = (figures: object) =>
    Object.fromEntries(
      Object.entries(figures).map(([name, seconds]) => [name, (Number(seconds) / spans) * 1e6]),
    );
  return {
    spans,
    javascriptByPart: scaled(cpuByPart(profiles)),
    threads: taken === null ? null : { ...taken, ...scaled(taken) },
  };
}
