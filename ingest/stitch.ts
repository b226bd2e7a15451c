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
import type { Graph, Node } from "./graph.ts";
import { KIN } from "./graph.ts";
import { type Keys, keyText } from "./keys.ts";
import type { Evidence, Rule } from "./subject.ts";
import { type Found, NOTHING, type Subjects, subjectsIn } from "./subjects.ts";
import { type Inherited, nearestBelow, nearestCause, type Terrain } from "./walk.ts";

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
  for (const kind of subjectKinds(options)) {
    const assigned = assign(graph, { ...options, subjectKind: kind });
    for (const at of rest) {
      const node = graph.nodes[at];
      const found = assigned.found[at] ?? NOTHING;
      if (node === undefined) continue;
      const hub = assigned.isHub(at);
      for (const [id, evidence] of found) {
        const list = members.get(keyText(kind, id)) ?? [];
        list.push({ ...node, evidence, shared: found.size > 1, hub, parentMissing: node.orphan });
        members.set(keyText(kind, id), list);
      }
    }
    rest = rest.filter((at) => (assigned.found[at] ?? NOTHING).size === 0);
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
  readonly isHub: (node: number) => boolean;
}

function assign(graph: Graph, options: StitchOptions): Assigned {
  const subjects = subjectsIn(graph, options.kinds, options.subjectKind);
  const isHub = hubsIn(graph, subjects, options.hubSubjects);
  const terrain: Terrain = { graph, subjects, isHub, below: new Map() };
  const connected = connectedToSubjects(graph, subjects);
  const found = graph.nodes.map((_, at) => (connected[at] === 1 ? ownOrInherited(at, terrain) : NOTHING));
  const only = soleSubjects(graph, found);
  return { found: found.map((own, at) => (own.size > 0 ? own : byTrace(at, graph, only))), isHub };
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

function ownOrInherited(at: number, terrain: Terrain): Found {
  const own = terrain.subjects.of(at);
  if (own.size > 0) return own;
  const caused = nearestCause(at, terrain);
  if (caused.size > 0) return asEvidence("cause", caused);
  return asEvidence("climb", nearestBelow(at, terrain));
}

function asEvidence(rule: Rule, inherited: Inherited): Found {
  return new Map([...inherited].map(([id, through]) => [id, { rule, through }]));
}

/** Rule 6. Also for what hangs below a hop whose parent never arrived: the whole fragment lost its root. */
function byTrace(at: number, graph: Graph, only: ReadonlyMap<string, Found>): Found {
  const node = graph.nodes[at];
  return node !== undefined && inOrphanedFragment(node, graph)
    ? (only.get(node.hop.traceId) ?? NOTHING)
    : NOTHING;
}

function inOrphanedFragment(node: Node, graph: Graph): boolean {
  const seen = new Set<Node>();
  let top: Node | undefined = node;
  while (top !== undefined && !seen.has(top)) {
    if (top.orphan) return true;
    seen.add(top);
    top = graph.nodes[top.causes[KIN.parent][0] ?? -1];
  }
  return false;
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
 * A hub has more subjects than the limit, by its own keys or by its causes. Ends that are not here count as one
 * subject each: they may be anyone's. Judged without passing through other crowded hops, so no hub depends on another.
 */
function hubsIn(graph: Graph, subjects: Subjects, limit: number): (node: number) => boolean {
  const crowded = graph.nodes.map(
    (node) => node.causes.reduce((sum, list) => sum + list.length, node.unresolvedLinks) > limit,
  );
  const plain: Terrain = {
    graph,
    subjects,
    isHub: (at) => crowded[at] === true || subjects.of(at).size > limit,
    below: new Map(),
  };
  const memo: (boolean | undefined)[] = [];
  return (at) => {
    const own = subjects.of(at).size;
    if (own > 0 || crowded[at] !== true) return own > limit;
    memo[at] ??= nearestCause(at, plain).size + (graph.nodes[at]?.unresolvedLinks ?? 0) > limit;
    return memo[at];
  };
}
