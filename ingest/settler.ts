/**
 * Settler: keeps the journey rows of one tenant up to date with the facts that come in.
 *
 *   extract → live → [settler] → outcome, or settle → journeys → store
 *
 * A cluster of facts is settled when it has been quiet for a moment, or has waited for long. Most are told from memory
 * alone; those that have to do with others, or with hops that are only in the store, are gathered and stitched in full.
 * Both give the same rows. What could not be written is settled again.
 */
import type { Sighted } from "./acked.ts";
import type { Arrival } from "./adding.ts";
import { refsBlock } from "./blocks.ts";
import type { Cluster } from "./cluster.ts";
import type { Definitions } from "./definitions.ts";
import { Draft } from "./draft.ts";
import { isDue, type Standing, WAIT_MS_MAX } from "./due.ts";
import type { Extract } from "./extract.ts";
import type { HopSource } from "./gather.ts";
import type { Heard } from "./heard.ts";
import type { Journey } from "./journey.ts";
import { rememberRows, type WrittenRows } from "./journeys.ts";
import { Live } from "./live.ts";
import { type Outcomes, outcomesFor } from "./outcome.ts";
import { paced } from "./pace.ts";
import { pastIn } from "./past.ts";
import { PortionSize, portions, restFor, type Taken } from "./portions.ts";
import { Provisional } from "./provisional.ts";
import type { RefList } from "./reflist.ts";
import type { Ref } from "./refs.ts";
import { Round } from "./round.ts";
import { type Merged, type Settled, settle } from "./settle.ts";
import { addShortcuts, noShortcuts, type Shortcuts } from "./shortcuts.ts";
import type { Store } from "./store.ts";
import { Unconfirmed } from "./unconfirmed.ts";
import type { Versions } from "./versions.ts";

/** What a settler works with. */
export interface SettlerOptions {
  readonly store: Store;
  readonly source: HopSource;
  readonly definitions: Definitions;
  readonly tenant: string;
  readonly versions: Versions;
  /** epoch milliseconds */
  readonly now: () => number;
  /** names that hops in the store may go by; null while that is not known: then every cluster is gathered */
  readonly heard: () => Heard | null;
  /** whether all tenants together have as many facts in memory as there may be */
  readonly isFull: () => boolean;
}

/** Running totals. */
export interface SettlerStats {
  /** facts in memory; count */
  readonly live: number;
  /** clusters with facts that are not in their journeys' rows yet; count */
  readonly unsettled: number;
  /** clusters settled from memory, and with the store's help; counts since the start */
  readonly fromMemory: number;
  readonly fromStore: number;
}

/** A hop that names more causes is a hub, or nearly, and nobody's shortcut; count. */
const CAUSES_MAX = 32;
/** Clusters that memory may tell, of one round: after an outage there are ten times as many, and hops wait beside; count. */
const ROUND_MAX = 10_000;
/** Of one call to `settle`; count. */
const HOPS_MAX = 200_000;
/** With the store's help so long in one go at the most, a portion more or less: hops wait to be stored meanwhile; ms. */
const STORE_MS = 2_000;

/** Settles the journeys of one tenant. Calls to `settle` must not overlap. */
export class Settler {
  readonly #options: SettlerOptions;
  readonly #live: Live;
  readonly #outcomes: Outcomes;
  readonly #written: WrittenRows = new Map();
  readonly #provisional: Provisional;
  #fromMemory = 0;
  #fromStore = 0;
  readonly #portion = new PortionSize();
  readonly #unconfirmed = new Unconfirmed();
  /** the one that is going on */
  #round: Round | null = null;
  /** of the journal, that told of the last delivery */
  #segment = 0;

  constructor(options: SettlerOptions) {
    this.#options = options;
    const causesMax = Math.min(CAUSES_MAX, options.definitions.limits.hubSubjects);
    this.#live = new Live({ causesMax, past: pastIn(options.heard) });
    this.#outcomes = outcomesFor(options.definitions);
    this.#provisional = new Provisional(options);
  }

