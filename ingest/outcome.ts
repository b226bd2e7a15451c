/**
 * Outcome: the journeys of facts that one subject has to itself.
 *
 *   live → sole → [outcome] → journeys
 *
 * Pure. The same journeys as gathering, stitching and folding the same facts gives, or null when that has to be done.
 */
import type { Hop } from "../collector/hop.ts";
import type { Definition, Definitions } from "./definitions.ts";
import { fold } from "./fold.ts";
import { forestOf, type Shape } from "./forest.ts";
import type { Journey } from "./journey.ts";
import type { Keys } from "./keys.ts";
import { type Ref, refText } from "./refs.ts";
import type { Merged, Settled } from "./settle.ts";
import { soleSubject } from "./sole.ts";

/** Facts that nothing else has to do with. */
export interface Whole {
  readonly shape: Shape;
  readonly keysets: readonly Keys[];
  /** those that a definition may match or that hold a tag, each fact once, in any order */
  readonly hops: readonly Hop[];
}

/** What outcomes are worked out with. */
export interface OutcomeOptions {
  readonly definitions: Definitions;
  readonly nowNs: bigint;
}

/** What became of the facts, if each has the same subject in every view; else null. */
export function outcomeOf(whole: Whole, { definitions, nowNs }: OutcomeOptions): Settled | null {
  const forest = forestOf(whole.shape);
  if (forest === null) return null;
  const journeys: Journey[] = [];
  const merged: Merged[] = [];
  for (const [subjectKind, own] of bySubject(definitions.journeys)) {
    // Without a milestone there is no journey, whoever the subject.
    if (whole.hops.length === 0) continue;
    const found = soleSubject({ forest, keysets: whole.keysets }, { kinds: definitions.keys, subjectKind });
    if (found === null) return null;
    const subject = { kind: found.kind, id: found.value };
    const folding = { subject, hops: whole.hops, tags: definitions.tags };
    journeys.push(...own.flatMap((definition) => fold({ definition, ...folding }, nowNs) ?? []));
    for (const { kind, value } of weakerKeys(whole.keysets, found, definitions)) {
      const gone = { subject: { kind, id: value }, into: [subject] };
      merged.push(...own.map((definition) => ({ ...gone, definition: definition.name })));
    }
  }
  return { journeys, merged };
}

function bySubject(journeys: readonly Definition[]): ReadonlyMap<string, readonly Definition[]> {
  const groups = new Map<string, Definition[]>();
  for (const journey of journeys)
    groups.set(journey.subject, [...(groups.get(journey.subject) ?? []), journey]);
  return groups;
}

/** The keys that could have been provisional subjects before this one was known. */
function weakerKeys(keysets: readonly Keys[], subject: Ref, { keys: kinds }: Definitions): Iterable<Ref> {
  const rank = kinds.findIndex(({ kind }) => kind === subject.kind);
  const refs = new Map<string, Ref>();
  for (const { kind, role } of kinds.slice(rank + 1)) {
    if (role !== "identifies") continue;
    for (const keys of keysets)
      for (const value of keys.get(kind) ?? []) refs.set(refText({ kind, value }), { kind, value });
  }
  return refs.values();
}
