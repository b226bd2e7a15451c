/** A source of hops for tests that holds them as they are, without columns or a store. */
import type { Hop } from "../../collector/hop.ts";
import { messagesOf } from "../../ingest/carriers.ts";
import type { HopSource } from "../../ingest/gather.ts";
import type { Keys } from "../../ingest/keys.ts";
import {
  CARRIER,
  carrierRefsOf,
  linkedTraces,
  placeOf,
  placeText,
  type Ref,
  type RefRow,
  refText,
} from "../../ingest/refs.ts";

/** A hop with its keys. */
export interface KeptHop {
  readonly hop: Hop;
  readonly keys: Keys;
}

/** Hops, findable. */
export class Kept implements HopSource {
  /** tenant and ref → place → its row */
  readonly #refs = new Map<string, Map<string, { row: RefRow; hops: number }>>();
  /** tenant and place → its hops */
  readonly #hops = new Map<string, Set<KeptHop>>();

  /** Makes hops findable. */
  add(tenant: string, hops: readonly KeptHop[]): void {
    for (const recent of hops) {
      const place = placeOf(recent.hop, recent.keys);
      const key = `${tenant}\n${placeText(place)}`;
      this.#hops.set(key, (this.#hops.get(key) ?? new Set()).add(recent));
      for (const ref of refsOf(recent.hop, recent.keys)) {
        const places = this.#refs.get(`${tenant}\n${refText(ref)}`) ?? new Map();
        const known = places.get(placeText(place)) ?? { row: { ...ref, ...place }, hops: 0 };
        known.hops += 1;
        this.#refs.set(`${tenant}\n${refText(ref)}`, places.set(placeText(place), known));
      }
    }
  }

  refs: HopSource["refs"] = async (tenant, refs) =>
    refs.flatMap((ref) =>
      [...(this.#refs.get(`${tenant}\n${refText(ref)}`)?.values() ?? [])].map((p) => p.row),
    );

  hops: HopSource["hops"] = async (tenant, places) =>
    places.flatMap((place) =>
      [...(this.#hops.get(`${tenant}\n${placeText(place)}`) ?? [])].map((r) => r.hop),
    );

  /** Nothing here is ever dropped. */
  elders: HopSource["elders"] = async () => [];

  /** Those of the kinds under which a value is known here. */
  kindsOf(tenant: string, value: string, kinds: readonly string[]): string[] {
    return kinds.filter((kind) => this.#refs.has(`${tenant}\n${refText({ kind, value })}`));
  }
}

/** Every ref of a hop. */
function refsOf(hop: Hop, keys: Keys): Ref[] {
  const refs: Ref[] = [];
  for (const [kind, values] of keys) for (const value of values) refs.push({ kind, value });
  if (hop.traceId !== "") refs.push({ kind: CARRIER.trace, value: hop.traceId });
  for (const value of linkedTraces(hop)) refs.push({ kind: CARRIER.link, value });
  return [...refs, ...carrierRefsOf(hop, messagesOf(hop))];
}

/** Both sources as one; what one does not know the other may. */
export function united(a: HopSource, b: HopSource): HopSource {
  return {
    refs: async (tenant, refs) => (await Promise.all([a.refs(tenant, refs), b.refs(tenant, refs)])).flat(),
    hops: async (tenant, places) =>
      (await Promise.all([a.hops(tenant, places), b.hops(tenant, places)])).flat(),
    elders: async (tenant, asked) =>
      (await Promise.all([a.elders(tenant, asked), b.elders(tenant, asked)])).flat(),
  };
}
