/**
 * World: a generated shop whose truth is known by construction.
 *
 * Each order makes a web trace, messages with links or message ids into other traces, sometimes a batch shared with
 * other orders, a cart, items, packages, a refund, plain logs and CloudEvents that cause each other; beside it there
 * are checkouts that never got an order, clocks that are off, spans and events told twice in two versions, ids that stand in the
 * wrong place and spans that never arrived. Every hop is made together with the subjects that it is really about.
 */
import type { Hop } from "../../collector/hop.ts";
import { cloudEvent, event, type SpanSketch, span } from "./build.ts";

/** A hop and the subjects that it is about, `kind=id`; as seen by orders, and as seen by refunds. */
export interface True {
  readonly hop: Hop;
  /** the orders that it is about; their ids */
  readonly orders: ReadonlySet<string>;
  readonly about: ReadonlySet<string>;
  readonly refunds: ReadonlySet<string>;
}

/** A generated shop. The same hop may be among the facts twice, in two versions. */
export interface World {
  readonly facts: readonly True[];
  readonly orders: readonly string[];
}

/** What stands as an order id on a hop of some orders, and is none of theirs. */
export const DECOY = "ACC-1";

/** The order that the customer of an order made before. */
export function pastOf(order: string): string {
  return `PAST-${order}`;
}

/** Numbers by chance, but the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Any order of the same things. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const next = chance(seed);
  return list
    .map((value) => ({ value, by: next() }))
    .sort((a, b) => a.by - b.by)
    .map(({ value }) => value);
}

/** A world by its seed: 1 to 6 orders. */
export function worldOf(seed: number): World {
  return new Maker(chance(seed)).world();
}

/** The subjects as seen by orders, each with the ids of its hops in order. */
export function truthOf(world: World, view: "about" | "refunds" = "about"): Record<string, string[]> {
  const truth = new Map<string, Set<string>>();
  for (const fact of world.facts)
    for (const name of fact[view]) truth.set(name, (truth.get(name) ?? new Set()).add(fact.hop.id));
  return Object.fromEntries([...truth].map(([name, ids]) => [name, [...ids].sort()]));
}

/** Hops as they may come in: of one order or of all, with nobody's or without, in any order, some told again. */
export function arrivalsIn(seed: number): Hop[] {
  const next = chance(seed ^ 0xa221);
  const { facts, orders } = worldOf(seed);
  const chosen = next() < 0.6 ? orders.slice(0, 1) : orders;
  const about = new Set([DECOY, ...chosen.flatMap((id) => [id, pastOf(id)])]);
  const withNobodys = next() < 0.4;
  return shuffled(facts, seed)
    .filter((fact) => (withNobodys && fact.orders.size === 0) || [...fact.orders].some((id) => about.has(id)))
    .flatMap(({ hop }) => (next() < 0.1 ? [hop, hop] : [hop]));
}

const order = (id: string) => `order.id=${id}`;

class Maker {
  readonly #facts: True[] = [];
  readonly #next: () => number;
  #at = 0;

  constructor(next: () => number) {
    this.#next = next;
  }

