/**
 * Stitch: hops in, the subjects each belongs to out, and why.
 *
 *   keys → graph → [stitch] → fold
 *
 * Pure, and a function of the set of hops only: order, duplicates and batching change nothing
 * (laws: test/ingest/stitch.prop.test.ts). Rules by authority, never by arrival: docs/adr/0002-stitch-by-authority.md.
 * Rules 1 to 3 are in subjects.ts, 4 and 5 in walk.ts; this file has 6 and 7 and puts the answers together.
 */
import type { Hop } from "../collector/hop.ts";
import type { KeyKind } from "./definitions.ts";
import { type Graph, KIN } from "./graph.ts";
import { type Keys, keyText } from "./keys.ts";
import type { Inherited } from "./nearest_along.ts";
import type { Evidence, Rule } from "./subject.ts";
import { type Found, NOTHING, type Subjects, subjectsIn } from "./subjects.ts";
import { type Walks, walksIn } from "./walk.ts";

/** A hop as one subject has it. */
export interface Membership {
  readonly hop: Hop;
  readonly keys: Keys;
  readonly evidence: Evidence;
  /** belongs to other subjects too */
  readonly shared: boolean;
  /** belongs to so many that nothing is inherited through it */
  readonly hub: boolean;
  /** its parent was named but never arrived */
  readonly parentMissing: boolean;
}

/** What stitching is told besides the hops. */
export interface StitchOptions {
  readonly kinds: readonly KeyKind[];
  /** the kind of subject wanted; hops without one fall to the `identifies` kinds after it */
  readonly subjectKind: string;
  readonly hubSubjects: number;
}

/** Members by subject, `kind=id`; members in order of hop id. A hop in no subject is in no list. */
export type Stitched = ReadonlyMap<string, readonly Membership[]>;

/** The stitch rule, 1 to 7. */
export function stitch(graph: Graph, options: StitchOptions): Stitched {
  const members = new Map<string, Membership[]>();
  let rest = graph.nodes.map((_, at) => at);
  const before: Subjects[] = [];
  for (const kind of subjectKinds(options)) {
    if (rest.length === 0) break;
    const assigned = assign(graph, { ...options, subjectKind: kind });
    // A key that leads to a subject is none itself, also where only a hop's company names it.
    const isGone = (id: string) => before.some((subjects) => subjects.hasKey(kind, id));
    const left: number[] = [];
    for (const at of rest) {
      const node = graph.nodes[at];
      if (node === undefined) continue;
      const found = [...(assigned.found[at] ?? NOTHING)].filter(([id]) => !isGone(id));
      if (found.length === 0) left.push(at);
      const hub = assigned.isHub(at) || found.length > options.hubSubjects;
      for (const [id, evidence] of found) {
        const list = members.get(keyText(kind, id)) ?? [];
        list.push({ ...node, evidence, shared: found.length > 1, hub, parentMissing: node.orphan });
        members.set(keyText(kind, id), list);
      }
    }
    rest = left;
    before.push(assigned.subjects);
  }
  return members;
}

/** Rule 7: the wanted kind, then every less authoritative kind that identifies. */
function subjectKinds({ kinds, subjectKind }: StitchOptions): string[] {
  const rank = kinds.findIndex((kind) => kind.kind === subjectKind);
  const provisional = kinds.slice(rank + 1).filter((kind) => kind.role === "identifies");
  return [subjectKind, ...(rank < 0 ? [] : provisional.map((kind) => kind.kind))];
}

interface Assigned {
  /** per node: its subjects by rules 1 to 6 */
  readonly found: readonly Found[];
  readonly subjects: Subjects;
  readonly isHub: (node: number) => boolean;
}

function assign(graph: Graph, options: StitchOptions): Assigned {
  const subjects = subjectsIn(graph, options.kinds, options.subjectKind);
  const isHub = hubsIn(graph, subjects, options.hubSubjects);
  const walks = walksIn({ graph, subjects, isHub, hubSubjects: options.hubSubjects });
  const terrain = { graph, subjects, isHub, walks };
  const connected = connectedToSubjects(graph, subjects);
  const found = graph.nodes.map((_, at) => (connected[at] === 1 ? ownOrInherited(at, terrain) : NOTHING));
  const only = soleSubjects(graph, found);
  const all = found.map((own, at) => (own.size > 0 ? own : byTrace(at, graph, only)));
  return { found: all, subjects, isHub };
}

