/**
 * Live: the facts of journeys that are going on, in memory, by what they have to do with each other.
 *
 *   extract → [live] → sole → fold → journey rows
 *                └→ refs that the store does not have yet
 *
 * Lets most journeys be settled without asking the store. A cache, never the truth: bounded, the clusters touched least
 * recently leave first, and what left, or was there before this process, is remembered by name only (heard.ts); a
 * cluster that such a name leads to is not whole, and is settled from the store. Decides nothing about subjects.
 */
import { word } from "../collector/decoder/buffers.ts";
import { listStart } from "../collector/decoder/columns.ts";
import { hexOf } from "../collector/decoder/hex.ts";
import type { Hop } from "../collector/hop.ts";
import type { Sighted } from "./acked.ts";
import { Adding, type Arrival, type Found, isNone, NO_KEYS } from "./adding.ts";
import { Carried } from "./carried.ts";
import { messagesOf, NO_MESSAGES } from "./carriers.ts";
import { appended, type Cluster, current, type Extra, type KeySet, type Name } from "./cluster.ts";
import { Clusters } from "./clusters.ts";
import { CARRIES, type Extract } from "./extract.ts";
import type { Pointer } from "./forest.ts";
import { KEPT_RATIO, leavers } from "./leaving.ts";
import { breather } from "./pace.ts";
import { joiningKind, type Past } from "./past.ts";
import { Pool } from "./pool.ts";
import type { RefList } from "./reflist.ts";
import { CARRIER, carrierRefsOf, type Ref, type RefRow } from "./refs.ts";
import { type ShapeOfCluster, Shaper } from "./shape.ts";
import { NO_SLOT } from "./slots.ts";
import type { Spot } from "./spots.ts";

/** How much is told from memory, and how the past of live facts is looked up. */
export interface LiveOptions {
  /** a hop that names more causes is not told from memory; count, at most the limit for hubs */
  readonly causesMax: number;
  readonly past: Past;
}

