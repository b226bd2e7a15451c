/**
 * Shortcuts: refs from a subject to places of its hops that do not carry its key.
 *
 *   live, journeys that ended → [shortcuts] → refs
 *
 * An order is told from its own hops and from those that a trace, a link or a weaker key adds to them. Whoever looks it
 * up in the store would find the first, load them, learn of the others, and load those. With a shortcut all are loaded
 * at once. A hint, never a claim: what a hop belongs to is read off the hops.
 */
import type { Cluster } from "./cluster.ts";
import type { Journey } from "./journey.ts";
import type { Live } from "./live.ts";
import { RefList } from "./reflist.ts";
import type { Ref } from "./refs.ts";
import type { Spot } from "./spots.ts";

/** Larger clusters are rare, and their places many; count. */
const SIZE_MAX = 1_000;

/** Refs to be stored, and then noted: what is only noted would keep a true ref from being stored. */
export interface Shortcuts {
  readonly refs: RefList;
  readonly found: { readonly subject: Ref; readonly spots: readonly Spot[] }[];
}

/** None yet. */
export function noShortcuts(segment: number): Shortcuts {
  return { refs: new RefList(segment), found: [] };
}

/** Adds those of the journeys that one cluster has to itself. */
export function addShortcuts(
  { refs, found }: Shortcuts,
  live: Live,
  { cluster, journeys }: { readonly cluster: Cluster; readonly journeys: readonly Journey[] },
): void {
  const [journey] = journeys;
  if (journey === undefined || journey.state === "open" || cluster.size > SIZE_MAX) return;
  const subject = { kind: journey.subject.kind, value: journey.subject.id };
  const spots = live.spotsBeside(cluster, subject);
  if (spots.length === 0) return;
  for (const spot of spots) refs.add(subject, spot);
  found.push({ subject, spots });
}