/** Which nodes any path of edges joins to a node with subjects: for the others there is nothing to walk to. */
function connectedToSubjects(graph: Graph, subjects: Subjects): Uint8Array {
  const connected = new Uint8Array(graph.nodes.length);
  const queue = graph.nodes.flatMap((_, at) => (subjects.of(at).size > 0 ? [at] : []));
  for (const at of queue) connected[at] = 1;
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const node = graph.nodes[at];
    const news = [...(node?.causes ?? []), ...(node?.effects ?? [])]
      .flat()
      .filter((next) => connected[next] === 0);
    for (const next of news) connected[next] = 1;
    queue.push(...news);
  }
  return connected;
}

interface Terrain {
  readonly graph: Graph;
  readonly subjects: Subjects;
  readonly isHub: (node: number) => boolean;
  readonly walks: Walks;
}

function ownOrInherited(at: number, terrain: Terrain): Found {
  const own = terrain.subjects.of(at);
  if (own.size > 0) return own;
  if (terrain.isHub(at)) return ofEachEnd(at, terrain);
  const caused = terrain.walks.nearestCause(at);
  if (caused.size > 0) return asEvidence("cause", caused);
  const below = terrain.walks.nearestBelow(at);
  return below.size > 0 ? asEvidence("climb", below) : asCousins(terrain.walks.nearestBeside(at));
}

/**
 * A hub belongs to whatever any of its messages belongs to, near or far: then what one subject has of it does not
 * depend on its thousand others.
 */
function ofEachEnd(at: number, terrain: Terrain): Found {
  const { causes } = terrain.graph.nodes[at] ?? { causes: [[], [], []] };
  const ends = [...(causes[KIN.link] ?? []), ...(causes[KIN.message] ?? [])].filter(
    (end) => !terrain.isHub(end),
  );
  const found = new Map<string, Evidence>();
  for (const end of ends) {
    const through = terrain.graph.nodes[end]?.hop.id ?? "";
    for (const id of ownOrInherited(end, terrain).keys())
      if (!found.has(id)) found.set(id, { rule: "cause", through });
  }
  return found;
}

function asEvidence(rule: Rule, inherited: Inherited): Found {
  return new Map([...inherited].map(([id, through]) => [id, { rule, through }]));
}

function asCousins(inherited: Inherited): Found {
  return new Map([...inherited].map(([id, through]) => [id, { rule: "climb", through, beside: true }]));
}

/** Rule 6. Also for what hangs below a hop whose parent never arrived: the whole fragment lost its root. */
function byTrace(at: number, graph: Graph, only: ReadonlyMap<string, Found>): Found {
  const node = graph.nodes[at];
  return node !== undefined && graph.torn[at] === true ? (only.get(node.hop.traceId) ?? NOTHING) : NOTHING;
}

/** For each trace with exactly one subject by rules 1 to 5: that subject. */
function soleSubjects(graph: Graph, found: readonly Found[]): ReadonlyMap<string, Found> {
  const sole = new Map<string, Found>();
  for (const [trace, nodes] of graph.byTrace) {
    const told = nodes.flatMap((at) => [...(found[at] ?? NOTHING).keys()].map((id) => ({ id, at })));
    const ids = new Map(told.reverse().map(({ id, at }) => [id, graph.nodes[at]?.hop.id ?? ""]));
    if (ids.size === 1) sole.set(trace, asEvidence("trace", ids));
  }
  return sole;
}

/**
 * A hub has more subjects than the limit by its own keys, or, without any, names more causes. Each of these may be
 * anyone's: counted, not looked at, so that a hub is known by itself and nobody has to load a thousand traces.
 */
function hubsIn(graph: Graph, subjects: Subjects, limit: number): (node: number) => boolean {
  return (at) => (subjects.of(at).size || (graph.nodes[at]?.ends ?? 0)) > limit;
}
