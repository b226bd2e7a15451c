/**
 * Walk: rules 4 and 5, what a hop without telling keys inherits from its causes, or from what it caused.
 *
 *   subjects → [walk] → stitch
 *
 * Pure. Walks pass only through hops without subjects of their own, never through a hub, and nearer always wins.
 * A hop that names its own messages follows those and not its batch: once a walk has left such a hop towards its
 * parent, neither that parent's links, nor keys on them, nor its other messages say anything about it, until the walk
 * comes to a sender, who is no batch. A walk that came down a link into a batch passes by such hops likewise.
 */
import { type Graph, KIN, type Node } from "./graph.ts";
import { type End, type Inherited, type Nearest, nearestAlong, type Way } from "./nearest_along.ts";
import type { Found, Subjects } from "./subjects.ts";

/** The graph as the walks see it. */
export interface Terrain {
  readonly graph: Graph;
  readonly subjects: Subjects;
  readonly isHub: (node: number) => boolean;
  /** what has more subjects than this below it leads to none of them; count */
  readonly hubSubjects: number;
}

/** Both walks over one terrain. Each is walked for all hops at once when the first of them asks. */
export interface Walks {
  /** Rule 4: the subjects of the nearest cause that has any by its own keys; at equal distance the closer kin. */
  readonly nearestCause: (node: number) => Inherited;
  /** Rule 5, the hop itself: the nearest subjects below it. */
  readonly nearestBelow: (node: number) => Inherited;
  /**
   * Rule 5, what has none below it: climbs to the nearest ancestor with subjects below it, and takes the nearest of
   * those. An ancestor with more than a hub may have, such as the root of a loop that polls for days, leads nowhere.
   */
  readonly nearestBeside: (node: number) => Inherited;
}

const NO_ONE: Inherited = new Map();
const CLASSES = [KIN.parent, KIN.link, KIN.message, KIN.causation] as const;

/**
 * A place is a node as a walk comes to it, free or bound: on the way up bound means that no link may be taken from
 * here, on the way down that no child with messages of its own may.
 */
const placeOf = (node: number, bound: boolean) => 2 * node + (bound ? 1 : 0);

/** Prepares the walks over a terrain. */
export function walksIn(terrain: Terrain): Walks {
  const causes = once(() =>
    nearestAlong(waysIn(terrain, (at, bound) => waysUp(at, bound, causeEnds(terrain)))),
  );
  const below = once(() => nearestAlong(waysIn(terrain, (at, bound) => waysDown(at, bound, terrain))));
  const above = once(() => {
    const endAt = (node: number, bound: boolean) => belowEnd(below()[placeOf(node, bound)]);
    return nearestAlong(waysIn(terrain, (at, bound) => waysUp(at, bound, { ...terrain, endAt })));
  });
  return {
    nearestCause: (at) => causes()[placeOf(at, false)]?.found ?? NO_ONE,
    nearestBelow: (at) => below()[placeOf(at, false)]?.found ?? NO_ONE,
    nearestBeside: (at) => {
      const found = above()[placeOf(at, false)]?.found ?? NO_ONE;
      return found.size > terrain.hubSubjects ? NO_ONE : found;
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function waysIn(
  { graph, subjects }: Terrain,
  waysFrom: (at: number, bound: boolean) => readonly Way[],
): readonly (readonly Way[])[] {
  // What has subjects of its own inherits nothing, and nobody walks through it.
  return graph.nodes.flatMap((_, at) => [
    subjects.of(at).size > 0 ? [] : waysFrom(at, false),
    subjects.ofItself(at).size > 0 ? [] : waysFrom(at, true),
  ]);
}

interface Climb extends Terrain {
  /** bound: what a batch has of its links does not count for a hop that names messages of its own */
  readonly endAt: (node: number, bound: boolean) => End | null;
}

function causeEnds(terrain: Terrain): Climb {
  const { graph, subjects } = terrain;
  const endAt = (node: number, bound: boolean) =>
    endOf(graph.nodes[node], bound ? subjects.ofItself(node) : subjects.of(node));
  return { ...terrain, endAt };
}

function belowEnd(nearest: Nearest | null | undefined): End | null {
  return nearest ? { found: nearest.found, far: nearest.steps } : null;
}

function waysUp(at: number, bound: boolean, { graph, isHub, endAt }: Climb): Way[] {
  const node = graph.nodes[at];
  if (node === undefined) return [];
  const kins = bound ? [KIN.parent] : CLASSES;
  return kins.flatMap((kin) =>
    node.causes[kin].flatMap((cause): Way[] => {
      if (isHub(cause)) return [];
      const isBound = kin === KIN.parent && (bound || node.ownMessages) && graph.nodes[cause]?.sends !== true;
      const end = endAt(cause, isBound);
      if (end !== null) return [{ kin, to: -1, end }];
      return [{ kin, to: placeOf(cause, isBound), end }];
    }),
  );
}

function waysDown(at: number, bound: boolean, { graph, subjects, isHub }: Terrain): Way[] {
  const from = graph.nodes[at];
  if (from === undefined) return [];
  return CLASSES.flatMap((kin) =>
    from.effects[kin].flatMap((effect): Way[] => {
      const node = graph.nodes[effect];
      if (node === undefined || (bound && kin === KIN.parent && node.ownMessages)) return [];
      const told = kin === KIN.link ? subjects.ofLink(effect, from) : null;
      if (told === null && isHub(effect)) return [];
      const end = endOf(node, told ?? subjects.of(effect));
      // On the way down all kin are equally near.
      return [{ kin: 0, to: end === null ? placeOf(effect, bound || kin !== KIN.parent) : -1, end }];
    }),
  );
}

function endOf(node: Node | undefined, found: Found): End | null {
  if (found.size === 0 || node === undefined) return null;
  return { found: new Map([...found.keys()].map((id) => [id, node.hop.id])), far: 0 };
}
