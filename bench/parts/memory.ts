/**
 * Memory part: what does an open journey hold?
 *
 *   journeys that stay open → [memory] → bytes each
 *
 * Two numbers: what JavaScript holds after a collection, and what the whole process has more, the engine's caches and
 * merges included. The second is the honest one for planning, and noisy when there are few journeys.
 */
import { memoryOf } from "../machine.ts";
import type { Bench } from "../part.ts";
import { DRAIN_SECONDS, Loads } from "./loads.ts";

/** Figures of this part. */
export interface MemoryFigures {
  readonly openJourneys: number;
  /** of JavaScript, after a garbage collection */
  readonly bytesPerOpenJourney: number | null;
  /** of the whole process, the engine included */
  readonly residentBytesPerOpenJourney: number | null;
  readonly residentBytes: number | null;
  readonly peakBytes: number | null;
}

/** Gateway, orders and payments have told of them; the goods have not been reserved. */
const OPEN_AFTER = 3;

/** Journeys that are open already before the first look, so that what is needed once is not counted. */
const BEFORE = 5_000;

/** Opens journeys and looks before and after. */
export async function measureMemory(bench: Bench): Promise<MemoryFigures> {
  const collect = new URL("../collect.js", import.meta.url).href;
  const nodeOptions = ["--expose-gc", "--import", collect];
  const service = await bench.start({ dataDir: await bench.folder("memory"), nodeOptions });
  const loads = new Loads(bench, service);
  const open = async (journeysMax: number) => {
    const from = loads.nextJourney;
    await loads.send("memory", { services: OPEN_AFTER, journeysMax, seconds: 3600, spansPerSecond: null });
    await service.settled(DRAIN_SECONDS);
    return loads.nextJourney - from;
  };
  await open(BEFORE);
  const before = { held: await service.held(), resident: memoryOf(service.pid)?.residentBytes ?? null };
  const opened = await open(bench.sizes.journeys);
  const after = { held: await service.held(), memory: memoryOf(service.pid) };
  await service.stop();
  const each = (last: number | null, first: number | null) =>
    last === null || first === null ? null : (last - first) / opened;
  return {
    openJourneys: opened,
    bytesPerOpenJourney: each(after.held, before.held),
    residentBytesPerOpenJourney: each(after.memory?.residentBytes ?? null, before.resident),
    residentBytes: after.memory?.residentBytes ?? null,
    peakBytes: after.memory?.peakBytes ?? null,
  };
}
