/**
 * Settlers: one settler for each tenant, made when the first delivery of the tenant comes.
 *
 *   pipeline → [settlers] → settler
 */
import type { Ref } from "./refs.ts";
import { Settler, type SettlerOptions, type SettlerStats } from "./settler.ts";

/** The settlers of all tenants. */
export class Settlers {
  readonly #options: Omit<SettlerOptions, "tenant">;
  readonly #byTenant = new Map<string, Settler>();

  constructor(options: Omit<SettlerOptions, "tenant">) {
    this.#options = options;
  }

  /** That of one tenant. */
  of(tenant: string): Settler {
    const known = this.#byTenant.get(tenant);
    if (known !== undefined) return known;
    const settler = new Settler({ ...this.#options, tenant });
    this.#byTenant.set(tenant, settler);
    return settler;
  }

  /** The totals of all tenants. */
  get stats(): SettlerStats {
    const sum = { live: 0, unsettled: 0, fromMemory: 0, fromStore: 0 };
    for (const { stats } of this.#byTenant.values()) {
      sum.live += stats.live;
      sum.unsettled += stats.unsettled;
      sum.fromMemory += stats.fromMemory;
      sum.fromStore += stats.fromStore;
    }
    return sum;
  }

  /** See {@link Settler.learn}. */
  learn(refs: readonly Ref[]): void {
    for (const settler of this.#byTenant.values()) settler.learn(refs);
  }

  /** One tenant after the other; see {@link Settler.settle}. */
  async settle(everything: boolean, stored: number): Promise<boolean> {
    let areMore = false;
    for (const settler of this.#byTenant.values())
      if (await settler.settle(everything, stored)) areMore = true;
    return areMore;
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
