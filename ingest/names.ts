/**
 * Names: the live keys, messages and events, by kind and value.
 *
 *   live → [names]
 *
 * Two maps deep, so that looking a name up makes no string; and the second in shards, because a map that is full is made
 * anew, and that of all names stood still for tens of milliseconds.
 */
import type { Name } from "./cluster.ts";

const SHARDS = 64;

/** The names of one kind whose values end alike; null as long as there is none. */
type Shard = Map<string, Name> | null;

/** Live names. */
export class Names {
  readonly #kinds = new Map<string, Shard[]>();

  /** The name of this kind and value, if it is live. */
  get(kind: string, value: string): Name | undefined {
    return this.#kinds.get(kind)?.[shardOf(value)]?.get(value);
  }

  add(name: Name): void {
    let shards = this.#kinds.get(name.kind);
    if (shards === undefined) {
      shards = new Array<Shard>(SHARDS).fill(null);
      this.#kinds.set(name.kind, shards);
    }
    const at = shardOf(name.value);
    const shard = shards[at] ?? new Map<string, Name>();
    if (shard.size === 0) shards[at] = shard;
    shard.set(name.value, name);
  }

  delete({ kind, value }: Name): void {
    this.#kinds.get(kind)?.[shardOf(value)]?.delete(value);
  }
}

/** By the last three characters: where ids begin alike, as in `ORD-`, they differ there. */
function shardOf(value: string): number {
  const { length } = value;
  const last = value.charCodeAt(length - 1);
  const mixed = last + value.charCodeAt(length - 2) * 7 + value.charCodeAt(length - 3) * 31;
  return mixed % SHARDS || 0; // shorter ones make no number
}
