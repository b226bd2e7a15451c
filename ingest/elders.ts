/**
 * Elders: asks the store for the rows of journeys that began before hops are kept.
 *
 *   journeys → [elders] → stored → settle, lookup
 *
 * One question however many subjects; their rows are found by key. Decides nothing: elder.ts says what a row counts for.
 */
import { z } from "zod";
import type { Elder, EldersAsked } from "./elder.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

const MaybeInt64 = Int64.nullable();

/** Which journeys of these subjects began before a moment, and what do their rows say? `kinds` and `ids` go in pairs. */
export const elderRows = statement(new URL("./sql/elder_rows.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    definitions: z.array(z.string()),
    kinds: z.array(z.string()),
    ids: z.array(z.string()),
    before_ns: z.bigint(),
  }),
  row: z.object({
    definition: z.string(),
    subject_kind: z.string(),
    subject: z.string(),
    stored_state: z.enum(["open", "succeeded", "failed", "compensated"]),
    started_ns: Int64,
    ended_ns: MaybeInt64,
    deadline_ns: Int64,
    recovered: z.boolean(),
    counted_ns: MaybeInt64,
    reason: z.string(),
    failed_step: z.string(),
    step_names: z.array(z.string()),
    step_ns: z.array(MaybeInt64),
    tags: z.array(z.tuple([z.string(), z.string()])),
  }),
});

/** Is there any journey that began before a moment? */
export const anyElder = statement(new URL("./sql/any_elder.sql", import.meta.url), {
  params: z.object({ before_ns: z.bigint() }),
  row: z.object({ found: z.int() }),
});

/** Facts that old are taken in no more, so a store that has no elders gets them by growing old; ms. */
const NONE_MS = 60_000;

/**
 * The elders among the journeys of some subjects. While a store has none at all, which the first month it has not, that is
 * asked once a minute instead.
 */
export function eldersIn(store: Store) {
  let none = { beforeNs: 0n, untilMs: 0 };
  let mayHave = false;
  const hasAny = async (beforeNs: bigint): Promise<boolean> => {
    if (mayHave) return true;
    if (none.beforeNs === beforeNs && performance.now() < none.untilMs) return false;
    mayHave = (await anyElder(store, { before_ns: beforeNs })).length > 0;
    if (!mayHave) none = { beforeNs, untilMs: performance.now() + NONE_MS };
    return mayHave;
  };
  /** @throws {Failure} when the store does not answer */
  return async (tenant: string, asked: EldersAsked): Promise<readonly Elder[]> =>
    asked.subjects.length > 0 && (await hasAny(asked.beforeNs)) ? eldersOf(store, tenant, asked) : [];
}

async function eldersOf(store: Store, tenant: string, asked: EldersAsked): Promise<Elder[]> {
  const { definitions, subjects, beforeNs } = asked;
  const rows = await elderRows(store, {
    tenant,
    definitions: [...definitions],
    kinds: subjects.map(({ kind }) => kind),
    ids: subjects.map(({ value }) => value),
    before_ns: beforeNs,
  });
  return rows.map((row) => ({
    definition: row.definition,
    subject: { kind: row.subject_kind, id: row.subject },
    state: row.stored_state,
    startedNs: row.started_ns,
    endedNs: row.ended_ns,
    deadlineNs: row.deadline_ns,
    recovered: row.recovered,
    countedNs: row.counted_ns,
    reason: row.reason === "" ? null : row.reason,
    failedStep: row.failed_step === "" ? null : row.failed_step,
    reached: new Map(row.step_names.flatMap((name, at) => reachedAt(name, row.step_ns[at]))),
    tags: new Map(row.tags),
  }));
}

function reachedAt(name: string, atNs: bigint | null = null): [string, bigint][] {
  return atNs === null ? [] : [[name, atNs]];
}
