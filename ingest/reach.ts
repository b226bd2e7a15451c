/**
 * Reach: which refs are still to be looked up, so that stitching what is loaded gives what stitching everything would.
 *
 *   gather: load → graph → [reach] → load …
 *
 * Pure. Starts at the wanted hops and goes out over every edge, through hops without subjects of their own, up to the
 * hops that have some; never through a hub. Keys are completed where they decide. It may ask for more than is needed,
 * never for less (laws: test/ingest/stitch.prop.test.ts).
 */
import type { Hop } from "../collector/hop.ts";
import { causationOf, messagesOf } from "./carriers.ts";
import type { Graph, Node } from "./graph.ts";
import { keyText } from "./keys.ts";
import { CARRIER, linkedTraces, type Ref, refText } from "./refs.ts";
import type { StitchOptions } from "./stitch.ts";
import { type Subjects, subjectsIn } from "./subjects.ts";

/** Where a search starts. */
export interface Wanted {
  /** keys whose subject, or whose hops, are wanted */
  readonly keys: readonly Ref[];
  /** hops all of whose subjects are wanted too: what they belong to may have changed */
  readonly hops: readonly Hop[];
}

/** How far a search has come. */
export interface Searching {
  readonly graph: Graph;
  readonly wanted: Wanted;
  readonly options: StitchOptions;
}

/** How far a search sees, given what is loaded. */
export interface Reached {
  /** every ref that matters; those already looked up may be among them */
  readonly refs: Iterable<Ref>;
  /** the subjects, provisional ones too, whose hops are all here once no ref is left to look up; `kind=id` */
  readonly complete: ReadonlyMap<string, Ref>;
}

/** Which refs to look up next, and for whom. */
export function reach({ graph, wanted, options }: Searching): Reached {
  const search = new Search(graph, options);
  const changed = search.changedBy(wanted.hops);
  const touched = search.outward((_, at) => changed.has(at), "always");
  const keys = [...wanted.keys, ...search.provisional(touched)];
  const subjects = search.subjectsOf(touched, changed);
  for (const key of wanted.keys) if (key.kind === options.subjectKind) subjects.add(key.value);
  for (const id of subjects) search.ask({ kind: options.subjectKind, value: id });
  for (const key of keys) search.ask(key);
  const carriers = new Set(keys.flatMap((key) => graph.byKey.get(refText(key)) ?? []));
  search.outward((_, at) => carriers.has(at) || search.belongsTo(at, subjects), "unless hub");
  const whole = [...keys, ...[...subjects].map((value): Ref => ({ kind: options.subjectKind, value }))];
  return { refs: search.asked.values(), complete: new Map(whole.map((ref) => [refText(ref), ref])) };
}

type Passing = "always" | "unless hub";

/** One search over one graph: collects what to ask for. */
class Search {
  readonly asked = new Map<string, Ref>();
  readonly #graph: Graph;
  readonly #options: StitchOptions;
  readonly #subjects: Subjects;
  readonly #whole = new Map<string, boolean>();
  readonly #rank: number;

  constructor(graph: Graph, options: StitchOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#subjects = subjectsIn(graph, options.kinds, options.subjectKind);
    this.#rank = options.kinds.findIndex((kind) => kind.kind === options.subjectKind);
  }

  ask(ref: Ref): void {
    this.asked.set(refText(ref), ref);
  }

