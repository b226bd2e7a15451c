/**
 * Live: the facts of journeys that are going on, in memory, by what they have to do with each other.
 *
 *   extract → [live] → sole → fold → journey rows
 *
 * Lets most journeys be settled without asking the store. A cache, never the truth: bounded, the clusters touched least
 * recently leave first, and what left, or was there before this process, is remembered by name only (known.ts); a
 * cluster that such a name leads to is not whole, and is settled from the store. Decides nothing about subjects.
 */
import type { Hop } from "../collector/hop.ts";
import { Adding, type Arrival, type Found } from "./adding.ts";
import { messagesOf } from "./carriers.ts";
import { type Cluster, current, type Extra, merge, newCluster } from "./cluster.ts";
import type { Extract } from "./extract.ts";
import type { Pointer, Shape } from "./forest.ts";
import type { Keys } from "./keys.ts";
import { Pool } from "./pool.ts";
import { CARRIER, type Ref, refsOf, refText } from "./refs.ts";
import { fill, shapeOf, wordsOf } from "./shape.ts";

/** What live facts are bounded by, and how their past is looked up. */
export interface LiveOptions {
  /** facts kept at the most; count */
  readonly factsMax: number;
  /** a hop that names more causes is not told from memory; count, at most the limit for hubs */
  readonly causesMax: number;
  /** whether hops that are only in the store may go by this name */
  readonly isKnown: (name: string) => boolean;
  /** hops that go by this name are only in the store from now on */
  readonly onLeave: (name: string) => void;
}

/** What joins facts: a name and, for a trace, the number that stands for it here. */
interface Entry {
  readonly cluster: Cluster;
  readonly trace: number;
}

/** The live facts of one tenant. */
export class Live {
  readonly #options: LiveOptions;
  readonly #pool = new Pool();
  readonly #entries = new Map<string, Entry>();
  readonly #keysets: (Keys | null)[] = [new Map()];
  readonly #freeKeysets: number[] = [];
  /** in order of the last touch */
  readonly #clusters = new Set<Cluster>();
  readonly #dirty = new Set<Cluster>();
  #traces = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** Facts in memory; count. */
  get size(): number {
    return this.#pool.used;
  }

  /** Clusters with facts that are not settled; count. */
  get dirty(): number {
    return this.#dirty.size;
  }

  /** Adds the rows of a batch. */
  add(extract: Extract, arrival: Arrival): void {
    const adding = new Adding(extract, arrival);
    for (let row = 0; row < extract.batch.rows; row++) this.#addRow(adding, row);
  }

