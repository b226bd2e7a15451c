/**
 * Member: one hop as the answer shows it, and the order in which hops are told.
 *
 *   stitch, fold → [member] → lookup
 *
 * Pure.
 */

import { type Graph, KIN } from "./graph.ts";
import type { Journey } from "./journey.ts";
import { contractOf } from "./keys.ts";
import type { Membership } from "./stitch.ts";
import type { Member } from "./told.ts";

/** A membership with the step that its hop reached or failed. */
export function memberOf(membership: Membership, journeys: readonly Journey[]): Member {
  const { hop, keys, evidence, shared } = membership;
  const steps = journeys.flatMap((journey) => journey.steps);
  const step = steps.find((candidate) => candidate.hopId === hop.id)?.name ?? null;
  return { hop, keys, evidence: [evidence], shared, step, contract: contractOf(hop) };
}

/** By time; what began in the same instant by cause, a parent before its children; then by id. */
export function inCausalOrder(graph: Graph, memberships: readonly Membership[]): Membership[] {
  const depths = depthsIn(graph);
  const depth = (membership: Membership) => depths.get(membership.hop.id) ?? 0;
  return [...memberships].sort((a, b) => {
    if (a.hop.atNs !== b.hop.atNs) return a.hop.atNs < b.hop.atNs ? -1 : 1;
    return depth(a) - depth(b) || (a.hop.id < b.hop.id ? -1 : 1);
  });
}

/** Per hop how many spans lie around it, as far as they are here. From the roots down; a circle of parents has none. */
function depthsIn({ nodes }: Graph): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  let level = nodes.flatMap((node, at) => (node.causes[KIN.parent].length === 0 ? [at] : []));
  for (let depth = 0; level.length > 0; depth++) {
    for (const at of level) depths.set(nodes[at]?.hop.id ?? "", depth);
    level = level.flatMap((at) => nodes[at]?.effects[KIN.parent] ?? []);
  }
  return depths;
}
