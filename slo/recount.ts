/**
 * Recount: proof that what is held is what the table says.
 *
 *   board, journeys → [recount] → /v1/slos/recount, `waybill slo recount`
 *
 * Counts every objective again from nothing, by a statement of its own, and compares minute by minute. Facts that arrive
 * between the two counts are no difference: it looks once more until nothing moved meanwhile.
 */
import { z } from "zod";
import type { Definition } from "../ingest/definitions.ts";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import type { Counted, SloBoard } from "./board.ts";
import type { Span } from "./calendar.ts";
import { renderTime } from "./evaluate.ts";
import { partsOf } from "./parts.ts";
import type { Recount } from "./view.ts";
import { periodAt } from "./windows.ts";

/** How often a count is repeated because facts came in meanwhile. */
const TRIES = 5;

const Numbers = z.array(z.number());

/** One objective's minutes, from the table alone; as slo/sql/recount.sql says. */
export const recountMinutes = statement(new URL("./sql/recount.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    definition: z.string(),
    from_ms: z.int(),
    to_ms: z.int(),
    first: z.string(),
    beyond: z.string(),
    kind: z.string(),
    limit_ns: z.int(),
    step: z.string(),
    after: z.array(z.string()),
    optional: z.array(z.string()),
    pairs: z.array(z.string()),
    tags: z.array(z.string()),
  }),
  row: z.object({ minutes: Numbers, goods: Numbers, bads: Numbers }),
});

/** What is counted again, and for whom. */
export interface Recounting {
  readonly store: Store;
  readonly board: SloBoard;
  readonly tenant: string;
  /** epoch milliseconds UTC */
  readonly nowMs: () => number;
  /** rows that one statement may count. @default 250,000 */
  readonly rowsMax?: number;
}

/** Counts every objective again. @throws {Failure} when the store does not answer */
export async function recount(recounting: Recounting): Promise<Recount> {
  const { board, nowMs } = recounting;
  const { slos, watermarkMs } = await board.read(nowMs());
  const objectives: Recount["objectives"][number][] = [];
  for (const { id } of slos) objectives.push(await recountOne(recounting, id));
  return {
    asOf: renderTime(nowMs()),
    watermark: renderTime(watermarkMs),
    equal: objectives.every(({ differentMinutes }) => differentMinutes === 0),
    objectives,
  };
}

async function recountOne(recounting: Recounting, id: string): Promise<Recount["objectives"][number]> {
  const { board, nowMs } = recounting;
  for (let tries = 1; ; tries++) {
    const before = await board.counted(id, nowMs(), { fresh: true });
    const over = periodAt(before.promised.objective.window, before.watermarkMs);
    const held = minutesOf(before, over);
    const fresh = await count(recounting, before, over);
    const different = differences(held, fresh);
    const moved =
      different === 0
        ? 0
        : differences(held, minutesOf(await board.counted(id, nowMs(), { fresh: true }), over));
    if (moved > 0 && tries < TRIES) continue;
    return { id, counted: sumOf(held), recounted: sumOf(fresh), differentMinutes: different };
  }
}

type Cell = { readonly good: number; readonly bad: number };
type Minutes = ReadonlyMap<number, Cell>;

function minutesOf({ minutes }: Counted, over: Span): Minutes {
  return new Map([...minutes(over)].map(({ minute, good, bad }) => [minute, { good, bad }]));
}

async function count(
  { store, tenant, rowsMax }: Recounting,
  { promised }: Counted,
  over: Span,
): Promise<Minutes> {
  const { definition, objective } = promised;
  const { measure, where } = objective;
  const step = measure.kind === "step" ? measure.step : "";
  const asked = {
    tenant,
    definition: definition.name,
    from_ms: over.fromMs,
    to_ms: over.toMs,
    kind: measure.kind,
    limit_ns: measure.kind === "success" ? 0 : measure.withinMs * 1_000_000,
    step,
    after: pathsTo(step, definition, []),
    optional: definition.steps.filter(({ optional }) => optional).map(({ name }) => name),
    pairs: [...where].flatMap(([tag, values]) => values.map((one) => `${tag}=${one}`)),
    tags: [...where.keys()],
  };
  const counted = new Map<number, Cell>();
  for (const part of await partsOf(store, { tenant, definition: definition.name, rowsMax })) {
    const [row] = await recountMinutes(store, { ...asked, ...part });
    const { minutes = [], goods = [], bads = [] } = row ?? {};
    minutes.forEach((minute, at) => {
      const { good, bad } = counted.get(minute) ?? { good: 0, bad: 0 };
      counted.set(minute, { good: good + (goods[at] ?? 0), bad: bad + (bads[at] ?? 0) });
    });
  }
  return counted;
}

/** The steps that a step waits for, each with the optional ones in whose place it stands; a line each. */
function pathsTo(name: string, { steps }: Pick<Definition, "steps">, passed: readonly string[]): string[] {
  const after = steps.find((step) => step.name === name)?.after ?? [];
  return after.flatMap((earlier) => {
    const own = [earlier, ...passed].join("\n");
    const isOptional = steps.find((step) => step.name === earlier)?.optional === true;
    return isOptional ? [own, ...pathsTo(earlier, { steps }, [earlier, ...passed])] : [own];
  });
}

function differences(a: Minutes, b: Minutes): number {
  const minutes = [...new Set([...a.keys(), ...b.keys()])];
  const isSame = (minute: number) =>
    (a.get(minute)?.good ?? 0) === (b.get(minute)?.good ?? 0) &&
    (a.get(minute)?.bad ?? 0) === (b.get(minute)?.bad ?? 0);
  return minutes.filter((minute) => !isSame(minute)).length;
}

function sumOf(minutes: Minutes): { good: number; bad: number } {
  let [good, bad] = [0, 0];
  for (const cell of minutes.values()) [good, bad] = [good + cell.good, bad + cell.bad];
  return { good, bad };
}
