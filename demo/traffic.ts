/**
 * Traffic: ordinary orders without a story, so that lists and objectives have something to show.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Company, type CompanyOptions, openCompany } from "./company.ts";
import { newPurchase } from "./purchase.ts";
import { checkout } from "./storefront.ts";
import type { Faults } from "./truth.ts";

/** A shop that goes on until it is told to stop. */
export interface OpenShopOptions extends CompanyOptions {
  /** stops the shop after the order at hand */
  readonly signal: AbortSignal;
  /** the time, in epoch milliseconds */
  readonly now: () => number;
  /** is told when an order could not be sent; the shop goes on */
  readonly log?: (line: string) => void;
}

const SPREAD_MS = 120 * 60_000;
/** Time enough for the slowest fault to play out before the end of the run. */
const QUIET_MS = 5 * 60_000;
/** Time enough for an ordinary order to be shipped and mailed. */
const ORDER_MS = 10_000;
const PAUSE_MS = 1_000;

/** Plays orders spread over the two hours before `baseMs`; one in twenty fails, each in another way. */
export async function playTraffic(
  company: Company,
  run: { readonly seed: number; readonly baseMs: number },
  orders: number,
): Promise<void> {
  const { shop } = company.shop("traffic", run.baseMs);
  for (let index = 0; index < orders; index += 1) {
    const startMs = Math.round(run.baseMs - SPREAD_MS + ((SPREAD_MS - QUIET_MS) * index) / orders);
    const number = `T${String(index + 1).padStart(3, "0")}`;
    const purchase = newPurchase({ seed: run.seed, number, random: shop.random, faults: faultOf(index) });
    shop.timeline.at(startMs, () => checkout(shop, purchase, startMs));
  }
  shop.timeline.run();
  await company.post.flush();
}

/** Keeps the shop open: about one order a second, each shipped just now, until the signal says stop. */
export async function keepShopOpen(options: OpenShopOptions): Promise<void> {
  const company = openCompany(options);
  try {
    for (let index = 0; !options.signal.aborted; index += 1) {
      playLiveOrder(company, { index, seed: options.seed, nowMs: options.now() });
      await company.post.flush().catch((error: unknown) => options.log?.(String(error)));
      await sleep(PAUSE_MS, undefined, { signal: options.signal }).catch(() => undefined);
    }
  } finally {
    await company.post.close();
  }
}

function playLiveOrder(company: Company, live: { index: number; seed: number; nowMs: number }): void {
  const { index, seed, nowMs } = live;
  const { shop } = company.shop(`live ${index}`, nowMs);
  const number = `L${String(index + 1).padStart(3, "0")}`;
  const faults: Faults = index % 20 === 13 ? { cardDeclined: true } : {};
  checkout(shop, newPurchase({ seed, number, random: shop.random, faults }), nowMs - ORDER_MS);
  shop.timeline.run();
}

function faultOf(index: number): Faults {
  const failures: readonly Faults[] = [
    { cardDeclined: true },
    { packingJams: true },
    { stockCheckFails: true },
  ];
  return index % 20 === 13 ? (failures[Math.floor(index / 20) % failures.length] ?? {}) : {};
}
