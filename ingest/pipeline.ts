/**
 * Pipeline: from a decoded delivery to stored hops and settled journeys. The file to read first.
 *
 *   landing: journal (durable) → ack → landed: extract → recent (findable), live
 *                └→ round: refs, hops, dead letters → settle → journeys → release the journal
 *
 * An ack means the journal has it; whoever asks after that finds it. Everything else may fail and is tried again from
 * memory, or after a restart from the journal; every write is a set or the larger of two, so doing it twice changes
 * nothing. The journal keeps a delivery until its hops are stored and its journeys settled.
 */
import type { Delivery, Received } from "../collector/request.ts";
import { NO_TRACING, type Tracing } from "../collector/tracing.ts";
import { Failure } from "../errors.ts";
import { ackedKinds, ackedSource, type Sighted } from "./acked.ts";
import { Arrived } from "./arrived.ts";
import { WasAway } from "./attendant.ts";
import { pauseAfter } from "./backoff.ts";
import type { Definitions } from "./definitions.ts";
import { keptSinceNs } from "./elder.ts";
import { extract } from "./extract.ts";
import type { HopSource } from "./gather.ts";
import { Hearing } from "./hearing.ts";
import { Held } from "./held.ts";
import type { Journal } from "./journal.ts";
import { LetterBudget } from "./letters.ts";
import { noteIn } from "./past.ts";
import { type Plan, planOf } from "./plan.ts";
import { Queue } from "./queue.ts";
import { Recent } from "./recent.ts";
import type { Ref } from "./refs.ts";
import type { Position } from "./segments.ts";
import { factsThatFit, Settlers, type SettlersStats } from "./settlers.ts";
import { noteAcked, noteFailed, type PipelineStats, zeroStats } from "./stats.ts";
import type { Store } from "./store.ts";
import { storedIn } from "./stored.ts";
import { versionsOf } from "./versions.ts";
import type { Writers } from "./writers.ts";

/** What a pipeline works with. */
export interface PipelineOptions {
  readonly store: Store;
  readonly journal: Pick<Journal, "append" | "release" | "kept">;
  readonly definitions: Definitions;
  /** epoch milliseconds */
  readonly now: () => number;
  readonly log: { readonly warn: (fields: object, text: string) => void };
  /** Takes in what was acked elsewhere and is on its way here. @default nothing is */
  readonly takeAll?: () => void;
  /** how long an acked hop may wait for company before it is stored; ms. @default 250 */
  readonly flushMs?: number;
  /** who else writes to a server. @default nobody knows, and every journey is told with the store's help */
  readonly writers?: Writers;
  /** spans about flushes. @default none */
  readonly tracing?: Tracing;
  /** room for dead letters. @default a day's worth */
  readonly letters?: LetterBudget;
  /** acked but not stored: beyond this new deliveries are refused for now; hops. @default 500,000 */
  readonly waitingMax?: number;
  /** hops of open journeys kept in memory; count. @default 1,000,000, fewer where the heap is small */
  readonly liveMax?: number;
  /** stored hops of the latest deliveries kept in memory, whole; count. @default 100,000 */
  readonly recentMax?: number;
}

/** The way from acked to answered. */
export interface Pipeline {
  /** Resolves once the delivery is durable; throws a retryable `Failure` when it cannot be now. */
  readonly accept: (delivery: Delivery) => Promise<void>;
  /** Takes in what has just become durable. */
  readonly landed: (received: Received, position: Position) => void;
  /** Takes in what the journal still holds from before; the receiver may accept meanwhile. */
  readonly recover: (received: Received, position: Position) => void;
  /** Resolves when it is known which names hops in the store go by, or that this cannot be known now: recover then. */
  readonly ready: () => Promise<void>;
  /** Everything that the journal still held has been taken in, but for what cannot be read when it `isWhole` not. */
  readonly recovered: (isWhole: boolean) => void;
  /** Everything acked, stored or not. */
  readonly source: HopSource;
  /** Those of the kinds under which a value was acked. */
  readonly kindsOf: (tenant: string, value: string, kinds: readonly string[]) => Promise<readonly string[]>;
  /** Takes note of refs that were added to the store behind its back: hops there may go by these names now. */
  readonly learn: (refs: readonly Ref[]) => void;
  readonly stats: Readonly<PipelineStats>;
  /** How the journeys of all tenants stand with what came in. */
  readonly settling: () => SettlersStats;
  /** Stores all that waits and settles every journey. @throws {Failure} `store_unavailable` when the store does not take it */
  readonly flush: () => Promise<void>;
  /** Stops the clock and stores what waits if the store can; what it cannot stays in the journal. */
  readonly close: () => Promise<void>;
}

