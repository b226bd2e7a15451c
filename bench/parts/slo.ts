/**
 * Slo part: how long does the state of all objectives take, with so many ended journeys in the window?
 *
 *   seeded journeys → GET /v1/slos → [slo] → ms
 *
 * Asked over the API, longer apart than an answer is used again, so that each asking is an evaluation.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Bench } from "../part.ts";
import { quantilesOf } from "../quantiles.ts";
import { seedEnded } from "../seed.ts";
import type { BenchService } from "../service.ts";
import { definitionName, renderDefinitions } from "../shop.ts";

/** Figures of this part. */
export interface SloFigures {
  readonly objectives: number;
  readonly journeys: number;
  /** median of those after the first */
  readonly evaluationMs: number | null;
  /** right after the start, with nothing at hand */
  readonly firstMs: number;
}

const DEFINITIONS = 10;
const OBJECTIVES_EACH = 10;
/** The window of the objectives; days. */
const WINDOW_DAYS = 28;
/** Longer than the five seconds for which one evaluation is told; ms. */
const APART_MS = 5_500;
const EVALUATIONS = 5;

const Slos = z.object({ slos: z.array(z.unknown()) });

/** Seeds ended journeys, and asks for all objectives. */
export async function measureSlo(bench: Bench): Promise<SloFigures> {
  const dataDir = await bench.folder("slo");
  const definitions = Array.from({ length: DEFINITIONS }, (_, index) => definitionName(index));
  const journeys = Math.ceil(bench.sizes.ended / DEFINITIONS);
  await seedEnded(dataDir, { definitions, journeys, days: WINDOW_DAYS, nowMs: Date.now() }, bench.talk);
  const service = await bench.start({
    dataDir,
    definitions: renderDefinitions(DEFINITIONS, OBJECTIVES_EACH),
  });
  const first = await evaluated(service);
  const later: number[] = [];
  for (let i = 0; i < EVALUATIONS; i++) {
    await sleep(APART_MS);
    later.push((await evaluated(service)).ms);
  }
  await service.stop();
  return {
    objectives: first.objectives,
    journeys: journeys * DEFINITIONS,
    evaluationMs: quantilesOf(later).p50Ms,
    firstMs: first.ms,
  };
}

async function evaluated(
  service: BenchService,
): Promise<{ readonly ms: number; readonly objectives: number }> {
  const { status, text, ms } = await service.get("/v1/slos");
  if (status !== 200) throw new Error(`/v1/slos answered ${status}: ${text}`);
  const { slos } = Slos.parse(JSON.parse(text));
  return { ms, objectives: slos.length };
}
