/**
 * Settlers: one settler for each tenant, made when the first delivery of the tenant comes.
 *
 *   pipeline → [settlers] → settler
 *
 * What they keep in memory is bounded together, by the heap: each tenant lets go of its part of what is too much.
 */
import { heapShare } from "../collector/memory.ts";
import type { Ref } from "./refs.ts";
import { Settler, type SettlerOptions, type SettlerStats } from "./settler.ts";

/** Enough for anybody; count. */
const FACTS_MAX = 1_000_000;
/** Of what JavaScript objects may take, and what a fact of a journey of two takes of it; the longer it is, the less. */
const HEAP_SHARE = 0.4;
const FACT_BYTES = 1_700;

/** Facts that a share of the heap has room for; count. */
export function factsThatFit(bytes = heapShare(HEAP_SHARE)): number {
  return Math.min(FACTS_MAX, Math.floor(bytes / FACT_BYTES));
}

/** With so many times what is kept no more should come: what is too much waits to be settled, and cannot leave before. */
const CROWDED_RATIO = 2;

/** How all settlers stand together. */
export interface SettlersStats extends SettlerStats {
  /** memory is full of facts that do not leave before their journeys are written */
  readonly isCrowded: boolean;
}

/** What all settlers work with. */
export interface SettlersOptions extends Omit<SettlerOptions, "tenant" | "isFull"> {
  /** facts of all tenants kept in memory at the most; count */
  readonly factsMax: number;
}

/** The settlers of all tenants. */
export class Settlers {
  readonly #options: SettlersOptions;
  readonly #byTenant = new Map<string, Settler>();

  constructor(options: SettlersOptions) {
    this.#options = options;
  }

  /** That of one tenant. */
  of(tenant: string): Settler {
    const known = this.#byTenant.get(tenant);
    if (known !== undefined) return known;
    const isFull = () => this.stats.live >= this.#options.factsMax;
    const settler = new Settler({ ...this.#options, tenant, isFull });
    this.#byTenant.set(tenant, settler);
    return settler;
  }

  /** The totals of all tenants. */
  get stats(): SettlersStats {
    const sum = { live: 0, unsettled: 0, fromMemory: 0, fromStore: 0 };
    for (const { stats } of this.#byTenant.values()) {
      sum.live += stats.live;
      sum.unsettled += stats.unsettled;
      sum.fromMemory += stats.fromMemory;
      sum.fromStore += stats.fromStore;
    }
    const isCrowded = sum.unsettled > 0 && sum.live > this.#options.factsMax * CROWDED_RATIO;
    return { ...sum, isCrowded };
  }

  /** See {@link Settler.learn}. */
  learn(refs: readonly Ref[]): void {
    for (const settler of this.#byTenant.values()) settler.learn(refs);
  }

  /**
   * One tenant after the other, the one that failed last time at the end: what the store never takes of one must not keep
   * the others waiting. See {@link Settler.settle}.
   */
  async settle(everything: boolean, stored: number): Promise<boolean> {
    let areMore = false;
    let last: [string, Settler] | null = null;
    try {
      for (const each of [...this.#byTenant]) {
        last = each;
        if (await each[1].settle(everything, stored)) areMore = true;
      }
      return areMore;
    } catch (error) {
      if (last !== null) this.#putLast(last);
      throw error;
    } finally {
      await this.#evict(stored);
    }
  }

  #putLast([tenant, settler]: [string, Settler]): void {
    this.#byTenant.delete(tenant);
    this.#byTenant.set(tenant, settler);
  }

  async #evict(stored: number): Promise<void> {
    const ratio = Math.min(1, this.#options.factsMax / this.stats.live);
    for (const settler of this.#byTenant.values())
      await settler.evict(stored, Math.floor(settler.stats.live * ratio));
  }

  /** See {@link Settler.confirm}. */
  confirm(isAlone: boolean, stored: number): void {
    for (const settler of this.#byTenant.values()) settler.confirm(isAlone, stored);
  }

  /** The number of the first delivery that is not in the rows of its journeys; infinite when all are. */
  oldestSerial(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const settler of this.#byTenant.values()) oldest = Math.min(oldest, settler.oldestSerial());
    return oldest;
  }
}
