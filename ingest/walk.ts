/**
 * Walk: rules 4 and 5, what a hop without telling keys inherits from its causes, or from what it caused.
 *
 *   subjects → [walk] → stitch
 *
 * Pure. Walks pass only through hops without subjects of their own, never through a hub, and nearer always wins.
 * A hop that names its own messages follows those and not its batch: once a walk has left such a hop towards its
 * parent, that parent's links say nothing about it; and a walk that came down a link into a batch does not go on to
 * children that name messages of their own.
 */
import { type Edges, type Graph, KIN, type Node } from "./graph.ts";
import type { Found, Subjects } from "./subjects.ts";

/** The graph as the walks see it. */
export interface Terrain {
  readonly graph: Graph;
  readonly subjects: Subjects;
  readonly isHub: (node: number) => boolean;
  /** what was found below single nodes: a whole trace climbs to the same few ancestors */
  readonly below: Map<number, Inherited>;
}

/** What a walk found: the subjects, and through which hop each came. */
export type Inherited = ReadonlyMap<string, string>;

const NO_ONE: Inherited = new Map();
const CLASSES = [KIN.parent, KIN.link, KIN.message, KIN.causation] as const;

/** A node as reached by a walk; `bound`: the walk may take no link from here on (up), or no speaking child (down). */
interface Place {
  readonly node: number;
  readonly bound: boolean;
}

/** Rule 4: the subjects of the nearest cause that has any by its own keys; at equal distance the closer kin. */
export function nearestCause(start: number, terrain: Terrain): Inherited {
  for (const group of upward(start, terrain)) {
    const found = subjectsAt(group, terrain);
    if (found.size > 0) return found;
  }
  return NO_ONE;
}

/** Rule 5: climbs to the nearest ancestor-or-self with subjects below it, and takes the nearest of those. */
export function nearestBelow(start: number, terrain: Terrain): Inherited {
  const self = belowOne(start, terrain);
  if (self.size > 0) return self;
  for (const group of upward(start, terrain)) {
    const [first, ...more] = group.map((place) => place.node);
    if (first === undefined) continue;
    const found = more.length === 0 ? belowOne(first, terrain) : descend([first, ...more], terrain);
    if (found.size > 0) return found;
  }
  return NO_ONE;
}

function belowOne(node: number, terrain: Terrain): Inherited {
  const found = terrain.below.get(node) ?? descend([node], terrain);
  terrain.below.set(node, found);
  return found;
}

/** The causes of a node, nearest first; at equal distance in order of kin along the path. Hubs are left out. */
function* upward(start: number, terrain: Terrain): Generator<readonly Place[]> {
  const seen = new Set<number>([2 * start]);
  let groups: Place[][] = [[{ node: start, bound: false }]];
  while (groups.length > 0) {
    groups = groups.flatMap((group) => CLASSES.map((kin) => stepUp(group, { kin, seen, terrain })));
    groups = groups.filter((group) => group.length > 0);
    yield* groups;
    groups = groups.map((group) => group.filter((place) => terrain.subjects.of(place.node).size === 0));
  }
}

interface Step {
  readonly kin: keyof Edges & number;
  readonly seen: Set<number>;
  readonly terrain: Terrain;
}

function stepUp(group: readonly Place[], { kin, seen, terrain }: Step): Place[] {
  const next: Place[] = [];
  for (const place of group) {
    const node = terrain.graph.nodes[place.node];
    if (node === undefined || (place.bound && kin !== KIN.parent)) continue;
    const bound = kin === KIN.parent && (place.bound || node.ownMessages);
    for (const cause of node.causes[kin] ?? []) {
      if (!terrain.isHub(cause) && isNew({ node: cause, bound }, seen)) next.push({ node: cause, bound });
    }
  }
  return next;
}

/** A place is new when it was not reached with at least the same freedom before. Notes it down. */
function isNew({ node, bound }: Place, seen: Set<number>): boolean {
  const free = 2 * node;
  if (seen.has(free) || (bound && seen.has(free + 1))) return false;
  seen.add(bound ? free + 1 : free);
  return true;
}

function subjectsAt(group: readonly Place[], { graph, subjects }: Terrain): Inherited {
  const places = [...group].sort((a, b) => a.node - b.node);
  return firstOf(places.map(({ node }) => through(graph.nodes[node], subjects.of(node))));
}

/** All subjects, each through the first that has it. */
function firstOf(all: readonly Inherited[]): Inherited {
  return new Map(all.flatMap((inherited) => [...inherited]).reverse());
}

/** The subjects nearest below any of the nodes, over children, incoming links, messages and causations. */
function descend(starts: readonly number[], terrain: Terrain): Inherited {
  const seen = new Set<number>(starts.map((node) => 2 * node));
  let level: Place[] = starts.map((node) => ({ node, bound: false }));
  while (level.length > 0) {
    const effects = level.flatMap((place) => effectsOf(place, terrain));
    const found = firstOf(effects.map((effect) => effect.found));
    if (found.size > 0) return found;
    level = effects.map((effect) => effect.place).filter((place) => isNew(place, seen));
  }
  return NO_ONE;
}

interface Effect {
  readonly place: Place;
  readonly found: Inherited;
}

function effectsOf(place: Place, terrain: Terrain): Effect[] {
  const from = terrain.graph.nodes[place.node];
  if (from === undefined) return [];
  return CLASSES.flatMap((kin) =>
    (from.effects[kin] ?? []).flatMap((at): Effect[] => {
      const node = terrain.graph.nodes[at];
      if (node === undefined || (place.bound && kin === KIN.parent && node.ownMessages)) return [];
      const told = kin === KIN.link ? terrain.subjects.ofLink(at, from) : null;
      if (told === null && terrain.isHub(at)) return [];
      const bound = place.bound || kin !== KIN.parent;
      return [{ place: { node: at, bound }, found: through(node, told ?? terrain.subjects.of(at)) }];
    }),
  );
}

function through(node: Node | undefined, found: Found): Inherited {
  if (found.size === 0 || node === undefined) return NO_ONE;
  return new Map([...found.keys()].map((id) => [id, node.hop.id]));
}