  world(): World {
    const orders = Array.from({ length: 1 + this.#int(6) }, (_, n) => `ORD-${n}`);
    for (const id of orders) this.#order(id);
    if (this.#often(0.6)) this.#batch(orders);
    if (this.#often(0.5)) this.#package(orders);
    if (this.#often(0.4)) this.#stranger();
    if (this.#often(0.4)) this.#checkout("cid-try");
    return { facts: this.#facts, orders };
  }

  #order(id: string): void {
    const web = `web ${id}`;
    const cid = { "correlation.id": `cid-${id}` };
    const own = { "order.id": id };
    const about = [order(id)];
    const clock = { skewMs: (this.#int(11) - 5) * 1000 };
    const [onPage, onGateway] = [this.#often(0.5), this.#often(0.5)];
    this.#span(about, { trace: web, id: "page", keys: onPage ? cid : {} }, clock);
    this.#span(about, { trace: web, id: "gateway", parent: "page", keys: onGateway ? cid : {} });
    if (this.#often(0.25)) this.#history(id, onPage || onGateway ? id : pastOf(id));
    this.#span(about, { trace: web, id: "create", parent: "gateway", keys: { ...own, ...cid } }, clock);
    this.#span(about, { trace: web, id: "publish", parent: "create", keys: this.#message("send", id) });
    if (this.#often(0.5)) this.#span(about, { trace: web, id: "audit", parent: "page" });
    if (this.#often(0.2)) this.#decoy(web);
    if (this.#often(0.7)) this.#consumer(id, `${web}/publish`);
    if (this.#often(0.3)) this.#mailer(id);
    if (this.#often(0.5)) this.#log(about, { name: "note", in: `${web}/publish` });
    this.#milestones(id, cid);
    if (this.#often(0.3)) this.#cart(id, cid);
    if (this.#often(0.5)) this.#events(id);
    if (this.#often(0.25)) this.#refund(id);
    this.#log(about, { name: "picked", keys: { ...own, "item.id": `item-${id}` } });
    if (this.#often(0.4)) this.#log(about, { name: "weighed", keys: { "item.id": `item-${id}` } });
  }

  /** What the definition asks for, said with whichever key is at hand. */
  #milestones(id: string, cid: Record<string, string>): void {
    const about = [order(id)];
    const key = () =>
      this.#often(0.5) ? { "order.id": id } : this.#often(0.5) ? cid : { "item.id": `item-${id}` };
    if (this.#often(0.8)) this.#log(about, { name: "placed", keys: key() });
    if (this.#often(0.2))
      this.#log(about, { name: "rejected", keys: key(), status: "error", body: "no stock" });
    if (this.#often(0.6)) this.#log(about, { name: "paid", keys: key() });
    if (this.#often(0.5)) this.#log(about, { name: "shipped", keys: key() });
    if (this.#often(0.1)) this.#log(about, { name: "refunded", keys: key() });
  }

  /** Another trace that follows a link, two hops deep, knowing nothing; one of its spans lost the one around it. */
  #consumer(id: string, producer: string): void {
    const trace = `work ${id}`;
    const about = [order(id)];
    this.#span(about, { trace, id: "process", links: [{ to: producer }] });
    this.#span(about, { trace, id: "store", parent: "process" });
    if (this.#often(0.3))
      this.#told({ trace, id: "store", parent: "process", keys: { "order.id": "DRAFT" } });
    if (this.#often(0.5)) this.#span(about, { trace, id: "again", parent: "process" });
    if (this.#often(0.3)) this.#span(about, { trace, id: "orphan", parent: "lost" });
    if (this.#often(0.3)) {
      const keys = { "order.id": id };
      this.#span(about, { trace: `late ${id}`, id: "notify", links: [{ to: `${trace}/store` }], keys });
    }
  }

  /** Another trace that was joined by nothing but the id of the message. */
  #mailer(id: string): void {
    const trace = `mail ${id}`;
    this.#span([order(id)], { trace, id: "take", keys: this.#message("process", id) });
    this.#span([order(id)], { trace, id: "mail", parent: "take" });
  }

  #message(operation: string, id: string): Record<string, string> {
    const destination = { "messaging.destination.name": "mails", "messaging.message.id": `m-${id}` };
    return { "messaging.operation.type": operation, ...destination };
  }

  /** Deep below the gateway somebody reads the order before. Until the order itself is told of, the page is about that one. */
  #history(id: string, loads: string): void {
    const trace = `web ${id}`;
    this.#span([order(loads)], { trace, id: "load", parent: "gateway" });
    const keys = { "order.id": pastOf(id) };
    this.#span([order(pastOf(id))], { trace, id: "history", parent: "load", keys });
  }

  /** An account id that somebody logs as an order id. */
  #decoy(trace: string): void {
    this.#span([order(DECOY)], { trace, id: "account", parent: "create", keys: { "order.id": DECOY } });
  }

  #cart(id: string, cid: Record<string, string>): void {
    const cart = { "cart.id": `cart-${id}` };
    this.#log([order(id)], { name: "added", keys: cart });
    this.#log([order(id)], { name: "checked out", keys: { ...cart, ...cid } });
  }

  /** An event by correlation, one that it caused and that knows nothing else, and one that names a cause nobody knows. */
  #events(id: string): void {
    const event = (name: string, keys: Record<string, string>) =>
      this.#add([order(id)], cloudEvent(`${name}-${id}`, keys, this.#tick()));
    const told = { orderid: id, causationid: "nobody" };
    event("told", told);
    if (this.#often(0.7)) event("told", told); // sent again, and stamped anew
    event("packed", { correlationid: `cid-${id}` });
    if (this.#often(0.5)) event("labelled", { causationid: `packed-${id}` });
  }

  /** A subject of its own that the order knows too. */
  #refund(id: string): void {
    const trace = `refund ${id}`;
    const refund = [`refund.id=R-${id}`];
    const keys = { "refund.id": `R-${id}` };
    this.#span([order(id)], { trace, id: "POST /refunds" }, { refunds: refund });
    const both = { ...keys, "order.id": id };
    this.#span(
      [order(id)],
      { trace, id: "requested", parent: "POST /refunds", keys: both },
      { refunds: refund },
    );
    this.#add([order(id)], event({ name: "paid back", keys, atMs: this.#tick() }), refund);
  }

  /** One receive span for several orders, its links with or without keys, and per message a span with its own link. */
  #batch(orders: readonly string[]): void {
    const said = this.#often(0.3);
    const links = orders.map((id) => ({ to: `web ${id}/publish`, keys: said ? { "order.id": id } : {} }));
    this.#span(orders.map(order), { trace: "batch", id: "receive", links });
    for (const id of orders) {
      const own = {
        trace: "batch",
        id: `one ${id}`,
        parent: "receive",
        links: [{ to: `web ${id}/publish` }],
      };
      this.#span([order(id)], { ...own, keys: this.#often(0.2) ? { "order.id": id } : {} });
      this.#span([order(id)], { trace: "batch", id: `deep ${id}`, parent: `one ${id}` });
    }
    if (this.#often(0.3)) {
      // Its producer was never seen: it is nobody's, and above all not its neighbours'.
      this.#span([], {
        trace: "batch",
        id: "one lost",
        parent: "receive",
        links: [{ to: "web lost/publish" }],
      });
    }
  }

  /** Items of several orders in one package; then hops that know only the package. */
  #package(orders: readonly string[]): void {
    const keys = { "package.id": "PKG-1" };
    for (const id of orders)
      this.#log([order(id)], { name: "packed", keys: { ...keys, "item.id": `item-${id}` } });
    this.#log(orders.map(order), { name: "handed over", keys });
    this.#log(orders.map(order), { name: "delivered", keys });
  }

  /** A checkout that failed before an order existed: known by its correlation id. */
  #checkout(cid: string): void {
    const about = [`correlation.id=${cid}`];
    this.#span(about, { trace: cid, id: "page", keys: { "correlation.id": cid } });
    this.#span(about, { trace: cid, id: "gateway", parent: "page" });
    this.#log(about, { name: "rejected", keys: { "correlation.id": cid }, status: "error" });
    this.#log(about, { name: "checked out", keys: { "correlation.id": cid, "cart.id": `cart-${cid}` } });
    this.#log(about, { name: "added", keys: { "cart.id": `cart-${cid}` } });
  }

  /** Hops that are about nothing at all. */
  #stranger(): void {
    this.#span([], { trace: "cron", id: "tick" });
    this.#span([], { trace: "cron", id: "sweep", parent: "tick" });
    this.#log([], { name: "idle", keys: {} });
  }

  #span(
    about: readonly string[],
    sketch: SpanSketch,
    { skewMs = 0, refunds = [] as readonly string[] } = {},
  ): void {
    const fromMs = this.#tick() + skewMs;
    this.#add(about, span({ ...sketch, fromMs, toMs: fromMs + this.#int(50) }), refunds);
  }

  /** An earlier version of a span that is known already: it ended sooner, so it never counts. */
  #told(sketch: SpanSketch): void {
    const known = span(sketch);
    const last = this.#facts.findLast(({ hop }) => hop.id === known.id);
    if (last === undefined) throw new Error("there is no such span");
    const { atNs } = last.hop;
    this.#facts.push({ ...last, hop: { ...known, atNs, endNs: last.hop.endNs - 1n } });
  }

  #log(about: readonly string[], sketch: Parameters<typeof event>[0]): void {
    this.#add(about, event({ ...sketch, atMs: this.#tick() }));
  }

  #add(about: readonly string[], hop: Hop, refunds: readonly string[] = []): void {
    const orders = about.flatMap((name) =>
      name.startsWith("order.id=") ? [name.slice("order.id=".length)] : [],
    );
    this.#facts.push({ hop, orders: new Set(orders), about: new Set(about), refunds: new Set(refunds) });
  }

  #tick(): number {
    this.#at += 1 + this.#int(100);
    return this.#at;
  }

  #int(below: number): number {
    return Math.floor(this.#next() * below);
  }

  #often(share: number): boolean {
    return this.#next() < share;
  }
}
