/**
 * Recent: hops that are durable in the journal but not in the store yet, findable like stored ones.
 *
 *   pipeline → [recent] → gather
 *
 * In memory, so an acked hop is in the very next answer. A bridge, never the truth: the pipeline drops a batch from
 * here only after the store has it, and a restart fills it again from the journal.
 */
import type { Hop } from "../collector/hop.ts";
import type { HopSource } from "./gather.ts";
import type { Keys } from "./keys.ts";
import { placeOf, placeText, type RefRow, refsOf, refText } from "./refs.ts";

/** Hops of one delivery, with their keys. */
export interface RecentHop {
  readonly hop: Hop;
  readonly keys: Keys;
}

/** The hops not stored yet. */
export class Recent implements HopSource {
  /** tenant and ref → place → how many recent hops there carry the ref */
  readonly #refs = new Map<string, Map<string, { row: RefRow; hops: number }>>();
  /** tenant and place → its hops */
  readonly #hops = new Map<string, Set<RecentHop>>();

  /** Makes hops findable. */
  add(tenant: string, hops: readonly RecentHop[]): void {
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

  /** Forgets hops once the store has them. */
  drop(tenant: string, hops: readonly RecentHop[]): void {
    for (const recent of hops) {
      const place = placeText(placeOf(recent.hop, recent.keys));
      const there = this.#hops.get(`${tenant}\n${place}`);
      there?.delete(recent);
      if (there?.size === 0) this.#hops.delete(`${tenant}\n${place}`);
      for (const ref of refsOf(recent.hop, recent.keys)) this.#dropRef(`${tenant}\n${refText(ref)}`, place);
    }
  }

  #dropRef(key: string, place: string): void {
    const places = this.#refs.get(key);
    const known = places?.get(place);
    if (places === undefined || known === undefined) return;
    known.hops -= 1;
    if (known.hops === 0) places.delete(place);
    if (places.size === 0) this.#refs.delete(key);
  }

  refs: HopSource["refs"] = async (tenant, refs) =>
    refs.flatMap((ref) =>
      [...(this.#refs.get(`${tenant}\n${refText(ref)}`)?.values() ?? [])].map((p) => p.row),
    );

  hops: HopSource["hops"] = async (tenant, places) =>
    places.flatMap((place) =>
      [...(this.#hops.get(`${tenant}\n${placeText(place)}`) ?? [])].map((r) => r.hop),
    );

  /** Those of the kinds under which a value is known here. */
  kindsOf(tenant: string, value: string, kinds: readonly string[]): string[] {
    return kinds.filter((kind) => this.#refs.has(`${tenant}\n${refText({ kind, value })}`));
  }
}
