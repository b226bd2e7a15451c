/**
 * Settle: after new hops, the journeys that changed, folded anew.
 *
 *   settler: what memory cannot tell → [settle] → journeys
 *
 * Everything that a new hop can change is gathered and folded from the raw facts, so a row is what a reader would
 * have folded at that moment, whichever process writes it. Where the first of them are no longer kept, the row that is
 * there remembers them (elder.ts). Does not write: settler.ts does.
 */

import type { Hop } from "../collector/hop.ts";
import { groupBy } from "../group.ts";
import type { Definition, Definitions, KeyKind } from "./definitions.ts";
import { byJourney, type Elder, keptSinceNs, saysMore } from "./elder.ts";
import { fold } from "./fold.ts";
import { gather, type HopSource, nothingLoaded } from "./gather.ts";
import type { Journey } from "./journey.ts";
import { type Keys, keysOf } from "./keys.ts";
import { concerns } from "./milestones.ts";
import { paced } from "./pace.ts";
import { type Ref, refText } from "./refs.ts";
import { type Membership, type Stitched, stitch } from "./stitch.ts";
import { journeyName, type Subject } from "./subject.ts";
import { vanishedIn, type Without } from "./vanished.ts";

/** A journey that is no more, if it ever was: its subject belongs to others, or what it began with does. */
export interface Merged {
  readonly definition: string;
  readonly subject: Subject;
  /** the subjects that a provisional one belongs to; none when only hops went elsewhere */
  readonly into: readonly Subject[];
}

/** What new hops changed, at most: a journey may come out as it was. */
export interface Settled {
  readonly journeys: readonly Journey[];
  readonly merged: readonly Merged[];
}

/** What settling works with. */
export interface SettleOptions {
  readonly source: HopSource;
  readonly definitions: Definitions;
  readonly tenant: string;
  readonly hopsMax: number;
}

/**
 * Folds every journey that the hops may have changed. What is too much to be loaded at once is taken in parts: a journey
 * folded from a part of its hops would be a wrong one. Only what one hop alone leads to is cut, and with it what others
 * with the same keys lead to, which is the same.
 */
export async function settle(options: SettleOptions, hops: readonly Hop[], nowNs: bigint): Promise<Settled> {
  const { definitions, source } = options;
  const { keys: kinds, limits } = definitions;
  const settled: Settled[] = [];
  const loaded = nothingLoaded();
  for (const subjectKind of new Set(definitions.journeys.map((definition) => definition.subject))) {
    const stitching = { kinds, subjectKind, hubSubjects: limits.hubSubjects };
    const gathering = { ...options, ...stitching, loaded };
    const { graph, complete, truncated } = await gather(source, { keys: [], hops }, gathering);
    const parts = truncated ? partsOf(hops, kinds) : [];
    if (parts.length > 1) return settleParts(options, parts, nowNs);
    const view = { subjectKind, stitched: stitch(graph, stitching) };
    const subjects = [...complete.values()];
    const elders = await eldersAmong(options, view, { subjects, nowNs });
    const { journeys, without } = await journeysIn(definitions, view, { subjects, nowNs, elders });
    const merged = mergedIn(definitions, view);
    settled.push({ journeys, merged: [...merged, ...closingsOf(vanishedIn(graph, without), merged)] });
  }
  return together(settled);
}

async function settleParts(
  options: SettleOptions,
  parts: readonly (readonly Hop[])[],
  nowNs: bigint,
): Promise<Settled> {
  const settled: Settled[] = [];
  for (const part of parts) settled.push(await settle(options, part, nowNs));
  return together(settled);
}

/** Two parts of the hops, none of which splits hops that have the same keys; one when all of them have. */
function partsOf(hops: readonly Hop[], kinds: readonly KeyKind[]): readonly (readonly Hop[])[] {
  const alike = groupBy(hops, (hop) => textOf(hop, keysOf(hop, kinds)));
  const groups = [...alike.values()].sort((a, b) => b.length - a.length);
  // A crowd is told apart from the others at once: each part that it is in loads it again.
  const isCrowd = (groups[0]?.length ?? 0) * 2 > hops.length;
  const half = isCrowd ? 1 : Math.ceil(groups.length / 2);
  return [groups.slice(0, half), groups.slice(half)]
    .filter((part) => part.length > 0)
    .map((part) => part.flat());
}

function textOf(hop: Hop, keys: Keys): string {
  return keys.size > 0 ? JSON.stringify([...keys]) : hop.id;
}

