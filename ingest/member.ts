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

function depthsIn(graph: Graph): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const node of graph.nodes) {
    let depth = 0;
    let parent = node.causes[KIN.parent][0];
    while (parent !== undefined && depth < graph.nodes.length) {
      depth += 1;
      parent = graph.nodes[parent]?.causes[KIN.parent][0];
    }
    depths.set(node.hop.id, depth);
  }
  return depths;
}