  /** The clusters to settle now: all, or those without news for a while or with news that waited too long. */
  due(isDue: (cluster: Cluster) => boolean): Cluster[] {
    return [...this.#dirty].filter(isDue);
  }

  /** Takes what was added to a cluster since it was settled last; it is clean until more comes. */
  take(cluster: Cluster): Cluster["added"] {
    const { added } = cluster;
    cluster.added = [];
    cluster.dirtyMs = null;
    this.#dirty.delete(cluster);
    return added;
  }

  /** Gives back what could not be settled. */
  giveBack(taken: Cluster, { added, serial }: Pick<Cluster, "added" | "serial">): void {
    const cluster = current(taken);
    cluster.added = [...added, ...cluster.added];
    cluster.serial = cluster.dirtyMs === null ? serial : Math.min(serial, cluster.serial);
    cluster.dirtyMs ??= cluster.touchedMs;
    this.#dirty.add(cluster);
  }

  /** The number of the first delivery with facts that are not settled; infinite when all are. */
  oldestSerial(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { serial } of this.#dirty) oldest = Math.min(oldest, serial);
    return oldest;
  }

  /** The facts of a cluster as numbers, and the keys that its key sets stand for. */
  shape(cluster: Cluster): { readonly shape: Shape; readonly keysets: readonly Keys[] } {
    const keysets: Keys[] = [new Map()];
    const local = new Map<number, number>([[0, 0]]);
    for (const keyset of cluster.keysets) {
      if (!local.has(keyset)) local.set(keyset, keysets.push(this.#keysets[keyset] ?? new Map()) - 1);
    }
    return { shape: shapeOf(cluster, this.#pool.slots, local), keysets };
  }

  /** Lets go of clusters until the bound is kept; those with unsettled facts stay. */
  evict(): void {
    if (this.#pool.used <= this.#options.factsMax) return;
    for (const cluster of this.#clusters) {
      if (this.#pool.used <= this.#options.factsMax * KEPT_RATIO) return;
      if (cluster.dirtyMs === null) this.#forget(cluster);
    }
  }

  #forget(cluster: Cluster): void {
    this.#clusters.delete(cluster);
    this.#pool.giveBack(cluster.head);
    for (const name of cluster.names) {
      this.#entries.delete(name);
      this.#options.onLeave(name);
    }
    for (const keyset of new Set(cluster.keysets)) {
      this.#keysets[keyset] = null;
      this.#freeKeysets.push(keyset);
    }
  }

  #addRow(adding: Adding, row: number): void {
    const { extract } = adding;
    const found = adding.likeLast(row) ?? this.#placeOf(adding, row);
    if (found === null) return;
    adding.remember(row, found);
    const hop = extract.hops.get(row);
    const extra =
      hop === undefined || extract.carries[row] === 0 ? null : this.#extraOf(adding, { hop, row, found });
    const cluster = this.#put(adding, row, found);
    if (extra !== null) cluster.extras.set(cluster.tail, extra);
    if (hop !== undefined && extract.matters[row] === 1) cluster.hops.set(hop.id, hop);
  }

  /** The cluster of a row by its trace and keys; null for a row that has neither and is no carrier. */
  #placeOf(adding: Adding, row: number): Found | null {
    const { extract } = adding;
    const trace = adding.traceOf(row);
    const keyset = this.#keysetOf(adding, extract.keysetOf[row] ?? 0);
    const inTrace = trace === "" ? null : this.#entry(`${CARRIER.trace}=${trace}`, adding.arrival);
    if (inTrace === null && keyset.cluster === null) {
      const isEvent = extract.batch.columns.fixed.kind[row] === 3;
      return isEvent ? { cluster: this.#begin(adding.arrival), trace: -1, keyset: keyset.id } : null;
    }
    const cluster = this.#joined(inTrace?.cluster ?? null, keyset.cluster);
    return { cluster, trace: inTrace?.trace ?? -1, keyset: keyset.id };
  }

  #keysetOf(adding: Adding, index: number): { readonly id: number; readonly cluster: Cluster | null } {
    if (index === 0) return { id: 0, cluster: null };
    const known = adding.keysets[index];
    if (known !== undefined) return known;
    const keys: Keys = adding.extract.keysets[index] ?? new Map();
    const id = this.#freeKeysets.pop() ?? this.#keysets.length;
    this.#keysets[id] = keys;
    let cluster: Cluster | null = null;
    for (const [kind, values] of keys) {
      for (const value of values)
        cluster = this.#joined(cluster, this.#entry(refText({ kind, value }), adding.arrival).cluster);
    }
    const made = { id, cluster };
    cluster?.keysets.push(id);
    adding.keysets[index] = made;
    return made;
  }

  /** Joins what a carrier leads to, and says what it has besides its ids. */
  #extraOf(adding: Adding, { hop, row, found }: { hop: Hop; row: number; found: Found }): Extra | null {
    const keys: Keys = adding.extract.keysets[adding.extract.keysetOf[row] ?? 0] ?? new Map();
    for (const ref of refsOf(hop, keys)) {
      this.#joined(found.cluster, this.#entry(joiningName(ref), adding.arrival).cluster);
    }
    const links = hop.links.flatMap((link): Pointer[] => {
      const entry = link.traceId === "" ? undefined : this.#entries.get(`${CARRIER.trace}=${link.traceId}`);
      return entry === undefined ? [] : [{ trace: entry.trace, ...wordsOf(link.spanId) }];
    });
    const { length: received } = messagesOf(hop).received;
    const crowded = Math.max(links.length, received) + hop.droppedLinks > this.#options.causesMax;
    const bound = links.length > 0 || received > 0;
    return bound || crowded ? { links, bound, crowded } : null;
  }

  #entry(name: string, arrival: Arrival): Entry {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const cluster = this.#begin(arrival);
    cluster.names.push(name);
    cluster.isWhole = !this.#options.isKnown(name);
    this.#traces = (this.#traces + 1) & 0x7fffffff;
    const entry = { cluster, trace: this.#traces };
    this.#entries.set(name, entry);
    return entry;
  }

  #begin({ nowMs, serial }: Arrival): Cluster {
    const cluster = newCluster(nowMs, serial);
    this.#clusters.add(cluster);
    return cluster;
  }

  #joined(one: Cluster | null, other: Cluster | null): Cluster {
    const [a, b] = [one ?? other, other ?? one];
    if (a === null || b === null) throw new RangeError("one of two clusters is given");
    const [first, second] = [current(a), current(b)];
    if (first === second) return first;
    const stays = merge(first, second, this.#pool.slots.next);
    const gone = stays === first ? second : first;
    this.#clusters.delete(gone);
    if (this.#dirty.delete(gone)) this.#dirty.add(stays);
    return stays;
  }

  #put(adding: Adding, row: number, found: Found): Cluster {
    const { extract, arrival } = adding;
    const cluster = current(found.cluster);
    const slot = this.#pool.take();
    fill(this.#pool.slots, slot, { fixed: extract.batch.columns.fixed, row, ...found });
    if (cluster.tail === -1) cluster.head = slot;
    else this.#pool.slots.next[cluster.tail] = slot;
    cluster.tail = slot;
    cluster.size++;
    const last = cluster.added.at(-1);
    if (last?.from === extract && last.end === row) last.end = row + 1;
    else cluster.added.push({ from: extract, first: row, end: row + 1 });
    if (cluster.dirtyMs === null) {
      cluster.dirtyMs = arrival.nowMs;
      cluster.serial = arrival.serial;
      this.#dirty.add(cluster);
    }
    if (adding.touched !== cluster) {
      adding.touched = cluster;
      cluster.touchedMs = arrival.nowMs;
      this.#clusters.delete(cluster);
      this.#clusters.add(cluster);
    }
    return cluster;
  }
}

/** After an eviction so much of the bound is left, so that not every batch has to evict. */
const KEPT_RATIO = 0.95;

/**
 * The one name by which facts join that a ref stands for: who links to a trace has to do with it, and who was caused by
 * an event with that event.
 */
export function joiningName({ kind, value }: Ref): string {
  if (kind === CARRIER.link) return refText({ kind: CARRIER.trace, value });
  if (kind === CARRIER.causedBy) return refText({ kind: CARRIER.event, value });
  return refText({ kind, value });
}
