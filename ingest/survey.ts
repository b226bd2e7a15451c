/**
 * Survey: every subject of some days, a batch at a time, with its journeys folded under given definitions.
 *
 *   refs of the days → keys → gather → stitch → fold → [survey] → refold, rehearsal
 *
 * Reads only. Bounded: a batch is small, batches follow each other, and the place where one ended is enough to go on from
 * there in another process, tomorrow.
 */

import { z } from "zod";
import type { Hop } from "../collector/hop.ts";
import type { Definitions } from "./definitions.ts";
import { fold } from "./fold.ts";
import { type GatherOptions, gather, type HopSource } from "./gather.ts";
import type { Graph } from "./graph.ts";
import type { Journey } from "./journey.ts";
import type { Wanted } from "./reach.ts";
import { type Ref, refText } from "./refs.ts";
import { Int64, statement } from "./statements.ts";
import { type Stitched, stitch } from "./stitch.ts";
import type { Store } from "./store.ts";
import type { Subject } from "./subject.ts";

/** Which subjects are looked at. */
export interface Survey {
  readonly store: Store;
  readonly tenant: string;
  /** kinds of keys */
  readonly kinds: readonly string[];
  /** days since 1970-01-01 UTC */
  readonly sinceDay: number;
}

/** Behind which key to go on; the first one is before all. */
export interface KeyPlace {
  readonly value: string;
  readonly kind: string;
}

/** Before every key. */
export const BEFORE_ALL: KeyPlace = { value: "", kind: "" };

const fileOf = (name: string) => new URL(`./sql/${name}.sql`, import.meta.url);
const WINDOW = {
  tenant: z.string(),
  since_day: z.int(),
  kinds: z.array(z.string()),
  after_value: z.string(),
  after_kind: z.string(),
};

/** The statement behind `keysSince`. */
export const keysSeen = statement(fileOf("keys_seen"), {
  params: z.object({ ...WINDOW, limit: z.int() }),
  row: z.object({ value: z.string(), kind: z.string() }),
});

/** The statement behind `countKeys`. */
export const keysSeenCount = statement(fileOf("keys_seen_count"), {
  params: z.object(WINDOW),
  row: z.object({ keys_count: Int64 }),
});

function windowOf({ tenant, kinds, sinceDay }: Survey, { value, kind }: KeyPlace) {
  return { tenant, kinds: [...kinds], since_day: sinceDay, after_value: value, after_kind: kind };
}

/** The next keys, in order of value. */
export async function keysSince(survey: Survey, after: KeyPlace, limit: number): Promise<Ref[]> {
  return keysSeen(survey.store, { ...windowOf(survey, after), limit });
}

/** About how many keys are left behind a place. */
export async function countKeys(survey: Survey, after: KeyPlace): Promise<number> {
  return Number((await keysSeenCount(survey.store, windowOf(survey, after)))[0]?.keys_count ?? 0n);
}

/** Kinds whose keys may be subjects: those journeys are about, and those that stand in for them. */
export function subjectKinds({ keys, journeys }: Definitions): string[] {
  const about = new Set(journeys.map(({ subject }) => subject));
  return keys.filter(({ kind, role }) => role === "identifies" || about.has(kind)).map(({ kind }) => kind);
}

/** What folding works with. */
export interface FoldOptions {
  readonly source: HopSource;
  readonly definitions: Definitions;
  readonly tenant: string;
  readonly hopsMax: number;
  /** nanoseconds since 1970 UTC */
  readonly nowNs: bigint;
}

/** The journeys of a batch of keys. */
export interface FoldedKeys {
  readonly journeys: readonly Journey[];
  /** keys that are no subject of their own → the subjects they belong to, per kind of subject looked for */
  readonly belongs: ReadonlyMap<string, readonly Subject[]>;
  /** every hop that had a say, each once per kind of subject */
  readonly hops: readonly Hop[];
}

/**
 * Folds every journey whose subject is one of the keys, from the raw hops. What is too much to be loaded at once is
 * halved: a journey folded from a part of its hops would be a wrong one.
 *
 * @param besides  hops that the store cannot find by these keys, such as those of a kind that is not declared yet
 */
export async function foldKeys(
  options: FoldOptions,
  keys: readonly Ref[],
  besides: readonly Hop[] = [],
): Promise<FoldedKeys> {
  const kinds = new Set(options.definitions.keys.map(({ kind }) => kind));
  const wanted = keys.filter(({ kind }) => kinds.has(kind));
  const parts: FoldedKeys[] = [];
  for (const subjectKind of new Set(options.definitions.journeys.map(({ subject }) => subject)))
    parts.push(await foldKind(options, subjectKind, { keys: wanted, hops: besides }));
  return together(parts);
}

async function foldKind(options: FoldOptions, subjectKind: string, wanted: Wanted): Promise<FoldedKeys> {
  const stitching = stitchingOf(options, subjectKind);
  const { graph, truncated } = await gather(options.source, wanted, stitching);
  const { keys } = wanted;
  if (truncated && keys.length > 1) {
    const half = Math.ceil(keys.length / 2);
    const first = await foldKind(options, subjectKind, { ...wanted, keys: keys.slice(0, half) });
    return together([first, await foldKind(options, subjectKind, { ...wanted, keys: keys.slice(half) })]);
  }
  const stitched = stitch(graph, stitching);
  const journeys = keys.flatMap((key) => {
    const hops = (stitched.get(refText(key)) ?? []).map(({ hop }) => hop);
    return foldAll(options, { subjectKind, subject: { kind: key.kind, id: key.value }, hops });
  });
  const gone = keys.filter((key) => !stitched.has(refText(key)));
  const belongs = new Map(gone.map((key) => [refText(key), holdersOf(key, graph, stitched)]));
  return { journeys, belongs, hops: graph.nodes.map(({ hop }) => hop) };
}

function together(parts: readonly FoldedKeys[]): FoldedKeys {
  const belongs = new Map<string, Subject[]>();
  for (const part of parts)
    for (const [key, subjects] of part.belongs) belongs.set(key, [...(belongs.get(key) ?? []), ...subjects]);
  return {
    journeys: parts.flatMap(({ journeys }) => journeys),
    belongs,
    hops: parts.flatMap(({ hops }) => hops),
  };
}

/** The subjects that the carriers of a key belong to. */
function holdersOf(key: Ref, graph: Graph, stitched: Stitched): Subject[] {
  const carriers = new Set((graph.byKey.get(refText(key)) ?? []).map((at) => graph.nodes[at]?.hop.id));
  return [...stitched].flatMap(([name, members]) =>
    members.some(({ hop }) => carriers.has(hop.id)) ? [subjectIn(name)] : [],
  );
}

function stitchingOf({ definitions, tenant, hopsMax }: FoldOptions, subjectKind: string): GatherOptions {
  return {
    kinds: definitions.keys,
    subjectKind,
    hubSubjects: definitions.limits.hubSubjects,
    tenant,
    hopsMax,
  };
}

interface OneSubject {
  readonly subjectKind: string;
  readonly subject: Subject;
  readonly hops: readonly Hop[];
}

function foldAll({ definitions, nowNs }: FoldOptions, { subjectKind, subject, hops }: OneSubject): Journey[] {
  if (hops.length === 0) return [];
  return definitions.journeys
    .filter((definition) => definition.subject === subjectKind)
    .flatMap((definition) => fold({ definition, subject, hops, tags: definitions.tags }, nowNs) ?? []);
}

function subjectIn(text: string): Subject {
  const at = text.indexOf("=");
  return { kind: text.slice(0, at), id: text.slice(at + 1) };
}