function together(all: readonly Settled[]): Settled {
  return {
    journeys: all.flatMap(({ journeys }) => journeys),
    merged: all.flatMap(({ merged }) => merged),
  };
}

/** What was stitched for one kind of subject. */
interface View {
  readonly subjectKind: string;
  readonly stitched: Stitched;
}

interface Folding {
  readonly subjects: readonly Ref[];
  readonly nowNs: bigint;
}

/** The rows of those whose first hops may be gone, if any hop that is left says something: one question for all. */
async function eldersAmong(
  { definitions, source, tenant }: SettleOptions,
  view: View,
  { subjects, nowNs }: Folding,
): Promise<ReadonlyMap<string, Elder>> {
  const own = ownDefinitions(definitions, view);
  const said = subjects.filter((ref) =>
    hopsOf(view, ref).some((hop) => own.some((each) => concerns(each, hop))),
  );
  if (said.length === 0) return new Map();
  const beforeNs = keptSinceNs(definitions.retention, nowNs);
  const asked = { definitions: own.map(({ name }) => name), subjects: said, beforeNs };
  return byJourney(await source.elders(tenant, asked));
}

interface FoldingWithElders extends Folding {
  readonly elders: ReadonlyMap<string, Elder>;
}

interface Folded {
  readonly journeys: readonly Journey[];
  readonly without: readonly Without[];
}

async function journeysIn(
  definitions: Definitions,
  view: View,
  { subjects, nowNs, elders }: FoldingWithElders,
): Promise<Folded> {
  const { tags } = definitions;
  const own = ownDefinitions(definitions, view);
  const journeys: Journey[] = [];
  const without: Without[] = [];
  await paced(subjects, (ref) => {
    const subject = { kind: ref.kind, id: ref.value };
    const hops = hopsOf(view, ref);
    for (const definition of own) {
      const elder = elders.get(journeyName(definition.name, subject));
      const journey = fold({ definition, subject, hops, tags, elder }, nowNs);
      if (journey === null) without.push({ definition, subject: ref });
      else if (elder === undefined || saysMore(journey, elder)) journeys.push(journey);
    }
  });
  return { journeys, without };
}

function ownDefinitions({ journeys }: Definitions, { subjectKind }: View): Definition[] {
  return journeys.filter((definition) => definition.subject === subjectKind);
}

function hopsOf({ stitched }: View, ref: Ref): Hop[] {
  return (stitched.get(refText(ref)) ?? []).map(({ hop }) => hop);
}

/** What to write of journeys that have nothing left, but for those that are known to be part of others. */
function closingsOf(vanished: readonly Without[], merged: readonly Merged[]): Merged[] {
  const known = new Set(merged.map(({ definition, subject }) => journeyName(definition, subject)));
  return vanished
    .map(({ definition, subject: { kind, value } }) => ({
      definition: definition.name,
      subject: { kind, id: value },
      into: [],
    }))
    .filter(({ definition, subject }) => !known.has(journeyName(definition, subject)));
}

/** Keys that identify, have no hop of their own left, and lead to subjects: provisional subjects that are no more. */
function mergedIn(definitions: Definitions, view: View): Merged[] {
  const gone = new Map<string, { readonly subject: Subject; readonly into: Subject[] }>();
  for (const [name, members] of view.stitched) {
    // A provisional subject is one too: weaker keys may have stood in before it did.
    const into = subjectIn(name);
    const rank = definitions.keys.findIndex(({ kind }) => kind === into.kind);
    const lower = definitions.keys.slice(rank + 1).filter((kind) => kind.role === "identifies");
    for (const ref of refsOn(members, lower)) {
      const known = gone.get(refText(ref)) ?? { subject: { kind: ref.kind, id: ref.value }, into: [] };
      known.into.push(into);
      gone.set(refText(ref), known);
    }
  }
  const own = ownDefinitions(definitions, view);
  return [...gone]
    .filter(([text]) => !view.stitched.has(text))
    .flatMap(([, merged]) => own.map((definition) => ({ ...merged, definition: definition.name })));
}

/** The keys of these kinds on the members, each once. */
function refsOn(members: readonly Membership[], kinds: readonly KeyKind[]): Iterable<Ref> {
  const refs = members.flatMap(({ keys }) =>
    kinds.flatMap(({ kind }) => (keys.get(kind) ?? []).map((value) => ({ kind, value }))),
  );
  return new Map(refs.map((ref) => [refText(ref), ref])).values();
}

function subjectIn(text: string): Subject {
  const at = text.indexOf("=");
  return { kind: text.slice(0, at), id: text.slice(at + 1) };
}
