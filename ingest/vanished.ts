/**
 * Vanished: journeys that may have begun and have nothing left.
 *
 *   gather, stitch, fold → [vanished] → settle: closing rows
 *
 * Pure. A key that comes later and is nearer takes hops along, maybe all that a journey began with. Then some hop that
 * would begin it is still in sight, joined to the subject by something, and belongs to others: without one there never
 * was such a journey. Whether there was, only the stored rows know (provisional.ts).
 */
import type { Definition } from "./definitions.ts";
import type { Graph } from "./graph.ts";
import { matches } from "./match.ts";
import { type Ref, refText } from "./refs.ts";

/** A definition and a subject that has no journey of it. */
export interface Without {
  readonly definition: Definition;
  readonly subject: Ref;
}

/** Those that may have had one when less was known. */
export function vanishedIn(graph: Graph, without: readonly Without[]): Without[] {
  if (without.length === 0) return [];
  const groups = groupsIn(graph);
  const begun = new Map<Definition, ReadonlySet<number>>();
  return without.filter(({ definition, subject }) => {
    const starts = begun.get(definition) ?? groupsWithAStart(graph, groups, definition);
    begun.set(definition, starts);
    const carriers = graph.byKey.get(refText(subject)) ?? [];
    return carriers.some((at) => starts.has(groups[at] ?? at));
  });
}

/** Per node the number of its group: whatever an edge, a trace or a key joins, over any number of others. */
function groupsIn({ nodes, byTrace, byKey }: Graph): Int32Array {
  const groups = Int32Array.from(nodes, (_, at) => at);
  const top = (at: number): number => {
    let found = at;
    while (groups[found] !== found) found = groups[found] ?? found;
    for (let below = at; below !== found; ) {
      const next = groups[below] ?? found;
      groups[below] = found;
      below = next;
    }
    return found;
  };
  const join = (all: readonly number[]) => {
    const [first = 0] = all;
    for (const at of all) groups[top(at)] = top(first);
  };
  nodes.forEach(({ causes }, at) => {
    join([at, ...causes.flat()]);
  });
  for (const all of [...byTrace.values(), ...byKey.values()]) join(all);
  return groups.map((_, at) => top(at));
}

/** The groups with a hop that matches a step: that begins a journey, whether it reaches the step or fails it. */
function groupsWithAStart({ nodes }: Graph, groups: Int32Array, { steps }: Definition): ReadonlySet<number> {
  const starts = new Set<number>();
  nodes.forEach(({ hop }, at) => {
    if (steps.some(({ match }) => matches(match, hop))) starts.add(groups[at] ?? at);
  });
  return starts;
}
