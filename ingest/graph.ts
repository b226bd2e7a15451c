/**
 * Graph: a set of hops with the edges between causes and effects.
 *
 *   keys, carriers → [graph] → stitch
 *
 * Pure. The same facts give the same graph, whatever their order and however often each was told: versions of one
 * fact are reduced to one, and nodes stand in order of their id. Holds no opinion about subjects.
 */
import type { Hop } from "../collector/hop.ts";
import { append } from "../group.ts";
import { causationOf, isSending, messagesOf } from "./carriers.ts";
import type { KeyKind } from "./definitions.ts";
import { type Keys, keysOf, keyText } from "./keys.ts";

/** The classes of causes, by how much they say: parent span, linked spans, producer of the message, CloudEvents cause. */
export const KIN = { parent: 0, link: 1, message: 2, causation: 3 } as const;

/** Neighbours by class of edge; numbers are indexes of nodes. */
export type Edges = readonly [parent: number[], link: number[], message: number[], causation: number[]];

/** One hop with its keys and its neighbours. */
export interface Node {
  readonly hop: Hop;
  readonly keys: Keys;
  readonly causes: Edges;
  readonly effects: Edges;
  /** names messages of its own, arrived or not: what it says about its origin outweighs its parent's links */
  readonly ownMessages: boolean;
  /** hands something to a broker: what holds it is not the batch that it came out of */
  readonly sends: boolean;
  /** how many causes it names at least, here or not, lost ones included: each linked trace or received message once */
  readonly ends: number;
  /** a parent, or the span of a log, was named but is not here */
  readonly orphan: boolean;
}

/** A set of hops and the edges between them. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly byTrace: ReadonlyMap<string, readonly number[]>;
  /** `kind=value` → the nodes that carry the key */
  readonly byKey: ReadonlyMap<string, readonly number[]>;
  /** per node whether it, or a span around it, is an orphan: its fragment of the trace lost its root */
  readonly torn: readonly boolean[];
}

/** Which of two versions of one fact holds: the one that ended later, then the greater digest. Same for any order. */
export function winner(a: Hop, b: Hop): Hop {
  if (a.endNs !== b.endNs) return a.endNs > b.endNs ? a : b;
  return a.digest >= b.digest ? a : b;
}

/** Each fact once, in order of id. */
export function distinct(hops: Iterable<Hop>): Hop[] {
  const byId = new Map<string, Hop>();
  for (const hop of hops) {
    const other = byId.get(hop.id);
    byId.set(hop.id, other === undefined ? hop : winner(hop, other));
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Connects the hops. */
export function graphOf(hops: Iterable<Hop>, kinds: readonly KeyKind[]): Graph {
  const all = distinct(hops);
  const index = indexOf(all);
  const effects: Edges[] = all.map(() => [[], [], [], []]);
  const nodes = all.map((hop, at): Node => {
    const causes = causesOf(hop, at, index);
    causes.forEach((list, kin) => {
      for (const cause of list) effects[cause]?.[kin]?.push(at);
    });
    const linked = new Set(hop.links.map((link) => link.traceId).filter((trace) => trace !== "")).size;
    const received = new Set(messagesOf(hop).received).size;
    return {
      hop,
      keys: keysOf(hop, kinds),
      causes,
      effects: effects[at] ?? [[], [], [], []],
      ownMessages: linked > 0 || received > 0,
      sends: isSending(hop),
      ends: Math.max(linked, received) + hop.droppedLinks,
      orphan: namesAbsentSpan(hop, index),
    };
  });
  return { nodes, byTrace: index.traces, byKey: carriersIn(nodes), torn: tornIn(nodes) };
}

/** From every orphan down to all that hangs below it. */
function tornIn(nodes: readonly Node[]): readonly boolean[] {
  const torn = nodes.map((node) => node.orphan);
  const queue = nodes.flatMap((node, at) => (node.orphan ? [at] : []));
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const child of nodes[at]?.effects[KIN.parent] ?? []) {
      if (torn[child] === true) continue;
      torn[child] = true;
      queue.push(child);
    }
  }
  return torn;
}

function carriersIn(nodes: readonly Node[]): ReadonlyMap<string, readonly number[]> {
  const carriers = new Map<string, number[]>();
  nodes.forEach((node, at) => {
    for (const [kind, values] of node.keys) {
      for (const value of values) append(carriers, keyText(kind, value), at);
    }
  });
  return carriers;
}

interface Index {
  readonly spans: ReadonlyMap<string, number>;
  readonly traces: ReadonlyMap<string, number[]>;
  readonly senders: ReadonlyMap<string, number[]>;
  readonly events: ReadonlyMap<string, { at: number; correlationId: string }[]>;
}

function indexOf(hops: readonly Hop[]): Index {
  const spans = new Map<string, number>();
  const traces = new Map<string, number[]>();
  const senders = new Map<string, number[]>();
  const events = new Map<string, { at: number; correlationId: string }[]>();
  hops.forEach((hop, at) => {
    if (hop.kind === "span") spans.set(hop.traceId + hop.spanId, at);
    if (hop.traceId !== "") append(traces, hop.traceId, at);
    for (const message of messagesOf(hop).sent) append(senders, message, at);
    const event = causationOf(hop);
    if (event !== null) append(events, event.eventId, { at, correlationId: event.correlationId });
  });
  return { spans, traces, senders, events };
}

function causesOf(hop: Hop, at: number, index: Index): Edges {
  const parentSpan = spanAround(hop);
  const parent = parentSpan === "" ? undefined : index.spans.get(hop.traceId + parentSpan);
  const links = hop.links.flatMap((link) => index.spans.get(link.traceId + link.spanId) ?? []);
  const senders = messagesOf(hop).received.flatMap((message) => index.senders.get(message) ?? []);
  return [
    parent === undefined || parent === at ? [] : [parent],
    others(links, at),
    others(senders, at),
    others(causingEvent(hop, index), at),
  ];
}

/** The span that a hop says it happened in. */
function spanAround(hop: Hop): string {
  return hop.kind === "log" ? hop.spanId : hop.parentId;
}

/** `causationid` holds no source: it counts when it names one event only, if need be within the same correlation. */
function causingEvent(hop: Hop, index: Index): number[] {
  const event = causationOf(hop);
  if (event === null || event.causationId === "") return [];
  const named = index.events.get(event.causationId) ?? [];
  const akin = named.filter((e) => e.correlationId !== "" && e.correlationId === event.correlationId);
  const candidates = akin.length > 0 ? akin : named;
  return candidates.length === 1 ? candidates.map((e) => e.at) : [];
}

function others(list: readonly number[], at: number): number[] {
  return [...new Set(list)].filter((other) => other !== at);
}

function namesAbsentSpan(hop: Hop, index: Index): boolean {
  if (hop.traceId === "") return false;
  const around = spanAround(hop);
  if (around === "") return hop.kind !== "span";
  return !index.spans.has(hop.traceId + around);
}
