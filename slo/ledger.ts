/**
 * Ledger: every objective's journeys counted by the minute, kept true as rows of the journeys table change.
 *
 *   journeys → marks → [ledger] → board
 *
 * Counted once from the whole table, then only revised: a look costs as much as changed since the last one, however
 * many journeys there are. What it holds is a cache of the table: a restart counts anew, and recount.ts proves that
 * both are the same. Rows become visible a little after their version was taken, so each look reads a little back.
 */
import type { Definition } from "../ingest/definitions.ts";
import { paced } from "../ingest/pace.ts";
import type { Store } from "../ingest/store.ts";
import { newestVersion } from "../ingest/versions.ts";
import { Book, type Revisions } from "./book.ts";
import { askMarks, type Changed, changedJourneys, recentJourneys, type Wanted } from "./marks.ts";
import { partsOf, WHOLE } from "./parts.ts";
import { reachOf } from "./tally.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Journeys that count within this long may change without everything being counted anew; ms. */
const HOT_MS = DAY_MS;

/** More than so many are not held under their names; the time for which they are is then shortened. Journeys. */
const HELD_MAX = 500_000;

/** That time is never shorter: rows of the last LATE_US stay in any case; ms. */
const HOT_MS_MIN = 3 * MINUTE_MS;

/** How long a row may take from its version to being visible: longer than an insert may last; microseconds. */
const LATE_US = 150_000_000;

/** How often a definition is counted anew at most because journeys changed that are not held; ms. */
const ANEW_MS = 300_000;

/** A definition that takes long to count rests so many times as long before it is counted anew. */
const ANEW_RESTS = 30;

/** Keys of one statement, and changed journeys beyond which it is cheaper to count all. */
const KEYS_MAX = 20_000;
const CHANGES_MAX = 400_000;

/** Charts and replays may look back beyond the longest window by this; ms. */
export const SPARE_MS = 8 * DAY_MS;

/** What a ledger counts. */
export interface LedgerSources {
  readonly store: Store;
  readonly definitions: readonly Definition[];
  readonly tenant: string;
  /** rows that one statement may count. @default 250,000 */
  readonly rowsMax?: number;
  /** journeys that one look may revise. @default 400,000 */
  readonly changesMax?: number;
  /** journeys held under their names, about, but for new ones. @default 500,000 */
  readonly heldMax?: number;
}

/** How the ledger stands. */
export interface LedgerState {
  /** up to here counts are settled; epoch ms UTC */
  readonly watermarkMs: number;
  /** when everything was last counted from the table; epoch ms UTC */
  readonly countedMs: number;
  /** changed journeys that wait for the next full count, because they count too long ago */
  readonly owed: number;
  /** journeys held under their names */
  readonly held: number;
}

/** One definition's book, with when it was counted and what it owes. */
interface Entry {
  book: Book;
  countedMs: number;
  /** how long counting took; ms */
  tookMs: number;
  owed: number;
}

/** The counts of all objectives. */
export class Ledger {
  readonly #sources: LedgerSources;
  readonly #entries = new Map<string, Entry>();
  readonly #revisions = new Map<string, Revisions>();
  #hotMs = HOT_MS;
  #version = 0;
  #watermarkMs = 0;
  #sinceMs: number | null = null;
  #working: Promise<void> = Promise.resolve();

  constructor(sources: LedgerSources) {
    this.#sources = sources;
  }

  /** when it began to count; null: not yet. Epoch ms UTC */
  get sinceMs(): number | null {
    return this.#sinceMs;
  }

