/**
 * Marks: where the journeys of a definition count, asked of the store.
 *
 *   reading → [marks] → ledger
 *
 * One statement for all objectives of a definition, or one for each part of it. Journeys that may still change come one
 * by one under their names; all others only as sums, a minute and a way of counting each. Of each journey its newest row
 * counts: FINAL finds it among all, the version among those that changed.
 */
import { z } from "zod";
import { ask, type Clause, every, sql, value } from "../ingest/clause.ts";
import type { Definition } from "../ingest/definitions.ts";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import type { Part } from "./parts.ts";
import { MISSED, OPEN, type Reading, STEP_CODE, type StepMeasure, type Wait, weightsOf } from "./reading.ts";

/** Whose marks, and which of them under their names. */
export interface Wanted {
  readonly tenant: string;
  readonly definition: Definition;
  readonly reading: Reading;
  /** marks before this are not looked at; minute since 1970 UTC */
  readonly fromMinute: number;
  /** a journey with a mark from here on comes under its name; minute */
  readonly hotMinute: number;
  /** so does one with a row of this version or above; microseconds */
  readonly hotVersion: number;
  readonly part: Part;
  /** only these, each under its name, by a row of that version or above; null: all there are */
  readonly only: readonly Changed[] | null;
}

/** A journey that has a new row. */
export interface Changed {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
}

/** Entries in columns: the same place in each belongs together. */
export interface Marks {
  /** kind, a line feed and the id; "" for sums */
  readonly names: readonly string[];
  readonly versions: readonly number[];
  /**
   * the first moment that its row knows of; minute. A closing row knows none: 0, it may have counted at any time, or the
   * largest there is for a provisional subject, which is held as long as it counts
   */
  readonly begun: readonly number[];
  /** 0: counts nowhere */
  readonly minutes: readonly number[];
  readonly codes: readonly number[];
  /** tag values, as `weightsOf` numbers them */
  readonly picks: readonly number[];
  readonly journeys: readonly number[];
}

const Numbers = z.array(z.number());
const Row = z.object({
  names: z.array(z.string()),
  versions: z.array(z.coerce.number()),
  begun: Numbers,
  minutes: Numbers,
  codes: Numbers,
  picks: Numbers,
  journeys: Numbers,
});

const MINUTE_NS = value("Int64", 60_000_000_000);

/** So many short lists, of different journeys each: to read one of a hundred thousand would hold up everybody. */
const LISTS = value("UInt8", 64);

/** The marks of a part of a definition's journeys: named ones and sums, in one snapshot of the table. */
export function askMarks(store: Store, wanted: Wanted): Promise<Marks[]> {
  const { reading, fromMinute } = wanted;
  return ask(
    store,
    sql`SELECT groupArray(name) AS names, groupArray(row_version) AS versions, groupArray(first) AS begun,
  groupArray(mark.1) AS minutes, groupArray(mark.2) AS codes, groupArray(picked) AS picks, groupArray(n) AS journeys
FROM (
  SELECT if(hot, concat(subject_kind, '\n', subject), '') AS name, toString(if(hot, version, 0)) AS row_version,
    if(hot, begun_minute, 0) AS first, mark, toFloat64(pick) AS picked, toUInt32(count()) AS n
  FROM (
    SELECT subject_kind, subject, version, begun_minute, pick, ${hot(wanted)} AS hot,
      arrayJoin(if(empty(counted), [(toUInt32(0), toUInt32(0))], counted)) AS mark
    FROM (
      SELECT subject_kind, subject, version, state = 'open' AS open, toUnixTimestamp64Nano(started_at) AS started_ns,
        toUnixTimestamp64Nano(deadline) AS deadline_ns, ifNull(toUnixTimestamp64Nano(ended_at), 0) AS ended_ns,
        toUInt32(multiIf(state != 'merged', intDiv(${BEGUN}, ${MINUTE_NS}),
          subject_kind = ${value("String", wanted.definition.subject)}, 0, 4294967295)) AS begun_minute,
        ${pick(reading)} AS pick,
        arrayFilter(mark -> mark.1 >= ${value("UInt32", Math.max(1, fromMinute))},
          if(state = 'merged' OR verdict = 'excluded', [], [${marksOf(reading)}])) AS counted
      FROM ${wanted.only === null ? sql`journeys FINAL` : sql`journeys`}
      WHERE tenant = ${value("String", wanted.tenant)} AND definition = ${value("String", wanted.definition.name)}
        AND ${every([within(wanted.part), keys(wanted)])}
      ${wanted.only === null ? sql`` : sql`ORDER BY version DESC LIMIT 1 BY subject_kind, subject`}
    )
  )
  WHERE name != '' OR mark.1 > 0
  GROUP BY name, row_version, first, mark, picked
)
GROUP BY cityHash64(name) % ${LISTS}`,
    Row,
  );
}

/** What may still change: recent ones, and provisional subjects, which may go as they came; once gone they stay so. */
function hot({ only, definition, hotMinute, hotVersion }: Wanted): Clause {
  if (only !== null) return sql`true`;
  return sql`(subject_kind != ${value("String", definition.subject)} AND notEmpty(counted)) OR version >= ${value("UInt64", hotVersion)}
    OR arrayExists(mark -> mark.1 >= ${value("UInt32", hotMinute)}, counted)`;
}

