/**
 * Company: the seven services, opened and wired to each other's queues.
 *
 *   seed, endpoint → [company] → a shop for each scenario to play in
 */
import type { IdGenerator } from "@opentelemetry/sdk-trace-node";
import { fulfil } from "./fulfilment.ts";
import { reserveStock } from "./inventory.ts";
import { mailCustomer } from "./notifications.ts";
import { refundCard } from "./payments.ts";
import { Post } from "./post.ts";
import { type Random, seeded } from "./seed.ts";
import type { Service, ServiceName, Shop, Subscriber } from "./task.ts";
import { createTimeline } from "./timeline.ts";
import type { Fact } from "./truth.ts";

/** How to reach the receiver, and which of the endless possible runs this one is. */
export interface CompanyOptions {
  /** base address of the OTLP receiver: `http://127.0.0.1:4318` */
  readonly endpoint: string;
  /** whole number ≥ 0; every id and every delay follows from it */
  readonly seed: number;
  /** bearer token, when the receiver wants one */
  readonly token?: string;
}

/** The services, open. */
export interface Company {
  readonly post: Post;
  /** A fresh start for one scenario. Facts that end after `untilMs` are refused: nothing lies in the future. */
  readonly shop: (name: string, untilMs: number) => { readonly shop: Shop; readonly facts: readonly Fact[] };
}

const SUBSCRIBERS: ReadonlyMap<string, Subscriber> = new Map<string, Subscriber>([
  ["order.placed", { service: "inventory", cause: "link", receive: reserveStock }],
  ["stock.reserved", { service: "fulfilment", cause: "parent", receive: fulfil }],
  ["order.shipped", { service: "notifications", cause: "link", receive: mailCustomer }],
  ["refund.requested", { service: "payments", cause: "link", receive: refundCard }],
  ["refund.paid", { service: "notifications", cause: "link", receive: mailCustomer }],
]);

/** Opens all seven services; close `post` when done. */
export function openCompany(options: CompanyOptions): Company {
  const { seed, ...address } = options;
  const chance = { random: seeded(`${seed}`) };
  const post = new Post({ ...address, ids: idsFrom(() => chance.random) });
  const open = (name: ServiceName): Service => post.open(name);
  const services = {
    website: open("website"),
    gateway: open("gateway"),
    orders: open("orders"),
    payments: open("payments"),
    inventory: open("inventory"),
    fulfilment: open("fulfilment"),
    notifications: open("notifications"),
  };
  const shop = (name: string, untilMs: number) => {
    const random = seeded(`${seed}/${name}`);
    chance.random = random;
    const facts: Fact[] = [];
    const note = (fact: Fact): void => {
      if (fact.endMs > untilMs)
        throw new RangeError(`${name}: ${fact.service} ${fact.name} lies in the future`);
      facts.push(fact);
    };
    const mail = post.mail.bind(post);
    const timeline = createTimeline();
    return { shop: { services, subscribers: SUBSCRIBERS, timeline, random, waiting: [], mail, note }, facts };
  };
  return { post, shop };
}

function idsFrom(random: () => Random): IdGenerator {
  return { generateTraceId: () => random().hex(32), generateSpanId: () => random().hex(16) };
}