  /** @throws {RangeError} before the first look */
  state(): LedgerState {
    const entries = [...this.#entries.values()];
    return {
      watermarkMs: this.#watermarkMs,
      countedMs: Math.min(...entries.map(({ countedMs }) => countedMs)),
      owed: entries.reduce((sum, { owed }) => sum + owed, 0),
      held: entries.reduce((sum, { book }) => sum + book.held, 0),
    };
  }

  /** The book of a definition. @throws {RangeError} when there is none: a bug, or nobody looked yet */
  book(definition: string): Book {
    const entry = this.#entries.get(definition);
    if (entry === undefined) throw new RangeError(`${definition} was not counted`);
    return entry.book;
  }

  /** Takes in what is stored by now. One look at a time. @throws {Failure} when the store does not answer */
  look(watermarkMs: number): Promise<void> {
    const looked = this.#working.then(() => this.#look(watermarkMs));
    this.#working = looked.catch(() => {});
    return looked;
  }

  async #look(watermarkMs: number): Promise<void> {
    // What a clock that was ahead let go of is needed again.
    const isBack = watermarkMs < this.#watermarkMs;
    if (this.#entries.size === 0 || isBack) await this.#countAll(watermarkMs);
    else await this.#catchUp(watermarkMs);
    this.#sinceMs ??= watermarkMs;
    this.#watermarkMs = watermarkMs;
    this.#forget(watermarkMs);
    while (this.state().held > this.#heldMax && this.#hotMs > HOT_MS_MIN) {
      this.#hotMs = Math.max(HOT_MS_MIN, this.#hotMs / 2);
      this.#forget(watermarkMs);
    }
  }

  #forget(watermarkMs: number): void {
    for (const { book } of this.#entries.values()) {
      book.forget(this.#hotMinute(watermarkMs), this.#seenVersion());
      book.trim(this.#fromMs(book.definition, watermarkMs));
    }
  }

  async #countAll(watermarkMs: number): Promise<void> {
    const [newest] = await newestVersion(this.#sources.store, {});
    this.#version = Number(newest?.version ?? 0n);
    const entries = new Map<string, Entry>();
    // One after the other: an order lookup must never wait for a row of these.
    for (const definition of this.#sources.definitions)
      entries.set(definition.name, await this.#count(definition, watermarkMs));
    for (const [name, entry] of entries) this.#entries.set(name, entry);
  }

  async #count(definition: Definition, watermarkMs: number): Promise<Entry> {
    const begunMs = performance.now();
    const { store, tenant, rowsMax } = this.#sources;
    const isCrowded = await this.#makeRoom(watermarkMs);
    const book = new Book(definition, this.#hotMinute(watermarkMs), this.#revisions);
    for (const { id, revisions } of book.accounts) this.#revisions.set(id, revisions);
    const wanted = this.#wanted(book, watermarkMs);
    // Too many new rows to hold them all: what comes in late among them is found by counting once more.
    const named = isCrowded ? { ...wanted, hotVersion: Number.MAX_SAFE_INTEGER } : wanted;
    // A row that comes in between two parts has a version that the next look asks for.
    for (const part of await partsOf(store, { tenant, definition: definition.name, rowsMax }))
      await paced(await askMarks(store, { ...named, part }), (marks) => book.fill(marks));
    return { book, countedMs: watermarkMs, tookMs: performance.now() - begunMs, owed: isCrowded ? 1 : 0 };
  }

  /** Shortens the time in which journeys are held until they fit; true when new rows alone would not. */
  async #makeRoom(watermarkMs: number): Promise<boolean> {
    const { store, tenant } = this.#sources;
    const [recent] = await recentJourneys(store, {
      tenant,
      version: BigInt(this.#seenVersion()),
      from_minute: this.#hotMinute(watermarkMs),
      to_minute: Math.ceil(watermarkMs / MINUTE_MS),
    });
    if (recent === undefined) return false;
    const over = overflowing(recent, this.#heldMax);
    if (over !== undefined) this.#hotMs = Math.max(HOT_MS_MIN, watermarkMs - (over + 1) * MINUTE_MS);
    return recent.fresh > this.#heldMax;
  }

  get #heldMax(): number {
    return this.#sources.heldMax ?? HELD_MAX;
  }

  /** All rows below this version were visible at the last look. Rows of version 0 are nobody's: they never change. */
  #seenVersion(): number {
    return Math.max(1, Math.floor(this.#version - LATE_US));
  }

  #wanted({ definition, reading }: Book, watermarkMs: number): Omit<Wanted, "only"> & { only: null } {
    const { tenant } = this.#sources;
    return {
      tenant,
      definition,
      reading,
      fromMinute: this.#fromMs(definition, watermarkMs) / MINUTE_MS,
      hotMinute: this.#hotMinute(watermarkMs),
      hotVersion: this.#seenVersion(),
      part: WHOLE,
      only: null,
    };
  }

  /** Where the first day begins that is counted. */
  #fromMs({ objectives }: Definition, watermarkMs: number): number {
    const reaches = objectives.map((objective) => reachOf(objective, watermarkMs).fromMs);
    return Math.floor((Math.min(watermarkMs, ...reaches) - SPARE_MS) / DAY_MS) * DAY_MS;
  }

  async #catchUp(watermarkMs: number): Promise<void> {
    const { store, tenant, changesMax = CHANGES_MAX } = this.#sources;
    const since_us = BigInt(this.#seenVersion());
    const lists = await changedJourneys(store, { tenant, since_us, most: changesMax });
    // Whose changes are among those that were cut off, nobody knows: all are counted anew.
    const isTooMuch = lists.reduce((sum, { ids }) => sum + ids.length, 0) >= changesMax;
    const changed = new Map<string, Changed[]>([...this.#entries.keys()].map((name) => [name, []]));
    let newest = this.#version;
    // With much load, or after an outage of the store, they are a hundred thousand.
    await paced(eachOf(lists), ({ definition, kind, id, version }) => {
      newest = Math.max(newest, version);
      const isNews = this.#entries.get(definition)?.book.knows(`${kind}\n${id}`, version) === false;
      if (isNews) changed.get(definition)?.push({ kind, id, version });
    });
    for (const [name, entry] of this.#entries) {
      const own = changed.get(name) ?? [];
      entry.owed += isTooMuch ? Math.max(1, own.length) : await this.#revise(entry, own);
      const restMs = Math.max(ANEW_MS, ANEW_RESTS * entry.tookMs);
      if (entry.owed > 0 && watermarkMs - entry.countedMs >= restMs)
        this.#entries.set(name, await this.#count(entry.book.definition, watermarkMs));
    }
    this.#version = newest;
  }

  async #revise(entry: Entry, changed: readonly Changed[]): Promise<number> {
    let unknown = 0;
    for (let at = 0; at < changed.length; at += KEYS_MAX) {
      const only = changed.slice(at, at + KEYS_MAX);
      const wanted = { ...this.#wanted(entry.book, this.#watermarkMs), only };
      await paced(await askMarks(this.#sources.store, wanted), (marks) => {
        unknown += entry.book.revise(marks, this.#watermarkMs);
      });
    }
    return unknown;
  }

  #hotMinute(watermarkMs: number): number {
    return Math.floor((watermarkMs - this.#hotMs) / MINUTE_MS);
  }
}

/** The minute, going back from the last, with which there are more than so many; undefined when there never are. */
function overflowing(
  { minutes, counts }: { readonly minutes: readonly number[]; readonly counts: readonly number[] },
  most: number,
): number | undefined {
  let sum = 0;
  return minutes.find((_, at) => {
    sum += counts[at] ?? 0;
    return sum > most;
  });
}

/** One after the other, what lists have at the same place. */
function* eachOf(lists: Awaited<ReturnType<typeof changedJourneys>>) {
  for (const { definitions, kinds, ids, versions } of lists)
    for (const [at, version] of versions.entries())
      yield { definition: definitions[at] ?? "", kind: kinds[at] ?? "", id: ids[at] ?? "", version };
}