function within({ first, beyond }: Part): Clause {
  const bounds = [
    ...(first === "" ? [] : [sql`subject >= ${value("String", first)}`]),
    ...(beyond === "" ? [] : [sql`subject < ${value("String", beyond)}`]),
  ];
  return every(bounds);
}

function keys({ only }: Wanted): Clause {
  if (only === null) return sql`true`;
  const kinds = value(
    "Array(String)",
    only.map(({ kind }) => kind),
  );
  const ids = value(
    "Array(String)",
    only.map(({ id }) => id),
  );
  // The newest row is among these, so the older ones of millions of journeys need not be read to find it.
  const oldest = only.reduce((least, { version }) => Math.min(least, version), Number.MAX_SAFE_INTEGER);
  return sql`version >= ${value("UInt64", oldest)} AND (subject_kind, subject) IN arrayZip(${kinds}, ${ids})`;
}

/** The first moment a row knows of: its start, or a step before that. */
const BEGUN = sql`arrayMin(arrayConcat([toUnixTimestamp64Nano(started_at)],
  arrayMap(at -> ifNull(toUnixTimestamp64Nano(at), toUnixTimestamp64Nano(started_at)), step_at)))`;

/** Each tag by a constant name: looked up in a list of names it costs eight times as much. */
function pick(reading: Reading): Clause {
  const weights = weightsOf(reading);
  return reading.tags.reduce(
    (sum, { name, values }, at) => sql`${sum} + transform(tags[${value("String", name)}],
      ${value("Array(String)", values)}, ${value(
        "Array(UInt64)",
        values.map((_, i) => (i + 1) * (weights[at] ?? 1)),
      )}, toUInt64(0))`,
    sql`toUInt64(0)`,
  );
}

/** The marks of one row as a list: needs its columns, and `open`, `started_ns`, `ended_ns` and `deadline_ns`. */
export function marksOf({ thresholdsMs, steps }: Reading): Clause {
  const limits = value(
    "Array(Int64)",
    thresholdsMs.map((ms) => ms * 1_000_000),
  );
  const kept = sql`1 + arrayCount(limit_ns -> ended_ns - started_ns > limit_ns, ${limits})`;
  const end = sql`(toUInt32(intDiv(if(open, deadline_ns, toUnixTimestamp64Nano(ifNull(counted_at, deadline))), ${MINUTE_NS})),
    toUInt32(multiIf(open, ${value("UInt32", OPEN)}, verdict = 'good', ${kept}, ${value("UInt32", MISSED)})))`;
  return steps.reduce((all, step, at) => sql`${all}, ${stepMark(step, at + 1)}`, end);
}

/** A moment that never comes, and leaves room to add to it; ns. */
const NEVER = value("Int64", 2n ** 62n);

/**
 * A step is due so long after the last that it waits for, never after the journey. Reached in time it is kept, at that
 * moment; failed it is missed, at that moment; else missed when due. It does not count while it waits for others, nor
 * when the journey ended before.
 */
function stepMark({ step, withinMs, after }: StepMeasure, number: number): Clause {
  const ready = readyAt(after);
  const due = sql`least(${ready} + ${value("Int64", withinMs * 1_000_000)}, deadline_ns)`;
  const at = momentOf(step);
  const kept = sql`(${at} > 0 AND ${at} <= ${due})`;
  const isFailed = sql`${at} = 0 AND ended_ns > 0 AND failed_step = ${value("String", step)}`;
  const counted = sql`multiIf(${ready} >= ${NEVER}, 0, ${kept}, ${at}, ${isFailed}, least(ended_ns, ${due}),
    ${at} = 0 AND ended_ns > 0 AND ended_ns <= ${due}, 0, ${due})`;
  return sql`(toUInt32(intDiv(${counted}, ${MINUTE_NS})), toUInt32(${value("UInt32", STEP_CODE * number)} + ${kept}))`;
}

/** When the last of the steps was reached, at the start at the soonest; an optional one that was not passes on its own. */
function readyAt(waits: readonly Wait[]): Clause {
  const moments = waits.map(({ step, instead }) => {
    const at = momentOf(step);
    return sql`if(${at} > 0, ${at}, ${instead === null ? NEVER : readyAt(instead)})`;
  });
  return sql`arrayMax([${moments.reduce((list, moment) => sql`${list}, ${moment}`, sql`started_ns`)}])`;
}

/** When a step was reached; 0: it was not. */
function momentOf(step: string): Clause {
  return sql`ifNull(toUnixTimestamp64Nano(step_at[indexOf(step_names, ${value("String", step)})]), 0)`;
}

/** Whose journeys have a row of that version or above? As slo/sql/changed.sql says; lists, for there may be many. */
export const changedJourneys = statement(new URL("./sql/changed.sql", import.meta.url), {
  params: z.object({ tenant: z.string(), since_us: z.bigint(), most: z.int() }),
  row: z.object({
    definitions: z.array(z.string()),
    kinds: z.array(z.string()),
    ids: z.array(z.string()),
    versions: Numbers,
  }),
});

/** How many journeys would come under their names? As slo/sql/recent.sql says. */
export const recentJourneys = statement(new URL("./sql/recent.sql", import.meta.url), {
  params: z.object({ tenant: z.string(), version: z.bigint(), from_minute: z.int(), to_minute: z.int() }),
  row: z.object({ fresh: z.number(), minutes: Numbers, counts: Numbers }),
});
