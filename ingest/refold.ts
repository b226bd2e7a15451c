/**
 * Refold: brings stored journeys to the definitions of today, piece by piece, while hops go on coming in.
 *
 *   reindex → survey → compare with the stored rows → [refold] → journeys
 *
 * Journeys keep the version that they were folded with until this is done. Only rows that say something else are written,
 * so doing it again writes nothing; stopped half-way, it goes on where it was. A row that was written meanwhile by newer
 * facts is not overwritten: versions are taken before the facts are read (versions.ts).
 */
import { z } from "zod";
import { type JourneyRow, journeysBlock } from "./blocks.ts";
import type { Definitions } from "./definitions.ts";
import { keptSinceNs } from "./elder.ts";
import type { HopSource } from "./gather.ts";
import type { Journey } from "./journey.ts";
import { type Ref, refText } from "./refs.ts";
import { FIRST_PLACE, type ReindexOptions, reindexSome } from "./reindex.ts";
import { type RowState, rowState, type Saying, sayingOf, sayingText } from "./saying.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";
import { journeyName, type Subject } from "./subject.ts";
import { countKeys, type FoldedKeys, foldKeys, type KeyPlace, keysSince, subjectKinds } from "./survey.ts";
import { versionsOf } from "./versions.ts";

/** What refolding works with. */
export interface RefoldOptions {
  readonly store: Store;
  readonly source: HopSource;
  readonly definitions: Definitions;
  readonly tenant: string;
  /** epoch milliseconds */
  readonly now: () => number;
  readonly learn: ReindexOptions["learn"];
}

/** What to refold. */
export interface Refolding {
  /** hops that happened on the day of this moment or later have a say in what is refolded; epoch milliseconds */
  readonly sinceMs: number;
  /** only this one; all when null */
  readonly definition: string | null;
  /** writes nothing */
  readonly dryRun: boolean;
  readonly after: KeyPlace;
}

/** How a journey may stand in the table; `none` is not there. */
export type StoredState = "none" | RowState;

/** How many journeys of a definition stood one way and stand another now. */
export interface Move {
  readonly definition: string;
  readonly from: StoredState;
  readonly to: StoredState;
  readonly journeys: number;
}

/** How far it is; the last one is done. */
export interface RefoldProgress {
  readonly phase: "index" | "fold";
  /** keys looked at; places while indexing */
  readonly done: number;
  /** about how many there are; null while that is not known */
  readonly total: number | null;
  /** refs that were missing */
  readonly indexed: number;
  /** rows that were written, or would be */
  readonly changed: number;
  readonly moves: readonly Move[];
  /** behind this key is what is left to do */
  readonly after: KeyPlace;
}

const DAY_MS = 86_400_000;
const KEYS = 400;
const HOPS_MAX = 100_000;

const MaybeInt64 = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : BigInt(text)));

/** What is stored of some subjects' journeys. */
export const journeyRows = statement(new URL("./sql/journey_rows.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    definitions: z.array(z.string()),
    kinds: z.array(z.string()),
    ids: z.array(z.string()),
  }),
  row: z.object({
    definition: z.string(),
    subject_kind: z.string(),
    subject: z.string(),
    definition_version: z.string(),
    stored_state: z.enum(["open", "succeeded", "failed", "compensated"]),
    stored_verdict: z.enum(["none", "good", "bad", "excluded"]),
    owner: z.string(),
    started_ns: Int64,
    ended_ns: MaybeInt64,
    deadline_ns: Int64,
    late: z.boolean(),
    recovered: z.boolean(),
    failed_step: z.string(),
    next_step: z.string(),
    next_due_ns: MaybeInt64,
    next_owner: z.string(),
    counted_ns: MaybeInt64,
    reason: z.string(),
    step_names: z.array(z.string()),
    step_ns: z.array(MaybeInt64),
    tags: z.array(z.tuple([z.string(), z.string()])),
  }),
});

type Stored = Awaited<ReturnType<typeof journeyRows>>[number];

/**
 * Refolds, telling how far it is after each piece.
 *
 * @throws {Failure} `store_unavailable`; what was written by then stays, and `after` says where to go on
 */
export async function* refold(options: RefoldOptions, refolding: Refolding): AsyncGenerator<RefoldProgress> {
  let progress: RefoldProgress = {
    phase: "index",
    done: 0,
    total: null,
    indexed: 0,
    changed: 0,
    moves: [],
    after: refolding.after,
  };
  // Going on behind a key means that the index was done before.
  if (!refolding.dryRun && refolding.after.value === "") {
    for await (const step of reindexAll(options, refolding)) {
      progress = { ...progress, done: step.done, indexed: step.indexed };
      yield progress;
    }
  }
  yield* foldAll(options, refolding, progress);
}

async function* reindexAll(options: RefoldOptions, { sinceMs }: Refolding) {
  const reindexing = { ...options, kinds: options.definitions.keys, sinceDay: dayOf(sinceMs) };
  let done = 0;
  let indexed = 0;
  for (let after = FIRST_PLACE; ; ) {
    const { next, added } = await reindexSome(reindexing, after);
    done += 1;
    indexed += added;
    yield { done, indexed };
    if (next === null) return;
    after = next;
  }
}

