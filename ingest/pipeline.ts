/**
 * Pipeline: from a decoded delivery to stored hops and settled journeys. The file to read first.
 *
 *   receiver → accept: journal (durable) → recent (findable) → ack
 *                       └→ flush: refs, hops, dead letters → settle → journeys → release the journal
 *
 * An ack means the journal has it. Everything after that may fail and is tried again from memory, or after a restart
 * from the journal; every write is a set or the larger of two, so doing it twice changes nothing.
 */
import type { Delivery, Envelope } from "../collector/request.ts";
import { Failure } from "../errors.ts";
import { journeysBlock, refsBlock } from "./blocks.ts";
import type { Definitions } from "./definitions.ts";
import { type HopSource, united } from "./gather.ts";
import type { Journal } from "./journal.ts";
import { changedRows, type Rows, rememberRows, type WrittenRows } from "./journeys.ts";
import { keysOf } from "./keys.ts";
import { LetterBudget, storeLetters } from "./letters.ts";
import { encodeHops } from "./native_hops.ts";
import { Recent, type RecentHop } from "./recent.ts";
import { placeOf, placeText, type RefRow, refsOf, refText } from "./refs.ts";
import type { Position } from "./segments.ts";
import { settle } from "./settle.ts";
import type { Store } from "./store.ts";
import { type Stored, storedIn } from "./stored.ts";
import { type Versions, versionsOf } from "./versions.ts";

/** What a pipeline works with. */
export interface PipelineOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly definitions: Definitions;
  /** epoch milliseconds */
  readonly now: () => number;
  readonly log: { readonly warn: (fields: object, text: string) => void };
  /** how long an acked hop may wait for company before it is stored; ms. @default 250 */
  readonly flushMs?: number;
  /** room for dead letters. @default a day's worth */
  readonly letters?: LetterBudget;
  /** acked but not stored: beyond this new deliveries are refused for now; hops. @default 500,000 */
  readonly waitingMax?: number;
}

/** Running totals since the start. */
export interface PipelineStats {
  /** acked, not stored yet; hops */
  waiting: number;
  /** stored; hops, each telling counted */
  stored: number;
  flushes: number;
  failedFlushes: number;
  /** how long the last flush took; ms */
  lastFlushMs: number;
  /** when the oldest hop that waits was acked; epoch ms, null when none waits */
  oldestWaitingMs: number | null;
}

/** The way from acked to answered. */
export interface Pipeline {
  /** Resolves once the delivery is durable; throws a retryable `Failure` when it cannot be now. */
  readonly accept: (delivery: Delivery) => Promise<void>;
  /** Takes in what the journal still holds from before; the receiver may accept meanwhile. */
  readonly recover: (delivery: Delivery, position: Position) => void;
  /** Everything acked, stored or not. */
  readonly source: HopSource;
  /** Those of the kinds under which a value was acked. */
  readonly kindsOf: (tenant: string, value: string, kinds: readonly string[]) => Promise<readonly string[]>;
  readonly stats: Readonly<PipelineStats>;
  /** Stores all that waits. @throws {Failure} `store_unavailable` when the store does not take it */
  readonly flush: () => Promise<void>;
  /** Stops the clock and stores what waits if the store can; what it cannot stays in the journal. */
  readonly close: () => Promise<void>;
}

const FLUSH_MS = 250;
const WAITING_MAX = 500_000;
const HOPS_MAX = 200_000;
const RETRY_MS_MAX = 10_000;

/** Starts a pipeline. */
export function openPipeline(options: PipelineOptions): Pipeline {
  return new Flow(options);
}

interface Waiting {
  readonly delivery: Delivery;
  readonly hops: readonly RecentHop[];
  readonly position: Position;
  readonly ackedMs: number;
}

class Flow implements Pipeline {
  readonly source: HopSource;
  readonly stats: PipelineStats = {
    waiting: 0,
    stored: 0,
    flushes: 0,
    failedFlushes: 0,
    lastFlushMs: 0,
    oldestWaitingMs: null,
  };
  readonly #options: PipelineOptions;
  readonly #budget: LetterBudget;
  readonly #recent = new Recent();
  readonly #stored: Stored;
  readonly #written: WrittenRows = new Map();
  readonly #versions: Versions;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #closed = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#versions = versionsOf(options.store);
    this.#budget = options.letters ?? new LetterBudget();
    // What is recent is asked first: a hop that moves into the store between the two questions is then seen twice, not never.
    this.#stored = storedIn(options.store, { placesMax: 10_000, hopsMax: HOPS_MAX });
    this.source = united(this.#recent, this.#stored);
  }

