/**
 * Scenarios: the stories the shop can play, each with what a right answer about it says.
 *
 * The outcomes are written by hand from the scripts, not computed: they are what Waybill is held against.
 */
import { deliverBatch } from "./broker.ts";
import { shipTogether } from "./fulfilment.ts";
import { checkout, returnGoods } from "./storefront.ts";
import type { ServiceName, Shop } from "./task.ts";
import type { Expected, Faults, JourneyTruth, Purchase, Subject } from "./truth.ts";

/** What a scenario plays on. */
export interface Stage {
  readonly shop: Shop;
  /** when it begins; epoch milliseconds */
  readonly startMs: number;
  /** the next purchase of this scenario */
  readonly buy: (faults?: Faults) => Purchase;
}

/** What must be true afterwards; the facts themselves are noted while it plays. */
export interface Outcome {
  readonly lookup: Subject;
  /** correlation ids of all requests that the subject is about */
  readonly requests: readonly string[];
  readonly stated: Omit<Expected, "services" | "hops" | "strangers">;
}

/** One story. */
export interface Scenario {
  readonly name: string;
  /** what really happens, in plain words */
  readonly script: string;
  /** how long before the end of the run it begins; minutes */
  readonly agoMinutes: number;
  /** number of its first purchase; no two scenarios share one */
  readonly first: number;
  /** letter before its numbers, for those that need many */
  readonly series?: string;
  /** services whose reports arrive last of all, newest first */
  readonly slow?: readonly ServiceName[];
  /** how often every export is delivered */
  readonly copies?: number;
  readonly play: (stage: Stage) => Outcome;
}

const MINUTE_MS = 60_000;
const TO_STOCK = ["submitted", "placed", "paid", "reserved"];
const TO_MAIL = [...TO_STOCK, "packed", "shipped", "notified"];

