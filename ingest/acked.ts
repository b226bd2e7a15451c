/**
 * Acked: every acked hop, from memory where memory has them all, from the store where it may not.
 *
 *   live, recent ─┐
 *   store ────────┴→ [acked] → gather
 *
 * Memory vouches for a name when nothing older goes by it, or by anything it has to do with, and every delivery since is
 * still here. Then the store is not asked: what it has is a part of that. In doubt both are asked; a hop seen twice is
 * one. Memory is asked first, so that a hop that moves into the store meanwhile is seen twice, not never.
 */
import type { HopSource } from "./gather.ts";
import type { Recent } from "./recent.ts";
import { type Place, type Ref, type RefRow, refText } from "./refs.ts";
import type { Stored } from "./stored.ts";

/** What memory knows about refs. */
export interface Sighted {
  /** where hops go by them; a row with `since` is vouched for */
  readonly rows: readonly RefRow[];
  /** the refs that the store may know more about */
  readonly unsure: readonly Ref[];
}

/** What the two sides are. */
export interface Sides {
  readonly sight: (tenant: string, refs: readonly Ref[]) => Sighted;
  readonly recent: Recent;
  readonly stored: HopSource;
}

interface KindSides {
  readonly sight: Sides["sight"];
  readonly stored: Pick<Stored, "kindsOf">;
}

/** Both sides as one. */
export function ackedSource({ sight, recent, stored }: Sides): HopSource {
  return {
    refs: async (tenant, refs) => {
      const { rows, unsure } = sight(tenant, refs);
      return unsure.length === 0 ? rows : [...rows, ...(await stored.refs(tenant, unsure))];
    },
    hops: async (tenant, places) => {
      const hops = recent.hops(tenant, places);
      const unsure = places.filter((place) => !isVouchedFor(place, recent));
      return unsure.length === 0 ? hops : [...hops, ...(await stored.hops(tenant, unsure))];
    },
    elders: async (tenant, asked) => {
      const { rows, unsure } = sight(tenant, asked.subjects);
      const inDoubt = [...unsure, ...rows.filter((row) => !isVouchedFor(row, recent))].map(refText);
      if (inDoubt.length === 0) return [];
      const doubts = new Set(inDoubt);
      const subjects = asked.subjects.filter((ref) => doubts.has(refText(ref)));
      return stored.elders(tenant, { ...asked, subjects });
    },
  };
}

/** A value, and the kinds under which it may be known. */
export interface Value {
  readonly tenant: string;
  readonly value: string;
  readonly kinds: readonly string[];
}

/** Those of the kinds under which a value was acked. */
export async function ackedKinds({ sight, stored }: KindSides, asked: Value): Promise<string[]> {
  const { tenant, value, kinds } = asked;
  const refs = kinds.map((kind) => ({ kind, value }));
  const { rows, unsure } = sight(tenant, refs);
  const found = new Set(rows.map(({ kind }) => kind));
  if (unsure.length > 0) for (const kind of await stored.kindsOf(tenant, value, kinds)) found.add(kind);
  return kinds.filter((kind) => found.has(kind));
}

/** Asked again when the hops are read: a delivery may have left since the place was named. */
function isVouchedFor({ since }: Place, recent: Recent): boolean {
  return since !== undefined && recent.hasAllSince(since);
}
