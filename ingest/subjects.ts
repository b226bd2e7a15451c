/**
 * Subjects: rules 1 to 3, what a hop's own keys say it belongs to.
 *
 *   graph → [subjects] → walk, stitch
 *
 * Pure. Authority decides: a key's subjects come from the hops that carry it, looking only at more authoritative
 * keys on them. So order ← item ← package chains work and no circle can arise. Looks at no parent, link or trace.
 */
import type { KeyKind } from "./definitions.ts";
import type { Graph, Node } from "./graph.ts";
import { type Keys, keysIn, keysOf, keyText } from "./keys.ts";
import type { Evidence } from "./subject.ts";

/** Subject ids of one kind, each with the reason. */
export type Found = ReadonlyMap<string, Evidence>;

/** Nothing found. */
export const NOTHING: Found = new Map();

/** Rules 1 to 3 over one graph for one kind of subject. */
export interface Subjects {
  /** the subjects that a node's own keys lead to */
  readonly of: (node: number) => Found;
  /** the same without the keys that stand on links: those are each about one message, not about the hop as a whole */
  readonly ofItself: (node: number) => Found;
  /** the subjects that any key of the nodes leads to, whatever outranks it */
  readonly ofEachKey: (nodes: Iterable<number>) => ReadonlySet<string>;
  /** whether a key leads to any subject */
  readonly hasKey: (kind: string, value: string) => boolean;
  /** the subjects that the keys on one link lead to, when it has any; else null */
  readonly ofLink: (node: number, target: Node) => Found | null;
}

/** Prepares rules 1 to 3 for subjects of `subjectKind`. Every answer is computed once. */
export function subjectsIn(graph: Graph, kinds: readonly KeyKind[], subjectKind: string): Subjects {
  return new Resolver(graph, kinds, subjectKind);
}

class Resolver implements Subjects {
  readonly #graph: Graph;
  readonly #kinds: readonly KeyKind[];
  readonly #subjectKind: string;
  readonly #subjectRank: number;
  readonly #ofKey = new Map<string, ReadonlyMap<string, string>>();
  readonly #ofNode: (Found | undefined)[] = [];

  constructor(graph: Graph, kinds: readonly KeyKind[], subjectKind: string) {
    this.#graph = graph;
    this.#kinds = kinds;
    this.#subjectKind = subjectKind;
    this.#subjectRank = kinds.findIndex((kind) => kind.kind === subjectKind);
  }

  of(at: number): Found {
    const node = this.#graph.nodes[at];
    if (node === undefined || node.keys.size === 0) return NOTHING;
    this.#ofNode[at] ??= this.#below(node.keys, this.#kinds.length);
    return this.#ofNode[at];
  }

  ofItself(at: number): Found {
    const hop = this.#graph.nodes[at]?.hop;
    if (hop === undefined || hop.links.every((link) => link.attributes.size === 0)) return this.of(at);
    return this.#below(keysOf({ ...hop, links: [] }, this.#kinds), this.#kinds.length);
  }

  ofEachKey(nodes: Iterable<number>): ReadonlySet<string> {
    // What many nodes carry leads to as many subjects: each key is followed once, not once for each node.
    const followed = new Set<string>();
    const ids = new Set<string>();
    for (const at of nodes)
      for (const id of this.#ofNewKeys(this.#graph.nodes[at]?.keys ?? new Map(), followed)) ids.add(id);
    return ids;
  }

  /** The subjects that keys lead to which were not followed before. */
  #ofNewKeys(keys: Keys, followed: Set<string>): string[] {
    const own = keys.get(this.#subjectKind) ?? [];
    const led = this.#kinds.flatMap(({ kind }, rank) => {
      if (rank <= this.#subjectRank) return [];
      const news = (keys.get(kind) ?? []).filter((value) => !followed.has(keyText(kind, value)));
      for (const value of news) followed.add(keyText(kind, value));
      return news.flatMap((value) => [...this.#carried(rank, value).keys()]);
    });
    return [...own, ...led];
  }

  hasKey(kind: string, value: string): boolean {
    const rank = this.#kinds.findIndex((each) => each.kind === kind);
    return rank > this.#subjectRank && this.#carried(rank, value).size > 0;
  }

  ofLink(at: number, target: Node): Found | null {
    for (const link of this.#graph.nodes[at]?.hop.links ?? []) {
      if (link.spanId !== target.hop.spanId || link.traceId !== target.hop.traceId) continue;
      const found = this.#below(keysIn(link.attributes, this.#kinds), this.#kinds.length);
      if (found.size > 0) return found;
    }
    return null;
  }

  /** Rules 1 to 3 over keys more authoritative than `limit`. */
  #below(keys: Keys, limit: number): Found {
    const own = this.#subjectRank < limit ? keys.get(this.#subjectKind) : undefined;
    if (own !== undefined) {
      return new Map(own.map((id) => [id, { rule: "key", key: keyText(this.#subjectKind, id) }]));
    }
    const shared = new Map<string, Evidence>();
    for (let rank = this.#subjectRank + 1; rank < limit; rank++) {
      const found = this.#ofKind(keys, rank);
      if (found.size > 0 && this.#kinds[rank]?.role === "identifies") return found;
      for (const [id, why] of found) if (!shared.has(id)) shared.set(id, why);
    }
    return shared;
  }

  /** The subjects that the keys of one kind lead to. */
  #ofKind(keys: Keys, rank: number): Found {
    const found = new Map<string, Evidence>();
    const kind = this.#kinds[rank];
    if (kind === undefined) return found;
    for (const value of keys.get(kind.kind) ?? []) {
      for (const [id, through] of this.#carried(rank, value)) {
        if (!found.has(id)) found.set(id, { rule: kind.role, key: keyText(kind.kind, value), through });
      }
    }
    return found;
  }

  /** subject → the carrier, smallest id first, through which the key leads to it */
  #carried(rank: number, value: string): ReadonlyMap<string, string> {
    const key = keyText(this.#kinds[rank]?.kind ?? "", value);
    const known = this.#ofKey.get(key);
    if (known !== undefined) return known;
    const found = new Map<string, string>();
    for (const at of this.#graph.byKey.get(key) ?? []) {
      const node = this.#graph.nodes[at];
      if (node === undefined) continue;
      for (const id of this.#below(node.keys, rank).keys()) if (!found.has(id)) found.set(id, node.hop.id);
    }
    this.#ofKey.set(key, found);
    return found;
  }
}
