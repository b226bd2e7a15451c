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
import { type Keys, keysIn, keyText } from "./keys.ts";
import type { Evidence } from "./stitch.ts";

/** Subject ids of one kind, each with the reason. */
export type Found = ReadonlyMap<string, Evidence>;

/** Nothing found. */
export const NOTHING: Found = new Map();

/** Rules 1 to 3 over one graph for one kind of subject. */
export interface Subjects {
  /** the subjects that a node's own keys lead to */
  readonly of: (node: number) => Found;
  /** the subjects that the keys on one link lead to, when it has any; else null */
  readonly ofLink: (node: number, target: Node) => Found | null;
}

/** Prepares rules 1 to 3 for subjects of `subjectKind`. Every answer is computed once. */
export function subjectsIn(graph: Graph, kinds: readonly KeyKind[], subjectKind: string): Subjects {
  const subjectRank = kinds.findIndex((k) => k.kind === subjectKind);
  const keyMemo = new Map<string, ReadonlyMap<string, string>>();
  const nodeMemo: (Found | undefined)[] = [];

  /** subject → the carrier, smallest id first, through which the key leads to it */
  function ofKey(rank: number, value: string): ReadonlyMap<string, string> {
    const key = `${rank}\n${value}`;
    const known = keyMemo.get(key);
    if (known !== undefined) return known;
    const found = new Map<string, string>();
    const kind = kinds[rank]?.kind ?? "";
    for (const at of graph.byKey.get(keyText(kind, value)) ?? []) {
      const node = graph.nodes[at];
      if (node === undefined) continue;
      for (const id of below(node.keys, rank).keys()) if (!found.has(id)) found.set(id, node.hop.id);
    }
    keyMemo.set(key, found);
    return found;
  }

  /** Rules 1 to 3 over keys more authoritative than `limit`. */
  function below(keys: Keys, limit: number): Found {
    if (subjectRank < limit) {
      const own = keys.get(subjectKind);
      if (own !== undefined)
        return new Map(own.map((id) => [id, { rule: "key", key: keyText(subjectKind, id) }]));
    }
    return byIdentifying(keys, limit) ?? byShared(keys, limit) ?? NOTHING;
  }

  function byIdentifying(keys: Keys, limit: number): Found | null {
    for (let rank = subjectRank + 1; rank < limit; rank++) {
      if (kinds[rank]?.role !== "identifies") continue;
      const found = union(keys, rank);
      if (found.size > 0) return found;
    }
    return null;
  }

  function byShared(keys: Keys, limit: number): Found | null {
    const all = new Map<string, Evidence>();
    for (let rank = subjectRank + 1; rank < limit; rank++) {
      if (kinds[rank]?.role !== "shared") continue;
      for (const [id, why] of union(keys, rank)) if (!all.has(id)) all.set(id, why);
    }
    return all.size > 0 ? all : null;
  }

  function union(keys: Keys, rank: number): Map<string, Evidence> {
    const found = new Map<string, Evidence>();
    const kind = kinds[rank];
    if (kind === undefined) return found;
    for (const value of keys.get(kind.kind) ?? []) {
      for (const [id, through] of ofKey(rank, value)) {
        if (!found.has(id)) found.set(id, { rule: kind.role, key: keyText(kind.kind, value), through });
      }
    }
    return found;
  }

  return {
    of: (at) => {
      const node = graph.nodes[at];
      if (node === undefined || node.keys.size === 0) return NOTHING;
      nodeMemo[at] ??= below(node.keys, kinds.length);
      return nodeMemo[at];
    },
    ofLink: (at, target) => {
      for (const link of graph.nodes[at]?.hop.links ?? []) {
        if (link.spanId !== target.hop.spanId || link.traceId !== target.hop.traceId) continue;
        const found = below(keysIn(link.attributes, kinds), kinds.length);
        if (found.size > 0) return found;
      }
      return null;
    },
  };
}
