/**
 * World: a generated shop whose truth is known by construction.
 *
 * Each order makes a web trace, messages with links into other traces, sometimes a batch shared with other orders,
 * items, packages, plain logs and CloudEvents. Every hop is made together with the orders it is really about.
 */
import type { Hop } from "../../collector/hop.ts";
import { cloudEvent, event, type SpanSketch, span } from "./build.ts";

/** A hop and the orders that it is about. */
export interface True {
  readonly hop: Hop;
  readonly orders: ReadonlySet<string>;
}

/** A generated shop. */
export interface World {
  readonly facts: readonly True[];
  readonly orders: readonly string[];
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
  const maker = new Maker(chance(seed));
  return maker.world();
}

class Maker {
  readonly #facts: True[] = [];
  readonly #next: () => number;
  #at = 0;

  constructor(next: () => number) {
    this.#next = next;
  }

  world(): World {
    const orders = Array.from({ length: 1 + this.#int(6) }, (_, n) => `ORD-${n}`);
    for (const order of orders) this.#order(order);
    if (this.#often(0.6)) this.#batch(orders);
    if (this.#often(0.5)) this.#package(orders);
    if (this.#often(0.4)) this.#stranger();
    return { facts: this.#facts, orders };
  }

  #order(order: string): void {
    const web = `web ${order}`;
    const cid = { "correlation.id": `cid-${order}` };
    const own = { "order.id": order };
    const clock = { skewMs: this.#int(11) - 5 };
    this.#span([order], { trace: web, id: "page", keys: this.#often(0.5) ? cid : {} }, clock);
    this.#span([order], { trace: web, id: "gateway", parent: "page", keys: this.#often(0.5) ? cid : {} });
    this.#span([order], { trace: web, id: "create", parent: "gateway", keys: { ...own, ...cid } }, clock);
    this.#span([order], { trace: web, id: "publish", parent: "create" });
    if (this.#often(0.5)) this.#span([order], { trace: web, id: "audit", parent: "page" });
    if (this.#often(0.7)) this.#consumer(order, `${web}/publish`);
    if (this.#often(0.5)) this.#log([order], { name: "note", in: `${web}/publish` });
    if (this.#often(0.5)) this.#log([order], { name: "placed", keys: own });
    if (this.#often(0.5)) this.#log([order], { name: "seen", keys: cid });
    if (this.#often(0.4))
      this.#add([order], cloudEvent(`ce-${order}`, { correlationid: `cid-${order}` }, this.#tick()));
    this.#log([order], { name: "picked", keys: { ...own, "item.id": `item-${order}` } });
    if (this.#often(0.4)) this.#log([order], { name: "weighed", keys: { "item.id": `item-${order}` } });
  }

  /** Another trace that follows a link, two hops deep, knowing nothing. */
  #consumer(order: string, producer: string): void {
    const trace = `work ${order}`;
    this.#span([order], { trace, id: "process", links: [{ to: producer }] });
    this.#span([order], { trace, id: "store", parent: "process" });
    if (this.#often(0.5)) this.#span([order], { trace, id: "again", parent: "process" });
    if (this.#often(0.3)) {
      const keys = { "order.id": order };
      this.#span([order], { trace: `late ${order}`, id: "notify", links: [{ to: `${trace}/store` }], keys });
    }
  }

  /** One receive span for several orders, and per message a span with its own link. */
  #batch(orders: readonly string[]): void {
    const links = orders.map((order) => ({ to: `web ${order}/publish` }));
    this.#span(orders, { trace: "batch", id: "receive", links });
    for (const order of orders) {
      this.#span([order], {
        trace: "batch",
        id: `one ${order}`,
        parent: "receive",
        links: [{ to: `web ${order}/publish` }],
      });
      this.#span([order], { trace: "batch", id: `deep ${order}`, parent: `one ${order}` });
    }
  }

  /** Items of several orders in one package; then hops that know only the package. */
  #package(orders: readonly string[]): void {
    const keys = { "package.id": "PKG-1" };
    for (const order of orders)
      this.#log([order], { name: "packed", keys: { ...keys, "item.id": `item-${order}` } });
    this.#log(orders, { name: "handed over", keys });
    this.#log(orders, { name: "delivered", keys });
  }

  /** Hops that are about no order at all. */
  #stranger(): void {
    this.#span([], { trace: "cron", id: "tick" });
    this.#span([], { trace: "cron", id: "sweep", parent: "tick" });
    this.#log([], { name: "idle", keys: {} });
  }

  #span(orders: readonly string[], sketch: SpanSketch, { skewMs = 0 } = {}): void {
    const fromMs = this.#tick() + skewMs * 1000;
    this.#add(orders, span({ ...sketch, fromMs, toMs: fromMs + this.#int(50) }));
  }

  #log(orders: readonly string[], sketch: Parameters<typeof event>[0]): void {
    this.#add(orders, event({ ...sketch, atMs: this.#tick() }));
  }

  #add(orders: readonly string[], hop: Hop): void {
    this.#facts.push({ hop, orders: new Set(orders) });
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
