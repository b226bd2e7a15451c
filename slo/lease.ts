/**
 * Lease: which of several processes on one store tells people.
 *
 *   alert_states ⇄ [lease] → evaluator
 *
 * All of them evaluate; whoever holds the lease notifies, renews it at each look and gives it back when it stops. The
 * store has no compare-and-set, so who takes a free lease waits a moment and looks who has it: the last to write does.
 * An embedded store belongs to one process, which has nobody to ask.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Store } from "../ingest/store.ts";
import { alertStates, writeStates } from "./memory.ts";
import { isAhead } from "./windows.ts";

/** A process that is not heard of for so long has lost it: two looks and a half; ms. */
export const LEASE_MS = 150_000;

/** Longer than two writes can be apart whose writers saw the same free lease; ms. */
const PAUSE_MS = 2_000;

/** No objective is called that. */
const ROW = "@lease";

const Held = z.object({ holder: z.string(), untilMs: z.number() });

/** What a lease works with. */
export interface LeaseOptions {
  readonly store: Store;
  readonly tenant: string;
  /** between taking it and being sure. @default 2 s; ms */
  readonly pauseMs?: number | undefined;
}

/** One process's part in it. */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #own = randomUUID();

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Whether this process tells people now; takes or renews the lease. @throws {Failure} when the store does not answer */
  async claim(nowMs: number): Promise<boolean> {
    const { store, pauseMs = PAUSE_MS } = this.#options;
    if (store.shape === "embedded") return true;
    const before = await this.#read();
    // Nobody holds it for so long: who has it until then had a clock that was ahead.
    const isFree = before.untilMs <= nowMs || isAhead(before.untilMs - LEASE_MS, nowMs);
    if (!isFree && before.holder !== this.#own) return false;
    await this.#write(nowMs + LEASE_MS, Math.max(nowMs, before.version + 1));
    if (!isFree) return true;
    await sleep(pauseMs);
    return (await this.#read()).holder === this.#own;
  }

  /** Gives it back, so that another need not wait. @throws {Failure} when the store does not answer */
  async release(nowMs: number): Promise<void> {
    if (this.#options.store.shape === "embedded") return;
    const before = await this.#read();
    if (before.holder === this.#own) await this.#write(0, Math.max(nowMs, before.version + 1));
  }

  async #read(): Promise<z.infer<typeof Held> & { readonly version: number }> {
    const rows = await alertStates(this.#options.store, { tenant: this.#options.tenant });
    const row = rows.find(({ slo_id }) => slo_id === ROW);
    if (row === undefined) return { holder: "", untilMs: 0, version: 0 };
    return { ...Held.parse(JSON.parse(row.state)), version: row.version };
  }

  #write(untilMs: number, version: number): Promise<void> {
    const { store, tenant } = this.#options;
    const state = JSON.stringify({ holder: this.#own, untilMs });
    return writeStates(store, { tenant, version, states: [[ROW, state]] });
  }
}
