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
import { forestOf, type Shape, Workspace } from "./forest.ts";
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

/** Works out outcomes for one configuration. */
export interface Outcomes {
  /**
   * What became of the facts, if each has the same subject in every view; else null.
   *
   * @param mayMerge  whether any of their weaker keys may have had a journey of its own
   */
  readonly of: (whole: Whole, nowNs: bigint, mayMerge: boolean) => Settled | null;
}

const NOTHING: Settled = { journeys: [], merged: [] };

/** Outcomes for these definitions. */
export function outcomesFor(definitions: Definitions): Outcomes {
  const views = [...bySubject(definitions.journeys)];
  const workspace = new Workspace();
  return {
    of: (whole, nowNs, mayMerge) => {
      // Without a milestone there is no journey, whoever the subject.
      if (whole.hops.length === 0) return NOTHING;
      const forest = forestOf(whole.shape, workspace);
      if (forest === null) return null;
      const journeys: Journey[] = [];
      const merged: Merged[] = [];
      for (const [subjectKind, own] of views) {
        const company = { forest, keysets: whole.keysets };
        const found = soleSubject(company, { kinds: definitions.keys, subjectKind });
        if (found === null) return null;
        const folding = {
          subject: { kind: found.kind, id: found.value },
          hops: whole.hops,
          tags: definitions.tags,
        };
        for (const definition of own) journeys.push(...present(fold({ definition, ...folding }, nowNs)));
        if (mayMerge) merged.push(...mergedInto(found, whole.keysets, { definitions, own }));
      }
      return { journeys, merged };
    },
  };
}

function present<T>(value: T | null): T[] {
  return value === null ? [] : [value];
}

interface View {
  readonly definitions: Definitions;
  readonly own: readonly Definition[];
}

function mergedInto(found: Ref, keysets: readonly Keys[], { definitions, own }: View): Merged[] {
  const into = [{ kind: found.kind, id: found.value }];
  return [...weakerKeys(keysets, found, definitions)].flatMap(({ kind, value }) =>
    own.map((definition) => ({ subject: { kind, id: value }, into, definition: definition.name })),
  );
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
