/**
 * Blocks: the pipeline's findings as Native blocks, one function per table.
 *
 *   settle, refs, rejections → [blocks] → store
 *
 * Pure. The column lists are those of ingest/schema. Hops are not here: they go from the decoder's columns.
 */
import type { Journey } from "./journey.ts";
import { encodeBlock, type NativeColumn } from "./native.ts";
import type { RefList } from "./reflist.ts";
import { type RowState, type RowVerdict, rowState, rowVerdict } from "./saying.ts";
import type { Merged } from "./settle.ts";

/** Rows of table `refs`; at least one. */
export function refsBlock(tenant: string, lists: readonly RefList[]): Uint8Array {
  const kinds = joined(lists.map((list) => list.kinds));
  const since = joined(lists.map((list) => new Array<number>(list.size).fill(list.since)));
  return encodeBlock([
    low("tenant", kinds, () => tenant),
    { name: "value", type: "String", values: joined(lists.map((list) => list.values)) },
    { name: "kind", type: "LowCardinality(String)", values: kinds },
    { name: "day", type: "Date", values: joined(lists.map((list) => list.days)) },
    { name: "locality", type: "Halves", values: joined(lists.map((list) => list.localities)) },
    { name: "since", type: "UInt32", values: since },
  ]);
}

function joined<T>(lists: readonly (readonly T[])[]): T[] {
  const none: T[] = [];
  return none.concat(...lists);
}

/** A row of table `journeys`: a journey as it stands, or a provisional one that is no more. */
export type JourneyRow = Journey | Merged;

/**
 * Rows of table `journeys`. What depends on the clock, overdue and its verdict, is not stored: readers see it.
 *
 * @param version  when the facts were read that these rows were folded from; microseconds since 1970 UTC
 */
export function journeysBlock(tenant: string, rows: readonly JourneyRow[], version: bigint): Uint8Array {
  const stored = rows.map(storedOf);
  return encodeBlock([
    low("tenant", stored, () => tenant),
    low("definition", stored, ({ definition }) => definition),
    low("subject_kind", stored, ({ subject }) => subject.kind),
    text("subject", stored, ({ subject }) => subject.id),
    { name: "version", type: "UInt64", values: stored.map(() => version) },
    low("definition_version", stored, ({ told }) => told.definitionVersion),
    low("owner", stored, ({ told }) => told.owner),
    low("state", stored, ({ state }) => state),
    { name: "started_at", type: "DateTime64(9, 'UTC')", values: stored.map(({ told }) => told.startedNs) },
    maybe("ended_at", stored, ({ told }) => told.endedNs),
    { name: "deadline", type: "DateTime64(9, 'UTC')", values: stored.map(({ told }) => told.deadlineNs) },
    { name: "late", type: "Bool", values: stored.map(({ told }) => told.late) },
    { name: "recovered", type: "Bool", values: stored.map(({ told }) => told.recovered) },
    text("reason", stored, ({ told }) => told.reason ?? ""),
    low("failed_step", stored, ({ told }) => told.failedStep ?? ""),
    low("next_step", stored, ({ told }) => told.next?.step ?? ""),
    maybe("next_due", stored, ({ told }) => told.next?.dueNs ?? null),
    low("next_owner", stored, ({ told }) => told.next?.owner ?? ""),
    low("verdict", stored, ({ verdict }) => verdict),
    maybe("counted_at", stored, ({ told, verdict }) =>
      verdict === "none" ? null : (told.verdict?.atNs ?? null),
    ),
    {
      name: "step_names",
      type: "Array(LowCardinality(String))",
      values: stored.map(({ told }) => told.steps.map((step) => step.name)),
    },
    {
      name: "step_at",
      type: "Array(Nullable(DateTime64(9, 'UTC')))",
      values: stored.map(({ told }) => told.steps.map((step) => (step.state === "done" ? step.atNs : null))),
    },
    {
      name: "tags",
      type: "Map(LowCardinality(String), String)",
      values: stored.map(({ told }) => told.tags),
    },
    text("merged_into", stored, ({ mergedInto }) => mergedInto),
    instants("folded_at", stored, () => version / 1000n),
  ]);
}

/** What a row says, beside the name of the journey. */
type Told = Omit<Journey, "definition" | "subject">;

interface Stored extends Pick<Journey, "definition" | "subject"> {
  readonly told: Told;
  readonly state: RowState | "merged";
  readonly verdict: RowVerdict;
  readonly mergedInto: string;
}

/** What a provisional journey that is no more leaves behind. */
const GONE: Told = {
  definitionVersion: "",
  owner: "",
  state: "open",
  startedNs: 0n,
  endedNs: null,
  deadlineNs: 0n,
  compensatedNs: null,
  late: false,
  recovered: false,
  reason: null,
  failedStep: null,
  steps: [],
  next: null,
  seenByCaller: null,
  tags: new Map<string, string>(),
  verdict: null,
};

function storedOf(row: JourneyRow): Stored {
  const { definition, subject } = row;
  if ("into" in row) {
    const mergedInto = row.into.map(({ kind, id }) => `${kind}=${id}`).join(" ");
    return { definition, subject, told: GONE, state: "merged", verdict: "none", mergedInto };
  }
  return { definition, subject, told: row, state: rowState(row), verdict: rowVerdict(row), mergedInto: "" };
}

function low<T>(name: string, rows: readonly T[], pick: (row: T) => string): NativeColumn {
  return { name, type: "LowCardinality(String)", values: rows.map(pick) };
}

function text<T>(name: string, rows: readonly T[], pick: (row: T) => string): NativeColumn {
  return { name, type: "String", values: rows.map(pick) };
}

function maybe<T>(name: string, rows: readonly T[], pick: (row: T) => bigint | null): NativeColumn {
  return { name, type: "Nullable(DateTime64(9, 'UTC'))", values: rows.map(pick) };
}

function instants<T>(name: string, rows: readonly T[], pick: (row: T) => bigint): NativeColumn {
  return { name, type: "DateTime64(3, 'UTC')", values: rows.map(pick) };
}
