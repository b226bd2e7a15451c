/**
 * Burnt: which steps, tags and journeys an objective's budget went to.
 *
 *   journeys → [burnt] → board
 *
 * Counts as marks.ts does, by the same expressions: what is shown as spent adds up to what was counted. Only journeys
 * that can have missed are read with FINAL.
 */
import { z } from "zod";
import { ask, type Clause, every, sql, value } from "../ingest/clause.ts";
import type { Definition, Objective } from "../ingest/definitions.ts";
import type { Store } from "../ingest/store.ts";
import type { Span } from "./calendar.ts";
import { marksOf } from "./marks.ts";
import { MISSED, OPEN, readingOf, STEP_CODE } from "./reading.ts";
import { excludedBy } from "./tally.ts";

/** What is asked about. */
export interface BurntAsked {
  readonly tenant: string;
  readonly definition: Definition;
  readonly objective: Objective;
  /** the objective's window up to the watermark */
  readonly over: Span;
}

/** A step that spent budget, with the latest journeys that did it there. */
export interface BurntStep {
  /** failed or missing step, null when no single step was */
  readonly step: string | null;
  readonly bad: number;
  /** newest first, at most three */
  readonly latest: readonly { readonly atMs: number; readonly kind: string; readonly id: string }[];
}

/** A tag value that budget was spent under. */
export interface BurntTag {
  readonly tag: string;
  readonly value: string;
  readonly bad: number;
}

// 64-bit integers come as decimal text; counts and milliseconds fit a number.
const Int = z.coerce.number().int();

const StepRow = z
  .object({ step: z.string(), bad: Int, latest: z.array(z.tuple([Int, z.string(), z.string()])) })
  .transform(({ step, bad, latest }) => ({
    step: step === "" ? null : step,
    bad,
    latest: latest.map(([atMs, kind, id]) => ({ atMs, kind, id })),
  }));

const TagRow = z.object({ tag: z.string(), value: z.string(), bad: Int });

/** The steps that budget went to, the one with the most failures first. */
export function burntByStep(store: Store, asked: BurntAsked): Promise<BurntStep[]> {
  return ask(
    store,
    sql`SELECT step, count() AS bad,
  arrayMap(one -> (-one.1, one.2, one.3), groupArraySorted(3)((-at_ms, subject_kind, subject))) AS latest
FROM (${burnt(asked)}) GROUP BY step ORDER BY bad DESC, step`,
    StepRow,
  );
}

/** A tag with more values than this tells something only by those that it has more than once. */
const VALUES_MAX = value("UInt8", 10);

/**
 * The tag values that budget went to, the one with the most failures first, at most ten of each tag. Those of a single
 * journey are left out where they tell nothing: where all values of the tag are such, as those of an amount or an id
 * are, or where there are more than ten.
 */
export function burntByTag(store: Store, asked: BurntAsked): Promise<BurntTag[]> {
  return ask(
    store,
    sql`SELECT tag, value, bad FROM (
  SELECT tag, value, bad, max(bad) OVER (PARTITION BY tag) AS most, count() OVER (PARTITION BY tag) AS different
  FROM (
    SELECT pair.1 AS tag, pair.2 AS value, count() AS bad
    FROM (${burnt(asked)}) ARRAY JOIN arrayZip(mapKeys(tags), mapValues(tags)) AS pair
    GROUP BY tag, value
  )
)
WHERE bad > 1 OR different = 1 OR (most > 1 AND different <= ${VALUES_MAX})
ORDER BY bad DESC, tag, value LIMIT ${VALUES_MAX} BY tag`,
    TagRow,
  );
}

/** The journeys that missed the objective in its window, one row each. */
function burnt(asked: BurntAsked): Clause {
  const { definition, objective, over, tenant } = asked;
  const reading = readingOf({ ...definition, objectives: [objective] });
  const own = sql`tenant = ${value("String", tenant)} AND definition = ${value("String", definition.name)}`;
  const isBad = sql`has(${value("Array(UInt32)", badCodes(objective))}, mark.2)`;
  const minute = (ms: number) => value("UInt32", Math.max(0, Math.floor(ms / 60_000)));
  const kept = [
    sql`${isBad} AND mark.1 >= ${minute(over.fromMs)} AND mark.1 < ${minute(over.toMs)}`,
    ...excludedBy(objective, over).map(
      (out) => sql`NOT (mark.1 >= ${minute(out.fromMs)} AND mark.1 < ${minute(out.toMs)})`,
    ),
  ];
  return sql`SELECT subject_kind, subject, tags, if(missed = '', if(open, next_step, failed_step), missed) AS step,
    if(counted_ms >= toInt64(mark.1) * 60000 AND counted_ms < (toInt64(mark.1) + 1) * 60000, counted_ms, toInt64(mark.1) * 60000) AS at_ms
  FROM (
    SELECT subject_kind, subject, tags, next_step, failed_step, open, counted_ms, missed, arrayJoin(counted) AS mark
    FROM (
      SELECT subject_kind, subject, tags, next_step, failed_step, state = 'open' AS open,
        ${value("String", objective.measure.kind === "step" ? objective.measure.step : "")} AS missed,
        toUnixTimestamp64Nano(started_at) AS started_ns, toUnixTimestamp64Nano(deadline) AS deadline_ns,
        ifNull(toUnixTimestamp64Nano(ended_at), 0) AS ended_ns,
        intDiv(if(open, deadline_ns, toUnixTimestamp64Nano(ifNull(counted_at, deadline))), 1000000) AS counted_ms,
        [${marksOf(reading)}] AS counted
      FROM journeys FINAL
      WHERE ${own} AND state != 'merged' AND verdict != 'excluded' AND ${every([...suspects(own, objective), ...tagged(objective)])}
    )
  ) WHERE ${every(kept)}`;
}

function badCodes({ measure }: Objective): number[] {
  if (measure.kind === "success") return [MISSED, OPEN];
  return measure.kind === "latency" ? [2] : [STEP_CODE];
}

/** The newest row says how a journey stands; any row of it says whether it is worth a look. */
function suspects(own: Clause, { measure }: Objective): Clause[] {
  if (measure.kind === "step") return [];
  const limit = value("Int64", measure.kind === "latency" ? measure.withinMs * 1_000_000 : 0);
  const suspect =
    measure.kind === "success"
      ? sql`state = 'open' OR verdict = 'bad'`
      : sql`verdict = 'good' AND toUnixTimestamp64Nano(assumeNotNull(ended_at)) - toUnixTimestamp64Nano(started_at) > ${limit}`;
  return [
    sql`(subject_kind, subject) IN (SELECT subject_kind, subject FROM journeys WHERE ${own} AND (${suspect}))`,
  ];
}

function tagged({ where }: Objective): Clause[] {
  return [...where].map(
    ([tag, values]) => sql`has(${value("Array(String)", values)}, tags[${value("String", tag)}])`,
  );
}