  accept = async (delivery: Delivery): Promise<void> => {
    if (this.#closed) throw new Failure("stopping");
    if (this.stats.waiting > (this.#options.waitingMax ?? WAITING_MAX)) {
      throw new Failure("overloaded", "The store is behind.");
    }
    const position = await this.#options.journal.append(delivery.envelope, delivery.body);
    this.recover(delivery, position);
  };

  recover = (delivery: Delivery, position: Position): void => {
    const { batch } = delivery.decoded;
    const hops = Array.from({ length: batch.rows }, (_, row): RecentHop => {
      const hop = batch.hop(row);
      return { hop, keys: keysOf(hop, this.#options.definitions.keys) };
    });
    this.#recent.add(delivery.envelope.tenant, hops);
    const ackedMs = this.#options.now();
    this.#waiting.push({ delivery, hops, position, ackedMs });
    this.stats.waiting += hops.length;
    this.stats.oldestWaitingMs ??= ackedMs;
    this.#schedule(this.#options.flushMs ?? FLUSH_MS);
  };

  kindsOf = async (tenant: string, value: string, kinds: readonly string[]): Promise<string[]> => {
    const recent = this.#recent.kindsOf(tenant, value, kinds);
    const stored = await this.#stored.kindsOf(tenant, value, kinds);
    return kinds.filter((kind) => recent.includes(kind) || stored.includes(kind));
  };

  flush = async (): Promise<void> => {
    while (this.#waiting.length > 0 || this.#flushing !== null) {
      this.#flushing ??= this.#flushOnce().finally(() => {
        this.#flushing = null;
      });
      await this.#flushing;
    }
  };

  close = async (): Promise<void> => {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.flush().catch((error: unknown) => {
      this.#options.log.warn(
        { error },
        "What waits could not be stored; the journal keeps it for the next start.",
      );
    });
  };

  #schedule(afterMs: number): void {
    if (this.#timer !== null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.flush().catch((error: unknown) => this.#retryLater(error));
    }, afterMs);
  }

  #retryLater(error: unknown): void {
    const afterMs = Math.min(RETRY_MS_MAX, 250 * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.stats.failedFlushes += 1;
    this.#options.log.warn(
      { error, waiting: this.stats.waiting, afterMs },
      "The store did not take a flush; trying again.",
    );
    this.#schedule(afterMs);
  }

  async #flushOnce(): Promise<void> {
    const taken = this.#waiting;
    if (taken.length === 0) return;
    // What is acked from here on waits for the next flush, also when this one fails.
    this.#waiting = [];
    const beganMs = this.#options.now();
    try {
      for (const [tenant, deliveries] of byTenant(taken)) await this.#store(tenant, deliveries);
    } catch (error) {
      this.#waiting = [...taken, ...this.#waiting];
      throw error;
    }
    await this.#settled(taken);
    this.#failures = 0;
    this.stats.flushes += 1;
    this.stats.lastFlushMs = this.#options.now() - beganMs;
    this.stats.oldestWaitingMs = this.#waiting[0]?.ackedMs ?? null;
  }

  /** The store has them: memory and journal may let go. */
  async #settled(taken: readonly Waiting[]): Promise<void> {
    for (const { delivery, hops } of taken) {
      this.#recent.drop(delivery.envelope.tenant, hops);
      this.stats.waiting -= hops.length;
      this.stats.stored += hops.length;
    }
    await this.#options.journal.release(taken.map(({ position }) => position));
  }

  /** Refs before hops: a ref to a hop that is not there yet misleads nobody, a hop without refs is lost to lookups. */
  async #store(tenant: string, waiting: readonly Waiting[]): Promise<void> {
    const { store, now } = this.#options;
    const hops = waiting.flatMap((each) => each.hops);
    const letters = waiting.flatMap(({ delivery: { envelope, decoded } }) =>
      decoded.rejected.map((item) => ({ envelope, item })),
    );
    if (letters.length > 0) await storeLetters({ store, budget: this.#budget }, letters, now());
    if (hops.length === 0) return;
    await store.insertNative("refs", [refsBlock(tenant, refRowsOf(hops))]);
    await store.insertNative("hops", waiting.filter(({ hops: own }) => own.length > 0).flatMap(hopBlocks));
    await this.#settle(tenant, hops);
  }

  async #settle(tenant: string, hops: readonly RecentHop[]): Promise<void> {
    const { definitions, store, now } = this.#options;
    const asked = { source: this.source, definitions, tenant, hopsMax: HOPS_MAX };
    const version = await this.#versions.next();
    const settled = await settle(
      asked,
      hops.map(({ hop }) => hop),
      BigInt(now()) * 1_000_000n,
    );
    const known: Rows = { store, tenant, written: this.#written };
    const rows = await changedRows(known, settled);
    if (rows.length > 0) await store.insertNative("journeys", [journeysBlock(tenant, rows, version)]);
    rememberRows(known, rows);
  }
}

function byTenant(waiting: readonly Waiting[]): Map<string, Waiting[]> {
  const groups = new Map<string, Waiting[]>();
  for (const each of waiting) {
    const { tenant } = each.delivery.envelope;
    groups.set(tenant, [...(groups.get(tenant) ?? []), each]);
  }
  return groups;
}

function refRowsOf(hops: readonly RecentHop[]): RefRow[] {
  const rows = new Map<string, RefRow>();
  for (const { hop, keys } of hops) {
    const place = placeOf(hop, keys);
    for (const ref of refsOf(hop, keys))
      rows.set(`${placeText(place)} ${refText(ref)}`, { ...ref, ...place });
  }
  return [...rows.values()];
}

function hopBlocks({ delivery, hops }: Waiting): Uint8Array[] {
  const { tenant }: Envelope = delivery.envelope;
  const localities = BigUint64Array.from(hops, ({ hop, keys }) => placeOf(hop, keys).locality);
  // Some forty parts each; written one by one they would cost more than everything before.
  return [Buffer.concat(encodeHops(delivery.decoded.batch, { tenant, localities }))];
}