  /** Takes in a batch. Answers the refs that are to be stored with it. */
  add(extract: Extract, delivery: Omit<Arrival, "isLate">): RefList {
    const isLate = delivery.segment < this.#segment;
    this.#segment = Math.max(this.#segment, delivery.segment);
    return this.#live.add(extract, { ...delivery, isLate });
  }

  /** Where hops go by any of the refs, as far as memory has them; all that are not stored are there. */
  sight(refs: readonly Ref[]): Sighted {
    return this.#live.sight(refs);
  }

  /** Takes note of refs that hops in the store go by from now on, which memory need not have. */
  learn(refs: readonly Ref[]): void {
    this.#live.learn(refs);
  }

  get stats(): SettlerStats {
    const { size: live, dirty } = this.#live;
    const unsettled = dirty + (this.#round?.pending ?? 0);
    return { live, unsettled, fromMemory: this.#fromMemory, fromStore: this.#fromStore };
  }

  /** The number of the first delivery that is not in the rows of its journeys; infinite when all are. */
  oldestSerial(): number {
    return this.#live.oldestSerial();
  }

  /** See {@link Live.evict}. */
  evict(stored: number, factsMax: number): Promise<void> {
    return this.#live.evict(stored, factsMax);
  }

  /** Whether nobody else wrote by the time that all up to a delivery was stored; if not, memory told too early. */
  confirm(isAlone: boolean, stored: number): void {
    if (isAlone) this.#unconfirmed.confirm(stored);
    else this.#unconfirmed.giveBack(this.#live);
  }

  /**
   * Writes the rows that changed.
   *
   * @param everything  also of clusters that more may come to at any moment
   * @param stored      number of the last delivery that is stored, and all before it
   * @returns whether there was more to settle than one round takes
   * @throws {Failure} when the store does not take them; they are settled again next time
   */
  async settle(everything: boolean, stored: number): Promise<boolean> {
    const { store, heard, now } = this.#options;
    const isAlone = store.shape === "server" && heard() !== null;
    const standing = this.#standing(everything, stored);
    const due = this.#live.due((cluster) => isDue(cluster, standing));
    if (due.length === 0) return false;
    const round = new Round({ live: this.#live, standing, now, stored });
    const mayBeTold = (cluster: Cluster) => !cluster.isUntold && this.#live.isWhole(cluster);
    const told = due.filter(mayBeTold);
    this.#round = round;
    try {
      await this.#settleFromMemory(told.slice(0, ROUND_MAX), round);
      const others = round.inTurn(due, (cluster) => !mayBeTold(cluster));
      const isCutOff = await this.#settleFromStore(others, round);
      return isCutOff || told.length > ROUND_MAX;
    } finally {
      const settled = round.end();
      if (isAlone) for (const each of settled) this.#unconfirmed.add(each);
      this.#round = null;
    }
  }

  #standing(everything: boolean, stored: number): Standing {
    const { now, heard, isFull } = this.#options;
    const isShared = heard() === null;
    // Not all of it is stored, and others write too: of two that settle at once one has to see what the other stored.
    const isEarly = ({ newest }: Cluster) => isShared && newest > stored;
    const waitsForJournal = heard()?.isReading === true && !isFull();
    return { nowMs: now(), everything, waiting: this.#live.dirty, waitsForJournal, isEarly };
  }

  /** Takes those that memory alone can tell, and writes what it tells. */
  async #settleFromMemory(clusters: readonly Cluster[], round: Round): Promise<void> {
    if (clusters.length === 0) return;
    // Before any fact is read: a version must not promise what its reader has not seen.
    const version = await this.#options.versions.next();
    const nowNs = this.#nowNs();
    const draft = await this.#drafted([], version);
    const merged: Merged[] = [];
    const taken: Taken[] = [];
    const shortcuts = noShortcuts(this.#segment);
    await paced(clusters, (cluster) => {
      if (!round.isDue(cluster)) return;
      const told = this.#outcome(cluster, nowNs);
      cluster.isUntold = told === null;
      if (told === null) return;
      taken.push(round.take(cluster));
      addShortcuts(shortcuts, this.#live, { cluster, journeys: told.journeys });
      for (const journey of told.journeys) draft.add(journey);
      for (const gone of told.merged) merged.push(gone);
    });
    await this.#store(shortcuts);
    await this.#write(draft, merged);
    this.#fromMemory += taken.length;
    round.noteSettled(taken);
  }

  async #store({ refs, found }: Shortcuts): Promise<void> {
    if (refs.size === 0) return;
    await this.#options.store.insertNative("refs", [refsBlock(this.#options.tenant, [refs])]);
    for (const { subject, spots } of found) this.#live.leadTo(subject, spots);
  }

  /**
   * The others, portion by portion: what is written stays written, and what is too much for the store is made less.
   * Answers whether there was no time for all.
   */
  async #settleFromStore(all: Iterable<Taken>, round: Round): Promise<boolean> {
    const { definitions, now, source, tenant, versions } = this.#options;
    const beganMs = performance.now();
    const done: Taken[] = [];
    let isCutOff = false;
    try {
      for (const { hops, taken } of portions(all, this.#portion.hops)) {
        const askedMs = performance.now();
        const version = await versions.next();
        const options = { source, definitions, tenant, hopsMax: HOPS_MAX };
        const { journeys, merged } = await settle(options, hops, this.#nowNs());
        await this.#write(await this.#drafted(journeys, version), merged);
        round.noteSettled(taken);
        for (const each of taken) done.push(each);
        this.#fromStore += taken.length;
        this.#portion.noteTold(hops.length, performance.now() - askedMs);
        isCutOff = performance.now() - beganMs > STORE_MS;
        if (isCutOff) break;
      }
    } catch (error) {
      this.#portion.noteFailed();
      throw error;
    }
    restFor(done, now() + Math.min(performance.now() - beganMs, WAIT_MS_MAX));
    return isCutOff;
  }

  #nowNs(): bigint {
    return BigInt(this.#options.now()) * 1_000_000n;
  }

  #outcome(cluster: Cluster, nowNs: bigint): Settled | null {
    if (cluster.into !== null || !this.#live.isWhole(cluster)) return null;
    return this.#outcomes.of(
      { ...this.#live.shape(cluster), hops: this.#live.outlines(cluster) },
      nowNs,
      this.#provisional.mayBeAny(),
    );
  }

  /**
   * Writes the rows, and looks again at the stand-ins among them where others write too: another process may have
   * stored the order while this one folded, and looked for a stand-in to close before this one wrote it. One of the
   * two sees what the other did, for each stores first, then looks.
   */
  async #write(draft: Draft, merged: readonly Merged[]): Promise<void> {
    await this.#writeOnce(draft, merged);
    const standIns = draft.standIns.map(({ subject: { kind, id } }) => ({ kind, value: id }));
    if (standIns.length === 0 || this.#options.heard() !== null) return;
    const { definitions, source, tenant } = this.#options;
    const again = await this.#options.versions.next();
    const hops = await source.hops(tenant, await source.refs(tenant, standIns));
    const settled = await settle({ source, definitions, tenant, hopsMax: HOPS_MAX }, hops, this.#nowNs());
    await this.#writeOnce(await this.#drafted(settled.journeys, again), settled.merged);
  }

  async #drafted(journeys: readonly Journey[], version: bigint): Promise<Draft> {
    const known = { tenant: this.#options.tenant, written: this.#written };
    const isStandIn = (journey: Journey) => this.#provisional.isStandIn(journey);
    const draft = new Draft({ known, version, isStandIn });
    await paced(journeys, (journey) => draft.add(journey));
    return draft;
  }

  async #writeOnce(draft: Draft, candidates: readonly Merged[]): Promise<void> {
    const { store, tenant } = this.#options;
    const closing = await this.#provisional.open(candidates);
    const blocks = draft.end(closing);
    if (blocks.length > 0) await store.insertNative("journeys", blocks);
    rememberRows({ tenant, written: this.#written }, draft.changes, closing);
    this.#provisional.note(draft.standIns);
  }
}
