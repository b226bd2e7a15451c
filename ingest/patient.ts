/**
 * Patient: a store that may not be there yet, or not fit yet.
 *
 *   open, prepare → [patient] → the store, as soon as both went well
 *
 * A server that is down when we start is no reason not to start: the journal takes in what arrives. Until the store is
 * there every call fails as an outage does, so whoever uses it needs no second way. Once it is there, later outages are
 * for the client to report.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../errors.ts";
import { pauseAfter } from "./backoff.ts";
import type { Store } from "./store.ts";

/** How to come by a store. */
export interface PatientOptions {
  readonly shape: Store["shape"];
  readonly open: () => Promise<Store>;
  /** Brings its tables up to date; repeated until it goes well, also when a part of it went well before. */
  readonly prepare: (store: Store) => Promise<void>;
  /** is told of each attempt that failed */
  readonly failed: (error: unknown, againMs: number) => void;
  /** how long a start waits for the store before it goes on without; ms. @default 3,000 */
  readonly firstMs?: number;
}

const FIRST_MS = 3_000;
const AGAIN_MS_MAX = 5_000;

/**
 * Opens a store, or starts without it when it does not answer.
 *
 * @throws {Failure} what no waiting mends and shows at once: another process has the folder, a newer schema
 */
export async function openPatiently(options: PatientOptions): Promise<Store> {
  const store = new PatientStore(options);
  const first = store.attempt();
  const timer = new AbortController();
  const enough = sleep(options.firstMs ?? FIRST_MS, undefined, { signal: timer.signal }).catch(
    () => undefined,
  );
  try {
    await Promise.race([first, enough]);
  } catch (error) {
    if (!(error instanceof Failure && error.retryable)) {
      await store.close();
      throw error;
    }
  }
  timer.abort();
  store.goOnAfter(first);
  return store;
}

class PatientStore implements Store {
  readonly shape: Store["shape"];
  readonly #options: PatientOptions;
  readonly #closing = new AbortController();
  #going: Promise<void> = Promise.resolve();
  #opened: Store | null = null;
  #ready: Store | null = null;
  #why = "It was not reached yet.";

  constructor(options: PatientOptions) {
    this.#options = options;
    this.shape = options.shape;
  }

  query: Store["query"] = async (sql, params) => this.#store().query(sql, params);
  command: Store["command"] = async (sql, params) => this.#store().command(sql, params);
  insertNative: Store["insertNative"] = async (table, pieces) => this.#store().insertNative(table, pieces);
  ping: Store["ping"] = async () => this.#store().ping();
  persist: Store["persist"] = async () => this.#store().persist();

  close: Store["close"] = async () => {
    this.#closing.abort();
    const opened = this.#opened;
    // Closed first: an attempt that hangs ends with its connections.
    await opened?.close();
    await this.#going;
    if (this.#opened !== opened) await this.#opened?.close();
  };

  async attempt(): Promise<void> {
    this.#opened ??= await this.#options.open();
    await this.#options.prepare(this.#opened);
    this.#ready = this.#opened;
  }

  /** Tries until it is there or closed; never rejects. */
  goOnAfter(first: Promise<void>): void {
    this.#going = this.#goOn(first);
  }

  async #goOn(first: Promise<void>): Promise<void> {
    let attempt = first;
    for (let failures = 0; ; failures++) {
      try {
        return await attempt;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        const againMs = pauseAfter(failures, AGAIN_MS_MAX);
        this.#why = error instanceof Failure ? error.message : "It could not be prepared; the log says why.";
        this.#options.failed(error, againMs);
        await sleep(againMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
      if (this.#closing.signal.aborted) return;
      attempt = this.attempt();
    }
  }

  #store(): Store {
    if (this.#ready === null) throw new Failure("store_unavailable", this.#why);
    return this.#ready;
  }
}
