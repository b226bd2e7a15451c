/**
 * Stories: the dozen orders that everybody meets sooner or later, as Told values.
 *
 * story.test.ts holds the words for each; page tests and the eye use them as well.
 */
import type { Told } from "../../ingest/told.ts";
import { linkTo, PARTS, type Seen, tell } from "./shop.ts";

const { CHECKOUT, PLACED, PAID, PACKED, SHIPPED } = PARTS;
const HAPPY = [CHECKOUT, PLACED, PAID, PACKED, SHIPPED];
const DECLINED: Seen = { ...PAID, with: { status: "error", message: "card declined" } };
const TIMED_OUT: Seen = {
  ...CHECKOUT,
  took: 2_000,
  with: {
    spanKind: "server",
    status: "error",
    message: "gave up waiting for orders",
    attributes: new Map([["http.response.status_code", "504"]]),
  },
};

/** Everything went as it should. */
export const happy: Told = tell(HAPPY);

/** The card was declined: the error passed through the order service up to the gateway. */
export const declined: Told = tell([
  {
    ...CHECKOUT,
    with: {
      spanKind: "server",
      status: "error",
      attributes: new Map([["http.response.status_code", "402"]]),
      message: "payment failed",
    },
  },
  PLACED,
  { ...DECLINED, with: { ...DECLINED.with, parentId: "0000000000000001" } },
]);

/** The customer got a 504, and the order went through. */
export const timedOut: Told = tell([
  TIMED_OUT,
  PLACED,
  { ...PAID, took: 2_400 },
  { ...PACKED, at: 4_100 },
  { ...SHIPPED, at: 5_400 },
]);

/** Fulfilment gave up on the message; nobody has packed the order since. */
export const stuck: Told = tell([
  CHECKOUT,
  PLACED,
  PAID,
  {
    service: "fulfilment",
    name: "process order.paid",
    at: 200,
    took: 40,
    with: { spanKind: "consumer", status: "error", message: "no packing station for country XX" },
  },
  {
    service: "fulfilment",
    name: "publish",
    at: 245,
    took: 3,
    with: { spanKind: "producer", attributes: new Map([["messaging.destination.name", "orders.dlq"]]) },
  },
]);

/** Five seconds after a good start. */
export const underWay: Told = tell([CHECKOUT, PLACED, PAID], { askedAt: 5_000 });

/** Fulfilment got the message about the payment twice. */
export const duplicate: Told = tell([
  ...HAPPY,
  {
    service: "fulfilment",
    name: "process order.paid",
    at: 200,
    took: 40,
    with: { spanKind: "consumer", links: [linkTo(3)] },
  },
  {
    service: "fulfilment",
    name: "process order.paid",
    at: 12_200,
    took: 4,
    with: { spanKind: "consumer", links: [linkTo(3)] },
  },
]);

/** The payment was told of two hours after it happened, and by a clock that is off. */
export const late: Told = tell(HAPPY, {
  gaps: [
    { kind: "late", text: "payments `capture card` arrived 2 h late" },
    {
      kind: "clock-suspect",
      text: "payments `capture card` seems to begin 40 ms before its cause; its clock is suspect",
    },
  ],
});

/** Bought, shipped, sent back: the refund is a journey of its own and compensates the first. */
export const refunded: Told = tell([
  ...HAPPY,
  { service: "support", name: "refund.requested", at: 7_200_000 },
  { service: "payments", name: "payment.refunded", at: 7_260_000 },
]);

/** One parcel with three orders in it, packed from a batch of messages. */
export const shared: Told = tell(
  [
    ...HAPPY,
    {
      service: "fulfilment",
      name: "receive",
      at: 900,
      took: 20,
      with: { spanKind: "consumer", links: [linkTo(3), linkTo(4)], droppedLinks: 198 },
    },
  ],
  {
    members: new Map([[6, { shared: true }]]),
    related: [
      { subject: { kind: "order.id", id: "ORD-7" }, relation: "shares", key: "package.id=PKG-1" },
      { subject: { kind: "order.id", id: "ORD-9" }, relation: "shares", key: "package.id=PKG-1" },
    ],
  },
);

/** The checkout failed before there was an order. */
export const provisional: Told = tell(
  [
    {
      ...TIMED_OUT,
      took: 95,
      with: { ...TIMED_OUT.with, message: "", attributes: new Map([["http.response.status_code", "500"]]) },
    },
    {
      service: "orders",
      name: "order.rejected",
      at: 40,
      with: { status: "error", body: "no stock left" },
    },
    PLACED,
  ],
  { subject: { kind: "correlation.id", id: "c-77" } },
);

/** The order service still speaks the old version of its message. */
export const oldContract: Told = tell(HAPPY, { members: new Map([[2, { contract: "order.placed@1" }]]) });

/** A correlation id that turned out to belong to an order. */
export const moved: Told = tell([PLACED], {
  subject: { kind: "correlation.id", id: "c-42" },
  movedTo: [{ kind: "order.id", id: "ORD-42" }],
});

/** Facts that carry an order id, and that no definition knows. */
export const unknown: Told = tell([
  { service: "search", name: "GET /search", at: 0, took: 12 },
  { service: "audit", name: "", at: 90_000 },
]);

/** A first try that failed, a second that worked, and all of it too late. */
export const recovered: Told = tell(
  [
    CHECKOUT,
    PLACED,
    DECLINED,
    { ...PAID, at: 60_000 },
    { ...PACKED, at: 61_400 },
    { ...SHIPPED, at: 960_000 },
  ],
  { askedAt: 7_200_000 },
);

/** All of them by name. */
export const STORIES: Readonly<Record<string, Told>> = {
  happy,
  declined,
  timedOut,
  stuck,
  underWay,
  duplicate,
  late,
  refunded,
  shared,
  provisional,
  oldContract,
  moved,
  unknown,
  recovered,
};
