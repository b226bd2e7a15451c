/**
 * Gaps: what an answer cannot be sure of.
 *
 *   stitch → [gaps] → lookup
 *
 * Pure. Raw times are never moved: what looks impossible is said, not mended.
 */

import type { Hop } from "../collector/hop.ts";
import { momentOf } from "./facts.ts";
import type { Graph, Node } from "./graph.ts";
import type { Membership } from "./stitch.ts";
import type { Gap } from "./told.ts";

/** Longer than this after it happened, a fact is called late; ns. A Collector that was down for a while explains less. */
const LATE_NS = 1_800_000_000_000n;
/** A fact may be dated this much after it arrived, or after now: so far may clocks differ; ns. */
const AHEAD_NS = 60_000_000_000n;
const MINUTE_NS = 60_000_000_000n;

/** What is known of the hops beside where they come from. */
export interface Doubts {
  /** whether there are more hops than were loaded */
  readonly truncated: boolean;
  /** per hop, by its id: how its time contradicts the steps of a journey */
  readonly outOfOrder: ReadonlyMap<string, string>;
  /** when it is asked; ns since 1970 UTC */
  readonly nowNs: bigint;
}

/** Every doubt about the hops of one subject, in the order of the hops. Of its clock each has one at the most. */
export function gapsOf(graph: Graph, memberships: readonly Membership[], doubts: Doubts): Gap[] {
  const nodes = new Map(graph.nodes.map((node) => [node.hop.id, node]));
  const gaps = memberships.flatMap((membership) => [
    ...hopGaps(membership),
    ...clockGaps(membership, causesOf(graph, nodes.get(membership.hop.id)), doubts),
  ]);
  if (doubts.truncated)
    gaps.push({ kind: "truncated", text: "There are more hops than one answer loads; some are not shown." });
  return gaps;
}

/** What came before a day is gone, and is known from the row of the journey only; nanoseconds since 1970 UTC. */
export function forgottenGap(keptSinceNs: bigint): Gap {
  const day = new Date(Number(keptSinceNs / 1_000_000n)).toISOString().slice(0, 10);
  const text = `Facts from before ${day} are no longer kept: of what they told only the outcome and the times of steps are left.`;
  return { kind: "truncated", text };
}

function hopGaps({ hop, hub, parentMissing, shared, evidence }: Membership): Gap[] {
  const gaps: Gap[] = [];
  const add = (kind: Gap["kind"], text: string) => gaps.push({ kind, text, hopId: hop.id });
  const name = nameOf(hop, "A");
  if (parentMissing) add("parent-missing", `The span around ${nameOf(hop)} never arrived.`);
  if (hop.droppedLinks > 0)
    add("links-dropped", `${name} lost ${hop.droppedLinks} of its links before it was sent.`);
  if (hub) add("hub", `${name} belongs to so many subjects that nothing is concluded through it.`);
  if (shared && evidence.rule === "identifies")
    add("conflict", `${name} carries only ${evidence.key}, which was seen with more than one subject.`);
  if (hop.receivedNs - momentOf(hop) > LATE_NS) {
    const minutes = Number((hop.receivedNs - momentOf(hop)) / MINUTE_NS);
    add("late", `${name} arrived ${minutes} min after it happened.`);
  }
  return gaps;
}

/**
 * Nothing may happen after it arrived, or is yet to come. A span may not begin before the one around it, and nothing may
 * end before what it followed from began: what it was sent from, or a step that it waits for.
 */
function clockGaps({ hop }: Membership, { parent, others }: Causes, { outOfOrder, nowNs }: Doubts): Gap[] {
  const suspect = (text: string): Gap[] => [{ kind: "clock-suspect", text, hopId: hop.id }];
  const name = nameOf(hop, "A");
  if (hop.endNs < hop.atNs) return suspect(`${name} ends before it begins.`);
  const aheadNs = momentOf(hop) - hop.receivedNs;
  if (aheadNs > AHEAD_NS) return suspect(`${name} is dated ${aheadNs / MINUTE_NS} min after it arrived.`);
  // Only where our own clock was ahead as it arrived, and was set back.
  if (momentOf(hop) - nowNs > AHEAD_NS) return suspect(`${name} lies in the future.`);
  if (parent !== undefined && hop.atNs < parent.atNs)
    return suspect(`${name} begins ${msBetween(hop.atNs, parent.atNs)} ms before the span around it.`);
  // A receive span may well begin to wait before its message is sent.
  const later = others.find((cause) => hop.endNs < cause.atNs);
  if (later !== undefined)
    return suspect(
      `${name} ends ${msBetween(hop.endNs, later.atNs)} ms before ${nameOf(later)}, which it follows from, begins.`,
    );
  const text = outOfOrder.get(hop.id);
  return text === undefined ? [] : suspect(text);
}

interface Causes {
  readonly parent: Hop | undefined;
  readonly others: readonly Hop[];
}

function causesOf({ nodes }: Graph, node: Node | undefined): Causes {
  const hopsAt = (list: readonly number[] = []) => list.flatMap((at) => nodes[at]?.hop ?? []);
  const [parents, ...others] = node?.causes ?? [];
  return { parent: hopsAt(parents)[0], others: hopsAt(others.flat()) };
}

function msBetween(fromNs: bigint, toNs: bigint): number {
  return Number(toNs - fromNs) / 1e6;
}

/** What a fact is called; the article is that of one without a name. */
function nameOf({ service, name }: Hop, article: "a" | "A" = "a"): string {
  const who = service === "" ? "an unnamed service" : service;
  return name === "" ? `${article} log line in ${who}` : `${who} "${name}"`;
}