/** All scenarios, in the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "happy",
    script: "The customer buys, pays and gets a mail when the package leaves. Nothing goes wrong.",
    agoMinutes: 5,
    first: 1,
    play: (stage) => ordinary(stage),
  },
  {
    name: "payment-declined",
    script:
      "The order is created, then the acquirer declines the card for insufficient funds. " +
      "The customer sees 402; nothing is reserved, packed or shipped.",
    agoMinutes: 6,
    first: 2,
    play: (stage) => {
      const purchase = begin(stage, { cardDeclined: true });
      const failed = { stepsDone: ["submitted", "placed"], stepFailed: "paid", reason: "insufficient funds" };
      const journey: JourneyTruth = { ...succeeded(purchase), state: "failed", ...failed };
      return state(purchase, { journeys: [journey], seenByCaller: { status: "402", error: "402" } });
    },
  },
  {
    name: "gateway-timeout",
    script:
      "The acquirer needs more than five seconds. The gateway gives up after two and the customer gets 504, " +
      "but the payment succeeds and the order is shipped as if nothing had happened.",
    agoMinutes: 7,
    first: 3,
    play: (stage) => {
      const purchase = begin(stage, { captureMs: 5_600 });
      return state(purchase, { seenByCaller: { status: "504", error: "orders did not answer" } });
    },
  },
  {
    name: "stuck-in-fulfilment",
    script:
      "The order is paid and reserved, then the packing robot jams three times. The message ends in the dead-letter " +
      "queue fulfilment.dlq and nobody looks at it: the order is overdue, and packing it is up to the fulfilment team.",
    agoMinutes: 40,
    first: 4,
    play: (stage) => {
      const purchase = begin(stage, { packingJams: true });
      const next = { step: "packed", owner: "fulfilment-team" };
      const stuck = { stepsDone: TO_STOCK, next, reason: "packed" };
      return state(purchase, { journeys: [{ ...succeeded(purchase), state: "overdue", ...stuck }] });
    },
  },
  {
    name: "duplicate-delivery",
    script:
      "The queue delivers the same message to fulfilment twice, the packing event is posted twice, and every export " +
      "is sent twice. The order is packed and shipped once.",
    agoMinutes: 9,
    first: 5,
    copies: 2,
    play: (stage) => ordinary(stage, { deliveredTwice: true }),
  },
  {
    name: "late-and-out-of-order",
    script:
      "An ordinary order of two hours ago. Inventory, fulfilment and notifications report first; website, gateway, " +
      "orders and payments report two hours late and backwards, after everything else in this run.",
    agoMinutes: 125,
    first: 6,
    slow: ["website", "gateway", "orders", "payments"],
    play: (stage) => ordinary(stage),
  },
  {
    name: "refund-after-success",
    script:
      "The order is shipped. Half an hour later the customer sends it back and gets the money. The refund is a " +
      "journey of its own and succeeds; the order is compensated, not failed.",
    agoMinutes: 70,
    first: 7,
    play: (stage) => {
      const purchase = begin(stage);
      const backMs = stage.startMs + 30 * MINUTE_MS;
      stage.shop.timeline.at(backMs, () => returnGoods(stage.shop, purchase, backMs));
      const refund = { kind: "refund.id", id: purchase.refundId };
      const order: JourneyTruth = { ...succeeded(purchase), state: "compensated" };
      return state(purchase, { journeys: [order, refunded(refund)], related: [refund] });
    },
  },
  {
    name: "shared-package",
    script:
      "Three orders go into one package. Packing and shipping are reported for the package only: each order is " +
      "shipped by them, and the three are never mixed up.",
    agoMinutes: 12,
    first: 8,
    play: (stage) => {
      const sharedPackage = `PKG-S${stage.shop.random.hex(6)}`;
      const purchases = [0, 20_000, 45_000].map((delayMs) => begin(stage, { sharedPackage }, delayMs));
      const packedMs = stage.startMs + 90_000;
      stage.shop.timeline.at(packedMs, () => shipTogether(stage.shop, purchases, packedMs));
      const outcome = together(purchases, 0);
      const related = purchases.slice(1).map(orderOf);
      return { ...outcome, stated: { ...outcome.stated, related } };
    },
  },
  {
    name: "batch-consumer",
    script:
      "Two hundred orders are shipped, and notifications takes their messages in one batch. Its receive span may " +
      "keep 128 links, so 72 are dropped; each message's own span still says which message it worked on.",
    agoMinutes: 15,
    first: 1,
    series: "B",
    play: (stage) => {
      const faults = { mailedInBatch: true } as const;
      const purchases = Array.from({ length: 200 }, (_, index) => begin(stage, faults, index * 250));
      const batchMs = stage.startMs + 3 * MINUTE_MS;
      stage.shop.timeline.at(batchMs, () => deliverBatch(stage.shop, "order.shipped", batchMs));
      return together(purchases, 199);
    },
  },
  {
    name: "correlation-first",
    script:
      "The customer presses buy, then needs three and a half minutes to approve the payment at the bank. Until then " +
      "only a correlation id exists; the order gets its id afterwards, and what came before belongs to it.",
    agoMinutes: 20,
    first: 11,
    play: (stage) => ordinary(stage, { approvalMs: 210_000 }),
  },
  {
    name: "checkout-fails-early",
    script:
      "The stock database is down, so the checkout fails before there is an order. The customer sees 503. Only the " +
      "correlation id tells about it.",
    agoMinutes: 11,
    first: 12,
    play: (stage) => {
      const purchase = begin(stage, { stockCheckFails: true });
      const lookup = { kind: "correlation.id", id: purchase.correlationId };
      const failed = { stepsDone: ["submitted"], reason: "checkout.failed" };
      const journey: JourneyTruth = { ...succeeded(purchase), subject: lookup, state: "failed", ...failed };
      const seenByCaller = { status: "503", error: "stock database refused the connection" };
      return { ...state(purchase, { journeys: [journey], seenByCaller }), lookup };
    },
  },
  {
    name: "deprecated-contract",
    script:
      "A marketplace order: orders still writes it as version 1 of order.placed, with the order id under its old " +
      "name. It goes through like any other.",
    agoMinutes: 8,
    first: 13,
    play: (stage) => ordinary(stage, { oldContract: true }),
  },
];

/** A purchase that goes all the way, whatever happens to its messages. */
function ordinary(stage: Stage, faults: Faults = {}): Outcome {
  return state(begin(stage, faults));
}

function begin(stage: Stage, faults: Faults = {}, delayMs = 0): Purchase {
  const purchase = stage.buy(faults);
  const atMs = stage.startMs + delayMs;
  stage.shop.timeline.at(atMs, () => checkout(stage.shop, purchase, atMs));
  return purchase;
}

/** Several purchases that all go through; the one at the index is looked up. */
function together(purchases: readonly Purchase[], index: number): Outcome {
  const asked = purchases[index];
  if (asked === undefined) throw new RangeError(`there is no purchase ${index}`);
  return state(asked, { journeys: purchases.map(succeeded) });
}

/** What to expect of a purchase: success and 201, but for what is said otherwise. */
function state(purchase: Purchase, otherwise: Partial<Outcome["stated"]> = {}): Outcome {
  const stated = {
    journeys: [succeeded(purchase)],
    seenByCaller: { status: "201", error: null },
    related: [],
    ...otherwise,
  };
  const requests = [purchase.correlationId, purchase.refundCorrelationId];
  return { lookup: orderOf(purchase), requests, stated };
}

function succeeded(purchase: Purchase): JourneyTruth {
  return { ...SUCCESS, definition: "create-order", subject: orderOf(purchase), stepsDone: TO_MAIL };
}

function refunded(subject: Subject): JourneyTruth {
  return { ...SUCCESS, definition: "refund", subject, stepsDone: ["requested", "refunded", "confirmed"] };
}

function orderOf(purchase: Purchase): Subject {
  return { kind: "order.id", id: purchase.orderId };
}

const SUCCESS = {
  state: "succeeded",
  stepFailed: null,
  next: null,
  reason: null,
  late: false,
  recovered: false,
} as const;
