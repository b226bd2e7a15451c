/**
 * Gaps: what an answer cannot be sure of.
 *
 *   stitch → [gaps] → lookup
 *
 * Pure. Raw times are never moved: what looks impossible is said, not mended.
 */
import { momentOf } from "./facts.ts";
import { type Graph, KIN } from "./graph.ts";
import type { Membership } from "./stitch.ts";
import type { Gap } from "./told.ts";

/** Longer than this after it happened, a fact is called late; ns. A Collector that was down for a while explains less. */
const LATE_NS = 1_800_000_000_000n;

/** Every doubt about the hops of one subject, in the order of the hops. */
export function gapsOf(graph: Graph, memberships: readonly Membership[], truncated: boolean): Gap[] {
  const parents = parentsIn(graph);
  const gaps = memberships.flatMap((membership) => [
    ...hopGaps(membership),
    ...clockGaps(membership, parents.get(membership.hop.id)),
  ]);
  if (truncated)
    gaps.push({ kind: "truncated", text: "There are more hops than one answer loads; some are not shown." });
  return gaps;
}

function hopGaps({ hop, hub, parentMissing }: Membership): Gap[] {
  const gaps: Gap[] = [];
  const add = (kind: Gap["kind"], text: string) => gaps.push({ kind, text, hopId: hop.id });
  const name = `${hop.service} "${hop.name}"`;
  if (parentMissing) add("parent-missing", `The span around ${name} never arrived.`);
  if (hop.droppedLinks > 0)
    add("links-dropped", `${name} lost ${hop.droppedLinks} of its links before it was sent.`);
  if (hub) add("hub", `${name} belongs to so many subjects that nothing is concluded through it.`);
  if (hop.receivedNs - momentOf(hop) > LATE_NS) {
    const minutes = Number((hop.receivedNs - momentOf(hop)) / 60_000_000_000n);
    add("late", `${name} arrived ${minutes} min after it happened.`);
  }
  return gaps;
}

function clockGaps({ hop }: Membership, parentAtNs: bigint | undefined): Gap[] {
  const name = `${hop.service} "${hop.name}"`;
  if (hop.endNs < hop.atNs)
    return [{ kind: "clock-suspect", text: `${name} ends before it begins.`, hopId: hop.id }];
  if (parentAtNs === undefined || hop.atNs >= parentAtNs) return [];
  const ms = Number(parentAtNs - hop.atNs) / 1e6;
  return [
    { kind: "clock-suspect", text: `${name} begins ${ms} ms before the span around it.`, hopId: hop.id },
  ];
}

function parentsIn(graph: Graph): ReadonlyMap<string, bigint> {
  const parents = new Map<string, bigint>();
  for (const node of graph.nodes) {
    const parent = graph.nodes[node.causes[KIN.parent][0] ?? -1];
    if (parent !== undefined) parents.set(node.hop.id, parent.hop.atNs);
  }
  return parents;
}
