/**
 * Restart part: how long until a killed service takes data again, and was anything lost?
 *
 *   open journeys, a burst, SIGKILL → start → [restart] → seconds, recount
 *
 * The kill comes right after the last ack of a burst, when the journal holds most of it and the store does not.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../part.ts";
import { type Recount, recount } from "../recount.ts";
import { DRAIN_SECONDS, Loads } from "./loads.ts";

/** Figures of this part. */
export interface RestartFigures {
  /** from the start of the process until it takes data again */
  readonly seconds: number;
  /** from there until all that was in the journal is stored */
  readonly catchUpSeconds: number;
  readonly openJourneys: number;
  /** what the journal held when it was killed */
  readonly journalBytes: number;
  readonly recount: Recount;
}

/** Kills a service that is behind, and starts it again. */
export async function measureRestart(bench: Bench): Promise<RestartFigures> {
  const dataDir = await bench.folder("restart");
  const service = await bench.start({ dataDir });
  const loads = new Loads(bench, service);
  const longLoad = { seconds: 3600, spansPerSecond: null };
  await loads.send("restart, open journeys", { ...longLoad, services: 3, journeysMax: bench.sizes.journeys });
  // Open is a journey whose row says so; until then the journal keeps all of it, and a restart reads that back.
  await service.settled(DRAIN_SECONDS);
  await loads.send("restart, burst", { ...longLoad, journeysMax: Math.ceil(bench.sizes.spans / 20) });
  await service.kill();
  const journalBytes = bytesIn(join(dataDir, "journal"));
  const again = await bench.start({ dataDir });
  const began = performance.now();
  await again.drained(DRAIN_SECONDS);
  const catchUpSeconds = (performance.now() - began) / 1000;
  await again.settled(DRAIN_SECONDS);
  await again.stop();
  bench.talk("restart: counting again");
  return {
    seconds: again.startSeconds,
    catchUpSeconds,
    openJourneys: loads.truth.open,
    journalBytes,
    recount: await recount(dataDir, loads.truth),
  };
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