  belongsTo(at: number, subjects: ReadonlySet<string>): boolean {
    for (const id of this.#subjects.of(at).keys()) if (subjects.has(id)) return true;
    return false;
  }

  /** The subjects of nodes; of changed ones also those that a weaker key of theirs led to before. */
  subjectsOf(nodes: Iterable<number>, changed: Iterable<number> = []): Set<string> {
    const ids = new Set<string>();
    for (const at of nodes) for (const id of this.#subjects.of(at).keys()) ids.add(id);
    for (const id of this.#subjects.ofEachKey(changed)) ids.add(id);
    return ids;
  }

  /** The given hops, and every carrier of a key that they may give another meaning, down the ranks of authority. */
  changedBy(hops: readonly Hop[]): Set<number> {
    const given = new Set(hops.map((hop) => hop.id));
    const lowest = new Map<number, number>();
    const queue: { at: number; rank: number }[] = [];
    /** keys whose carriers were added: a thousand hops with one key have the same thousand carriers */
    const followed = new Set<string>();
    const add = (at: number, rank: number) => {
      if ((lowest.get(at) ?? Number.POSITIVE_INFINITY) <= rank) return;
      lowest.set(at, rank);
      queue.push({ at, rank });
    };
    this.#graph.nodes.forEach((node, at) => {
      if (given.has(node.hop.id)) add(at, this.#rank);
    });
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const { rank, ...ref } of this.#weaker(this.#graph.nodes[next.at], next.rank)) {
        if (followed.has(refText(ref))) continue;
        followed.add(refText(ref));
        this.ask(ref);
        for (const at of this.#graph.byKey.get(refText(ref)) ?? []) add(at, rank);
      }
    }
    return new Set(lowest.keys());
  }

  /** The keys of nodes that lead to no subject: they may be provisional subjects themselves. */
  provisional(nodes: Iterable<number>): Iterable<Ref> {
    const refs = new Map<string, Ref>();
    for (const at of nodes) {
      if (this.#subjects.of(at).size > 0) continue;
      for (const { kind, value } of this.#weaker(this.#graph.nodes[at], -1))
        refs.set(keyText(kind, value), { kind, value });
    }
    return refs.values();
  }

  /** The nodes reached from the chosen ones. Goes on from the chosen and from nodes without subjects of their own. */
  outward(isStart: (node: Node, at: number) => boolean, passing: Passing): Set<number> {
    const reached = new Set<number>();
    const queue: number[] = [];
    const add = (at: number) => {
      if (!reached.has(at)) queue.push(at);
      reached.add(at);
    };
    this.#graph.nodes.forEach((node, at) => {
      if (isStart(node, at)) add(at);
    });
    const starts = new Set(reached);
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      const node = this.#graph.nodes[at];
      if (node === undefined) continue;
      const isOwn = starts.has(at);
      this.#askKeys(node, isOwn);
      const hub = this.#isHub(at, node) && !(isOwn && passing === "always");
      if (hub || (!isOwn && this.#subjects.ofItself(at).size > 0)) continue;
      this.#askCarriers(node);
      for (const edges of [...node.causes, ...node.effects]) edges.forEach(add);
      this.#addFragment(node, add);
    }
    return reached;
  }

  /** The keys that decide what a node belongs to; of a wanted node also those through which others belong to it. */
  #askKeys(node: Node, isOwn: boolean): void {
    if (!isOwn && node.keys.has(this.#options.subjectKind)) return;
    const unasked = this.#weaker(node, this.#rank).filter((ref) => !this.asked.has(refText(ref)));
    for (const { kind, value } of unasked) this.ask({ kind, value });
    // What a key leads to is decided by the other keys of its carriers.
    const carriers = new Set(unasked.flatMap((ref) => this.#graph.byKey.get(refText(ref)) ?? []));
    for (const at of carriers) this.#askKeys(this.#graph.nodes[at] ?? node, false);
  }

  /** The keys of a node that are less authoritative than a rank. */
  #weaker(node: Node | undefined, than: number): (Ref & { readonly rank: number })[] {
    return this.#options.kinds.flatMap(({ kind }, rank) =>
      rank > than ? (node?.keys.get(kind) ?? []).map((value) => ({ kind, value, rank })) : [],
    );
  }

  #askCarriers(node: Node): void {
    const { hop } = node;
    if (hop.traceId !== "") {
      this.ask({ kind: CARRIER.trace, value: hop.traceId });
      this.ask({ kind: CARRIER.link, value: hop.traceId });
    }
    for (const value of linkedTraces(hop)) this.ask({ kind: CARRIER.trace, value });
    const messages = messagesOf(hop);
    for (const value of [...messages.sent, ...messages.received]) this.ask({ kind: CARRIER.message, value });
    const event = causationOf(hop);
    if (event === null) return;
    this.ask({ kind: CARRIER.causedBy, value: event.eventId });
    if (event.causationId !== "") this.ask({ kind: CARRIER.event, value: event.causationId });
  }

  /** Whether a node is a hub as far as is known: more keys of it may come to light, and with them its subjects. */
  #isHub(at: number, node: Node): boolean {
    return (this.#subjects.of(at).size || node.ends) > this.#options.hubSubjects;
  }

  /** A hop whose parent never arrived belongs by its trace: then every hop of the trace has a say. */
  #addFragment(node: Node, add: (at: number) => void): void {
    const trace = node.hop.traceId;
    if (this.#whole.has(trace)) return;
    const nodes = this.#graph.byTrace.get(trace) ?? [];
    const torn = nodes.some((at) => this.#graph.nodes[at]?.orphan === true);
    this.#whole.set(trace, torn);
    if (torn) nodes.forEach(add);
  }
}