const FLUSH_MS = 250;
const WAITING_MAX = 500_000;
const HOPS_MAX = 200_001; // of one read: one more than a settling loads, which then notices that there are more
const RETRY_MS_MAX = 1_000;

/** Starts a pipeline. */
export function openPipeline(options: PipelineOptions): Pipeline {
  return new Flow(options);
}

/** A delivery, where the journal has it, and since when; epoch ms. */
type Acked = Received & { readonly position: Position; readonly ackedMs: number };

class Flow implements Pipeline {
  readonly source: HopSource;
  readonly kindsOf: Pipeline["kindsOf"];
  readonly stats = zeroStats();
  readonly #options: PipelineOptions;
  readonly #plan: Plan;
  readonly #budget: LetterBudget;
  readonly #recent: Recent;
  readonly #held: Held;
  readonly #arrived: Arrived<Acked>;
  readonly #queue: Queue;
  readonly #settlers: Settlers;
  readonly #hearing: Hearing;
  #serial = 0;
  #round: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** more was to be settled than one round takes: larger blocks are waited for no more */
  #isBehind = false;
  #failures = 0;
  #closed = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#plan = planOf(options.definitions);
    this.#held = new Held(options.journal);
    this.#arrived = new Arrived((acked) => this.#add(acked), options);
    this.#budget = options.letters ?? new LetterBudget();
    this.#recent = new Recent(options.recentMax);
    this.#queue = new Queue(this.stats, (serial) => this.#recent.noteStored(serial));
    const stored = storedIn(options.store, { placesMax: 10_000, hopsMax: HOPS_MAX });
    const sides = { sight: this.#sight, recent: this.#recent, stored };
    this.source = ackedSource(sides);
    this.kindsOf = (tenant, value, kinds) => ackedKinds(sides, { tenant, value, kinds });
    const { store, journal, writers = null, definitions, now, liveMax: factsMax = factsThatFit() } = options;
    const lost = () => this.#schedule(0);
    const kept = () => keptSinceNs(definitions.retention, BigInt(now()) * 1_000_000n);
    this.#hearing = new Hearing({ store, journal, writers, keptSinceNs: kept, lost });
    this.#settlers = new Settlers({
      store,
      source: this.source,
      definitions,
      versions: versionsOf(store),
      now,
      heard: () => this.#hearing.heard,
      factsMax,
    });
  }

  accept = async (delivery: Delivery): Promise<void> => {
    if (this.#closed) throw new Failure("stopping");
    if (this.stats.waiting > (this.#options.waitingMax ?? WAITING_MAX))
      throw new Failure("overloaded", "The store is behind.");
    const position = await this.#options.journal.append(delivery.envelope, delivery.body);
    this.landed(delivery, position);
  };

  landed = (received: Received, position: Position) => this.#arrived.put(this.#acked(received, position));
  recover = (received: Received, position: Position) => this.#add(this.#acked(received, position));

  #acked({ envelope, decoded }: Received, position: Position): Acked {
    noteAcked(this.stats, decoded.batch);
    return { envelope, decoded, position, ackedMs: this.#options.now() };
  }

  #add({ envelope, decoded, position, ackedMs }: Acked): void {
    const serial = ++this.#serial;
    const found = extract(decoded.batch, this.#plan, envelope.tenant);
    this.#recent.add(found, serial);
    const refs = this.#settlers
      .of(envelope.tenant)
      .add(found, { serial, segment: position.segment, nowMs: ackedMs });
    this.#queue.add({ envelope, rejected: decoded.rejected, extract: found, refs, serial, ackedMs });
    this.#held.add(serial, position);
    this.#schedule(this.#options.flushMs ?? FLUSH_MS);
  }

  #sight = (tenant: string, refs: readonly Ref[]): Sighted => {
    this.#arrived.readAll();
    return this.#settlers.of(tenant).sight(refs);
  };

  learn = (refs: readonly Ref[]): void => {
    const { heard } = this.#hearing;
    this.#settlers.learn(refs);
    if (heard !== null) for (const ref of refs) noteIn(heard, ref);
  };

  settling = (): SettlersStats => this.#settlers.stats;

  ready = () => this.#hearing.first();
  recovered = (isWhole: boolean): void => this.#hearing.noteRead(isWhole);
  flush = () => this.#drain(true);

  close = async (): Promise<void> => {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#hearing.close();
    // What was not read back whole yet is settled after the next start.
    try {
      await this.#drain(this.#hearing.heard?.isReading !== true);
      await this.#hearing.leave();
    } catch (err) {
      const text = "What waits could not be stored; the journal keeps it for the next start.";
      this.#options.log.warn({ err }, text);
    }
  };

  async #drain(everything: boolean): Promise<void> {
    const isUnsettled = () => everything && this.settling().unsettled > 0;
    this.#arrived.readAll();
    while (this.#queue.oldestSerial() !== null || this.#round !== null || isUnsettled()) {
      this.#round ??= this.#traced(everything);
      await this.#round;
    }
  }

  #schedule(afterMs: number): void {
    if (this.#timer !== null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const isGrowing = !this.#isBehind && this.#queue.isWorthWaiting(this.#options.now());
      if (isGrowing || this.#round !== null) this.#schedule(FLUSH_MS);
      else this.#startRound();
    }, afterMs);
  }

  #startRound(): void {
    this.#round = this.#traced(false);
    this.#round.catch((error: unknown) => this.#retryLater(error));
  }

  #traced(everything: boolean): Promise<void> {
    const { tracing = NO_TRACING } = this.#options;
    const attributes = { "waybill.hops": this.stats.waiting, "waybill.subjects": this.settling().unsettled };
    return tracing.span({ name: "flush", kind: "internal", attributes }, () => this.#endRound(everything));
  }

  async #endRound(everything: boolean): Promise<void> {
    try {
      await this.#flushAndSettle(everything);
      this.#release();
      this.#failures = 0;
      this.stats.trouble = null;
    } finally {
      this.#round = null;
    }
    if (this.#queue.oldestSerial() !== null || this.settling().unsettled > 0)
      this.#schedule(this.#isBehind ? 0 : (this.#options.flushMs ?? FLUSH_MS));
  }

  /** Side by side: memory has all that is on its way, and where others write too only what is stored is settled. */
  async #flushAndSettle(everything: boolean): Promise<void> {
    await this.#hearing.again();
    const before = this.#lastStored();
    const settling = this.#settlers.settle(everything, before);
    const storing = this.#flush(settling);
    for (const outcome of await Promise.allSettled([storing, settling]))
      if (outcome.status === "rejected") throw outcome.reason;
    this.#isBehind = await settling;
    const stored = this.#lastStored();
    const isAlone = await this.#hearing.isAlone();
    this.#settlers.confirm(isAlone, stored);
  }

  /** Number of the last delivery that is stored, and all before it; not while a flush is going on. */
  #lastStored(): number {
    return (this.#queue.oldestSerial() ?? this.#serial + 1) - 1;
  }

  #retryLater(error: unknown): void {
    const afterMs = error instanceof WasAway ? 0 : pauseAfter(this.#failures++, RETRY_MS_MAX);
    noteFailed(this.stats, error);
    const text = "The store did not take a flush; trying again.";
    this.#options.log.warn({ err: error, waiting: this.stats.waiting, afterMs }, text);
    this.#schedule(afterMs);
  }

  #flush(beside: Promise<unknown>): Promise<void> {
    const { store, now } = this.#options;
    return this.#queue.flush({ store, budget: this.#budget, nowMs: now() }, beside);
  }

  /** The journal may forget what is stored and settled. */
  #release(): void {
    const unstored = this.#queue.oldestSerial() ?? Number.POSITIVE_INFINITY;
    const oldest = Math.min(unstored, this.#settlers.oldestSerial());
    // Not awaited: removing a file waits until the disk has the store's rows, the next round need not.
    this.#held
      .releaseBefore(oldest)
      .catch((err: unknown) =>
        this.#options.log.warn({ err }, "Stored deliveries stay in the journal for now."),
      );
  }
}