/** The live facts of one tenant. */
export class Live {
  readonly #options: LiveOptions;
  readonly #pool = new Pool();
  readonly #clusters: Clusters;
  readonly #carried = new Carried();
  readonly #shaper = new Shaper();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#clusters = new Clusters(options.past, this.#pool);
  }

  /** Facts in memory; count. */
  get size(): number {
    return this.#pool.used;
  }

  /** Clusters with facts that are not settled; count. */
  get dirty(): number {
    return this.#clusters.dirty.size;
  }

  /** Adds the rows of a batch. Answers the refs that the store does not have from an earlier one. */
  add(extract: Extract, arrival: Arrival): RefList {
    const adding = new Adding(extract, arrival);
    for (let row = 0; row < extract.batch.rows; row++) this.#addRow(adding, row);
    return adding.refs;
  }

  /** Whether a cluster has all that belongs to it. */
  isWhole(cluster: Cluster): boolean {
    return this.#clusters.isWhole(cluster);
  }

  /** The spots of all that belongs to a cluster, at which nothing goes by this name of it. */
  spotsBeside(cluster: Cluster, name: Ref): Spot[] {
    return this.#clusters.spotsBeside(cluster, name);
  }

  /** Notes that a name leads to spots, though no hop there goes by it: the store knows. */
  leadTo(name: Ref, spots: readonly Spot[]): void {
    this.#clusters.leadTo(name, spots);
  }

  /** The clusters to settle now. */
  due(isDue: (cluster: Cluster) => boolean): Cluster[] {
    return this.#clusters.due(isDue);
  }

  /** Takes what was added to a cluster since it was settled last; it is clean until more comes. */
  take(cluster: Cluster): Cluster["added"] {
    const { added } = cluster;
    cluster.added = [];
    cluster.dirtyMs = null;
    this.#clusters.dirty.delete(cluster);
    return added;
  }

  /** Gives back what could not be settled. */
  giveBack(taken: Cluster, { added, serial }: Pick<Cluster, "added" | "serial">): void {
    const cluster = current(taken);
    cluster.added = appended([...added], cluster.added);
    cluster.serial = cluster.dirtyMs === null ? serial : Math.min(serial, cluster.serial);
    cluster.dirtyMs ??= cluster.touchedMs;
    this.#clusters.dirty.add(cluster);
  }

  /** The number of the first delivery with facts that are not settled; infinite when all are. */
  oldestSerial(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { serial } of this.#clusters.dirty) oldest = Math.min(oldest, serial);
    return oldest;
  }

  /** The facts of a cluster as numbers, and the keys that its key sets stand for. Good until the next call. */
  shape(cluster: Cluster): ShapeOfCluster {
    return this.#shaper.shape(cluster, this.#pool, this.#carried.sets);
  }

  /** The hops of a cluster that folding looks at, each fact once. */
  outlines({ hops }: Cluster): Hop[] {
    return this.#clusters.outlines.hops(hops);
  }

  /** Where live hops go by any of the refs, and about which of them the store has to be asked too. */
  sight(refs: readonly Ref[]): Sighted {
    const rows: RefRow[] = [];
    const unsure: Ref[] = [];
    for (const ref of refs) {
      for (const place of this.#clusters.leaving.places(ref)) rows.push({ ...ref, ...place });
      const { spots, cluster } = this.#clusters.sightOf(ref);
      if (cluster === "none") continue;
      const isWhole = cluster !== null && this.#clusters.isWhole(cluster);
      if (!isWhole) unsure.push(ref);
      const since = isWhole ? { since: cluster.oldest } : {};
      for (const place of this.#clusters.spots.places(spots)) rows.push({ ...ref, ...place, ...since });
    }
    return { rows, unsure };
  }

  /** Takes note of refs that hops in the store go by from now on, which memory need not have. */
  learn(refs: readonly Ref[]): void {
    for (const ref of refs) this.#clusters.learn(ref);
  }

  /**
   * Lets go of clusters until the bound is kept, see leaving.ts; in short stretches, for as much leaves as comes.
   *
   * @param stored    number of the last delivery that is stored
   * @param factsMax  facts kept at the most; count
   */
  async evict(stored: number, factsMax: number): Promise<void> {
    this.#clusters.leaving.noteStored(stored);
    if (this.#pool.used <= factsMax) return;
    const breathe = breather();
    for (const cluster of leavers(this.#clusters.byTouch(), { stored, factsMax })) {
      this.#forget(cluster, stored);
      if (this.#pool.used <= factsMax * KEPT_RATIO) return;
      await breathe();
    }
  }

  #forget(cluster: Cluster, stored: number): void {
    this.#carried.forget(cluster);
    this.#clusters.forget(cluster, stored);
  }

  #addRow(adding: Adding, row: number): void {
    const { extract } = adding;
    const found = adding.likeLast(row) ?? this.#placeOf(adding, row);
    if (found === null) return;
    const extra = extract.carries[row] === CARRIES.nothing ? null : this.#extraOf(adding, row, found);
    const cluster = this.#put(adding, row, found);
    if (extra !== null) {
      cluster.extras ??= new Map();
      cluster.extras.set(cluster.tail, extra);
    }
    const alike = extract.outlineAt(row);
    if (alike === null) return;
    const { fixed } = extract.batch.columns;
    cluster.hops = this.#clusters.outlines.add(cluster.hops, { fixed, row, alike });
  }

  /** The cluster of a row by its trace and keys, and the refs of both; null for a row with neither that is no carrier. */
  #placeOf(adding: Adding, row: number): Found | null {
    const { extract, arrival, traceWords } = adding;
    const keyset = this.#keysetOf(adding, extract.keysetOf[row] ?? 0);
    let cluster = keyset.names[0]?.cluster ?? null;
    const trace = isNone(traceWords, row * 4)
      ? -1
      : this.#clusters.traceOf({ arrival, into: cluster }, traceWords, row * 4);
    const ofTrace = this.#clusters.traces.clusters[trace] ?? null;
    if (ofTrace !== null) cluster = this.#clusters.join(cluster ?? ofTrace, ofTrace);
    if (cluster === null) {
      if (extract.carries[row] === CARRIES.nothing) return null;
      cluster = this.#clusters.begin(arrival);
    }
    const found = { cluster: current(cluster), trace, keyset: keyset.id };
    this.#noteRefs(adding, row, { trace, keyset });
    adding.remember(row, found);
    return found;
  }

  #noteRefs(adding: Adding, row: number, { trace, keyset }: Named): void {
    const [spot, { isLate }] = [adding.spotOf(row), adding.arrival];
    for (const name of keyset.names)
      if (this.#clusters.noteName(name, spot, 0) || isLate) adding.refs.add(name, spot);
    if (trace !== -1 && (this.#clusters.noteTrace(trace, spot, 0) || isLate))
      adding.refs.add({ kind: CARRIER.trace, value: hexOf(adding.traceWords, row * 4, 4) }, spot);
  }

  /** What a set of keys of the batch is among the live ones. All its names are in one cluster. */
  #keysetOf(adding: Adding, index: number): KeySet {
    const known = adding.keysets[index];
    if (known !== undefined) return known;
    const names: Name[] = [];
    let cluster: Cluster | null = null;
    for (const [kind, values] of adding.extract.keysets[index] ?? NO_KEYS)
      for (const value of values) {
        const name = this.#clusters.nameOf({ arrival: adding.arrival, into: cluster }, kind, value);
        names.push(name);
        cluster = this.#clusters.join(cluster ?? name.cluster, name.cluster);
      }
    const set = this.#carried.of(names);
    adding.keysets[index] = set;
    return set;
  }

  /** Joins what a carrier leads to, and says what it has besides its ids. */
  #extraOf(adding: Adding, row: number, found: Found): Extra | null {
    const spot = adding.spotOf(row);
    const { carries, carrierAt } = adding.extract;
    const carrier = carries[row] === CARRIES.more ? carrierAt(row) : null;
    const messages = carrier === null ? NO_MESSAGES : messagesOf(carrier);
    for (const ref of carrier === null ? [] : carrierRefsOf(carrier, messages)) {
      const arriving = { arrival: adding.arrival, into: found.cluster };
      const name = this.#clusters.nameOf(arriving, joiningKind(ref.kind), ref.value);
      this.#clusters.join(found.cluster, name.cluster);
      if (this.#clusters.noteName(name, spot, ref.kind === CARRIER.causedBy ? 1 : 0) || adding.arrival.isLate)
        adding.refs.add(ref, spot);
    }
    const links = this.#linksOf(adding, row, { found, spot });
    const received = messages.received.length;
    const dropped = adding.extract.batch.columns.fixed.droppedLinks[row] ?? 0;
    const crowded = Math.max(links.length, received) + dropped > this.#options.causesMax;
    const bound = links.length > 0 || received > 0;
    return bound || crowded ? { links, bound, crowded } : null;
  }

  /** Joins the traces that a row links to. */
  #linksOf(adding: Adding, row: number, { found, spot }: { found: Found; spot: Spot }): readonly Pointer[] {
    const { links } = adding.extract.batch.columns;
    if (listStart(links, row) === word(links.ends, row)) return NO_LINKS;
    const pointers: Pointer[] = [];
    for (let i = listStart(links, row); i < word(links.ends, row); i++) {
      const words = links.traceIds.data;
      if (isNone(words, i * 4)) continue;
      const arriving = { arrival: adding.arrival, into: found.cluster };
      const trace = this.#clusters.traceOf(arriving, words, i * 4);
      const cluster = this.#clusters.traces.clusters[trace];
      if (cluster) this.#clusters.join(found.cluster, cluster);
      if (this.#clusters.noteTrace(trace, spot, 1) || adding.arrival.isLate)
        adding.refs.add({ kind: CARRIER.link, value: hexOf(words, i * 4, 4) }, spot);
      const { data } = links.spanIds;
      pointers.push({ trace, spanLow: data[i * 2] ?? 0, spanHigh: data[i * 2 + 1] ?? 0 });
    }
    return pointers.slice(); // see carried.ts
  }

  #put(adding: Adding, row: number, found: Found): Cluster {
    const { extract, arrival } = adding;
    const cluster = current(found.cluster);
    const { trace, keyset } = found;
    const slot = this.#pool.add({ fixed: extract.batch.columns.fixed, row, trace, keyset });
    if (cluster.tail === NO_SLOT) cluster.head = slot;
    else this.#pool.link(cluster.tail, slot);
    cluster.tail = slot;
    cluster.size++;
    const last = cluster.added.at(-1);
    if (last?.from === extract.batch && last.end === row) last.end = row + 1;
    else cluster.added = appended(cluster.added, [{ from: extract.batch, first: row, end: row + 1 }]);
    if (adding.touched !== cluster) this.#clusters.touch(cluster, arrival);
    adding.touched = cluster;
    return cluster;
  }
}

type Named = { readonly trace: number; readonly keyset: KeySet };

const NO_LINKS: readonly Pointer[] = [];
