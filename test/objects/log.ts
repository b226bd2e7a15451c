/**
 * Log: an object-centric event log whose truth is known by construction.
 *
 *   sizes, seed → [log] → hops, each with the orders it is about
 *
 * Orders ← items ← packages: each order has items, each item lies in one package, a package has items of up to four
 * orders. An order is told by three traces, plain logs and CloudEvents; most of its hops carry no order id. No two hops
 * happen in the same nanosecond, so the time of a hop tells which one it is.
 */
import type { Hop } from "../../collector/hop.ts";
import { cloudEvent, event, type SpanSketch, span } from "../ingest/build.ts";
import { chance } from "../ingest/world.ts";

/** How large a log is. */
export interface LogSize {
  readonly orders: number;
  readonly items: number;
  readonly packages: number;
  readonly seed: number;
  /** when the first order begins; epoch ms */
  readonly fromMs: number;
}

/** A log and what is true of it. */
export interface ObjectLog {
  readonly hops: readonly Hop[];
  /** order → when each of its hops began, ns since 1970 UTC, in order */
  readonly truth: ReadonlyMap<string, readonly bigint[]>;
}

const ITEMS_IN_A_ROW = 3;

/** Makes a log. */
export function objectLog(size: LogSize): ObjectLog {
  return new Writer(size).log();
}

class Writer {
  readonly #hops: Hop[] = [];
  readonly #truth = new Map<string, bigint[]>();
  readonly #size: LogSize;
  readonly #next: () => number;
  #clock = 0n;

  constructor(size: LogSize) {
    this.#size = size;
    this.#next = chance(size.seed);
  }

  log(): ObjectLog {
    const { orders, items, packages } = this.#size;
    const holders = Array.from({ length: items }, (_, item) => `ORD-${item % orders}`);
    for (let n = 0; n < orders; n++) this.#order(`ORD-${n}`);
    const inPackage = new Map<string, Set<string>>();
    holders.forEach((order, item) => {
      const parcel = `PKG-${Math.floor(item / ITEMS_IN_A_ROW) % packages}`;
      this.#item(order, `item-${item}`, parcel);
      inPackage.set(parcel, (inPackage.get(parcel) ?? new Set()).add(order));
    });
    for (const [parcel, about] of inPackage) this.#package(parcel, [...about]);
    return { hops: this.#hops, truth: this.#truth };
  }

  #order(order: string): void {
    const cid = { "correlation.id": `cid-${order}` };
    const web = `web ${order}`;
    const work = `work ${order}`;
    this.#span([order], { trace: web, id: "page", keys: this.#next() < 0.5 ? cid : {} });
    this.#span([order], { trace: web, id: "gateway", parent: "page" });
    this.#span([order], { trace: web, id: "create", parent: "gateway", keys: { ...cid, "order.id": order } });
    this.#span([order], { trace: web, id: "publish", parent: "create" });
    this.#span([order], { trace: work, id: "process", links: [{ to: `${web}/publish` }] });
    this.#span([order], { trace: work, id: "store", parent: "process" });
    this.#span([order], { trace: `pay ${order}`, id: "capture", keys: cid });
    this.#span([order], { trace: `pay ${order}`, id: "bank", parent: "capture" });
    this.#log([order], { name: "placed", keys: { "order.id": order } });
    this.#log([order], { name: "paid", keys: cid });
    this.#log([order], { name: "", body: "stored", in: `${work}/store` });
    this.#event([order], `shipped-${order}`, { orderid: order });
    this.#event([order], `told-${order}`, { causationid: `shipped-${order}` });
    this.#log([order], { name: "shipped", keys: { "order.id": order } });
  }

  #item(order: string, item: string, parcel: string): void {
    this.#log([order], { name: "picked", keys: { "order.id": order, "item.id": item } });
    this.#log([order], { name: "packed", keys: { "item.id": item, "package.id": parcel } });
  }

  #package(parcel: string, orders: readonly string[]): void {
    this.#log(orders, { name: "handed over", keys: { "package.id": parcel } });
    this.#log(orders, { name: "delivered", keys: { "package.id": parcel } });
  }

  #span(orders: readonly string[], sketch: SpanSketch): void {
    this.#add(orders, span(sketch));
  }

  #log(orders: readonly string[], sketch: Parameters<typeof event>[0]): void {
    this.#add(orders, event(sketch));
  }

  #event(orders: readonly string[], id: string, keys: Record<string, string>): void {
    this.#add(orders, cloudEvent(id, keys));
  }

  /** Dates the hop by its number: any two are a microsecond apart, and some of them a little more. */
  #add(orders: readonly string[], hop: Hop): void {
    this.#clock += 1_000n * BigInt(1 + Math.floor(this.#next() * 1_000));
    const atNs = BigInt(this.#size.fromMs) * 1_000_000n + this.#clock;
    this.#hops.push({ ...hop, atNs, endNs: atNs + (hop.kind === "span" ? 500n : 0n) });
    for (const order of orders) this.#truth.set(order, [...(this.#truth.get(order) ?? []), atNs]);
  }
}