async function* foldAll(
  options: RefoldOptions,
  refolding: Refolding,
  begun: RefoldProgress,
): AsyncGenerator<RefoldProgress> {
  const { store, tenant, definitions } = options;
  const survey = { store, tenant, kinds: subjectKinds(definitions), sinceDay: dayOf(refolding.sinceMs) };
  const versions = versionsOf(store);
  let after = refolding.after;
  let done = 0;
  let { changed, moves } = begun;
  const total = await countKeys(survey, after);
  for (;;) {
    const keys = await keysSince(survey, after, KEYS);
    const last = keys.at(-1);
    if (last === undefined) break;
    const version = await versions.next();
    const news = await changesOf(options, refolding, keys);
    const rows = news.map(({ row }) => row);
    if (rows.length > 0 && !refolding.dryRun)
      await store.insertNative("journeys", [journeysBlock(tenant, rows, version)]);
    after = last;
    done += keys.length;
    changed += news.length;
    moves = movesWith(moves, news);
    yield { ...begun, phase: "fold", done, total: Math.max(total, done), changed, moves, after };
    if (keys.length < KEYS) break;
  }
  yield { ...begun, phase: "fold", done, total: done, changed, moves, after };
}

function dayOf(ms: number): number {
  return Math.max(0, Math.floor(ms / DAY_MS));
}

interface Change {
  readonly row: JourneyRow;
  readonly definition: string;
  readonly from: StoredState;
  readonly to: StoredState;
}

async function changesOf(
  options: RefoldOptions,
  { definition }: Refolding,
  keys: readonly Ref[],
): Promise<Change[]> {
  const { definitions, store, tenant } = options;
  const names = definitions.journeys.map(({ name }) => name).filter((name) => (definition ?? name) === name);
  const nowNs = BigInt(options.now()) * 1_000_000n;
  const folded = await foldKeys({ ...options, hopsMax: HOPS_MAX, nowNs }, keys);
  const stored = await journeyRows(store, {
    tenant,
    definitions: names,
    kinds: keys.map(({ kind }) => kind),
    ids: keys.map(({ value }) => value),
  });
  const sinceNs = keptSinceNs(definitions.retention, nowNs);
  return compared(folded, stored, { names: new Set(names), sinceNs });
}

interface Comparing {
  readonly names: ReadonlySet<string>;
  /** hops before this moment may be gone; nanoseconds since 1970 UTC */
  readonly sinceNs: bigint;
}

/**
 * The rows that say something else than what is stored. A journey that began before hops are kept stays as it is: its row
 * outlives its hops, and what is left of them would tell half of it.
 */
function compared(folded: FoldedKeys, stored: readonly Stored[], { names, sinceNs }: Comparing): Change[] {
  const before = new Map(stored.map((row) => [nameOfRow(row), row]));
  const changes: Change[] = [];
  for (const journey of folded.journeys.filter(({ definition }) => names.has(definition))) {
    const was = before.get(nameOf(journey));
    before.delete(nameOf(journey));
    if (was !== undefined && (was.started_ns < sinceNs || saysTheSame(was, journey))) continue;
    const from = was?.stored_state ?? "none";
    changes.push({ row: journey, definition: journey.definition, from, to: rowState(journey) });
  }
  for (const row of before.values()) {
    if (row.started_ns < sinceNs) continue;
    const subject = { kind: row.subject_kind, id: row.subject };
    const into = folded.belongs.get(refText({ kind: subject.kind, value: subject.id })) ?? [];
    const closing = { definition: row.definition, subject, into };
    changes.push({ row: closing, definition: row.definition, from: row.stored_state, to: "none" });
  }
  return changes;
}

/** What a stored row says. */
function saidBy(row: Stored): Saying {
  return {
    definitionVersion: row.definition_version,
    owner: row.owner,
    state: row.stored_state,
    startedNs: row.started_ns,
    endedNs: row.ended_ns,
    deadlineNs: row.deadline_ns,
    late: row.late,
    recovered: row.recovered,
    reason: row.reason,
    failedStep: row.failed_step,
    nextStep: row.next_step,
    nextDueNs: row.next_due_ns,
    nextOwner: row.next_owner,
    verdict: row.stored_verdict,
    countedNs: row.counted_ns,
    stepNames: row.step_names,
    stepNs: row.step_ns,
    tags: row.tags,
  };
}

function saysTheSame(row: Stored, journey: Journey): boolean {
  return sayingText(saidBy(row)) === sayingText(sayingOf(journey));
}

function nameOf({ definition, subject }: { readonly definition: string; readonly subject: Subject }): string {
  return journeyName(definition, subject);
}

function nameOfRow({ definition, subject_kind, subject }: Stored): string {
  return journeyName(definition, { kind: subject_kind, id: subject });
}

function movesWith(moves: readonly Move[], changes: readonly Change[]): Move[] {
  const all = [
    ...moves,
    ...changes.map(({ definition, from, to }) => ({ definition, from, to, journeys: 1 })),
  ];
  const sums = new Map<string, Move>();
  for (const move of all) {
    const name = [move.definition, move.from, move.to].join("\n");
    sums.set(name, { ...move, journeys: (sums.get(name)?.journeys ?? 0) + move.journeys });
  }
  return [...sums.values()];
}
