/**
 * Purchase: gives a purchase its ids and its whims, from the seed and its number alone.
 */
import type { Random } from "./seed.ts";
import type { Faults, Purchase } from "./truth.ts";

/** What a new purchase is made from. */
export interface PurchaseOrder {
  readonly seed: number;
  /** makes its ids unique within the seed: `001` gives `ORD-1001` for seed 1 */
  readonly number: string;
  readonly random: Random;
  readonly faults: Faults;
}

/** A purchase nobody has started yet. */
export function newPurchase(order: PurchaseOrder): Purchase {
  const { random, faults } = order;
  const number = `${order.seed}${order.number}`;
  const itemCount = random.between(1, 3);
  return {
    correlationId: `cor-${random.hex(12)}`,
    orderId: `ORD-${number}`,
    refundId: `REF-${number}`,
    refundCorrelationId: `cor-${random.hex(12)}`,
    items: Array.from({ length: itemCount }, (_, index) => `ITM-${number}-${index + 1}`),
    packageId: `PKG-${number}`,
    amount: random.between(900, 24_900) / 100,
    partner: random.pick(["acme", "globex", "initech"]),
    channel: faults.oldContract ? "marketplace" : random.pick(["web", "app"]),
    faults,
  };
}
