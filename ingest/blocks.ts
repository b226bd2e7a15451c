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
  const kinds = lists.flatMap((list) => list.kinds);
  return encodeBlock([
    low("tenant", kinds, () => tenant),
    { name: "value", type: "String", values: lists.flatMap((list) => list.values) },
    { name: "kind", type: "LowCardinality(String)", values: kinds },
    { name: "day", type: "Date", values: lists.flatMap((list) => list.days) },
    { name: "locality", type: "Halves", values: lists.flatMap((list) => list.localities) },
    { name: "since", type: "UInt32", values: lists.flatMap((list) => list.kinds.map(() => list.since)) },
  ]);
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
    low("definition", stored, (row) => row.definition),
    low("subject_kind", stored, (row) => row.subject.kind),
    text("subject", stored, (row) => row.subject.id),
    { name: "version", type: "UInt64", values: stored.map(() => version) },
    low("definition_version", stored, (row) => row.definitionVersion),
    low("owner", stored, (row) => row.owner),
    low("state", stored, (row) => row.storedState),
    { name: "started_at", type: "DateTime64(9, 'UTC')", values: stored.map((row) => row.startedNs) },
    maybe("ended_at", stored, (row) => row.endedNs),
    { name: "deadline", type: "DateTime64(9, 'UTC')", values: stored.map((row) => row.deadlineNs) },
    { name: "late", type: "Bool", values: stored.map((row) => row.late) },
    { name: "recovered", type: "Bool", values: stored.map((row) => row.recovered) },
    text("reason", stored, (row) => row.reason ?? ""),
    low("failed_step", stored, (row) => row.failedStep ?? ""),
    low("next_step", stored, (row) => row.next?.step ?? ""),
    maybe("next_due", stored, (row) => row.next?.dueNs ?? null),
    low("next_owner", stored, (row) => row.next?.owner ?? ""),
    low("verdict", stored, (row) => row.storedVerdict),
    maybe("counted_at", stored, (row) => (row.storedVerdict === "none" ? null : (row.verdict?.atNs ?? null))),
    {
      name: "step_names",
      type: "Array(LowCardinality(String))",
      values: stored.map((row) => row.steps.map((step) => step.name)),
    },
    {
      name: "step_at",
      type: "Array(Nullable(DateTime64(9, 'UTC')))",
      values: stored.map((row) => row.steps.map((step) => (step.state === "done" ? step.atNs : null))),
    },
    { name: "tags", type: "Map(LowCardinality(String), String)", values: stored.map((row) => row.tags) },
    text("merged_into", stored, (row) => row.mergedInto),
    instants("folded_at", stored, () => version / 1000n),
  ]);
}

interface Stored extends Journey {
  readonly storedState: RowState | "merged";
  readonly storedVerdict: RowVerdict;
  readonly mergedInto: string;
}

/** What a provisional journey that is no more leaves behind. */
const GONE = {
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
} as const;

function storedOf(row: JourneyRow): Stored {
  if ("into" in row) {
    const mergedInto = row.into.map(({ kind, id }) => `${kind}=${id}`).join(" ");
    return { ...GONE, ...row, storedState: "merged", storedVerdict: "none", mergedInto };
  }
  return { ...row, storedState: rowState(row), storedVerdict: rowVerdict(row), mergedInto: "" };
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
