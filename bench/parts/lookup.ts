/**
 * Lookup part: how long does the answer about one order take, with so much stored?
 *
 *   seeded store → GET /v1/orders/{id} → [lookup] → p50, p99, idle and under load
 *
 * Orders are drawn evenly over all days. Every answer is checked: all twenty spans and the right state, or the part
 * fails. Warm: when the start is over, every file has been read once and fifty answers were not counted.
 */
import { join } from "node:path";
import { mixed } from "../chance.ts";
import { type Bench, planOf, sendAloud } from "../part.ts";
import { type Quantiles, quantilesOf } from "../quantiles.ts";
import { readThrough, untilQuiet } from "../quiet.ts";
import { seededOrder, seedOnce } from "../seed.ts";
import { type BenchService, hopsTold, statesTold } from "../service.ts";
import { SPANS } from "../shop.ts";
import { tableBytes } from "../watch.ts";

/** Figures of this part. */
export interface LookupFigures {
  readonly storedSpans: number;
  readonly days: number;
  readonly parts: number;
  readonly bytesPerSpan: number;
  readonly idle: Quantiles;
  /** of the same orders a second time: whatever a machine keeps in memory, it has these */
  readonly again: Quantiles;
  /** while `loadPerSecond` spans a second come in */
  readonly underLoad: Quantiles;
  readonly loadPerSecond: number;
  /** of orders that nobody ever sent */
  readonly unknown: Quantiles;
  /** of a page of journeys, by what is asked for */
  readonly lists: Readonly<Record<string, Quantiles>>;
}

const WARM = 50;
const QUIET_SECONDS_MAX = 600;

/** Seeds a store, and asks it. */
export async function measureLookup(bench: Bench): Promise<LookupFigures> {
  const { sizes, talk } = bench;
  const journeys = Math.ceil(sizes.stored / SPANS.length);
  const dataDir = bench.seeded ?? (await bench.folder("lookup"));
  await seedOnce(dataDir, { journeys, days: sizes.days, nowMs: Date.now() }, talk);
  const service = await bench.start({ dataDir });
  // It is not idle while it counts objectives for the first time, which takes both cores.
  await service.get("/v1/slos");
  talk("lookup: waiting until the start is over, and reading what is stored once");
  await untilQuiet(service.pid, QUIET_SECONDS_MAX);
  await readThrough(join(dataDir, "store"));
  const lookups = new Lookups(service, { journeys, seed: sizes.seed });
  await lookups.some(WARM);
  talk("lookup: asking an idle service");
  const idle = quantilesOf(await lookups.some(sizes.lookups));
  lookups.goBack(sizes.lookups);
  const again = quantilesOf(await lookups.some(sizes.lookups));
  const unknown = quantilesOf(await lookups.unknown(sizes.lookups));
  const lists = await askLists(service);
  const bytes = [...(await tableBytes(service)).values()].reduce((sum, size) => sum + size, 0);
  const metrics = await service.metrics();
  const rows = metrics.get('waybill_store_rows{table="hops"}');
  if (rows === undefined) throw new Error("the service does not say how many hops it stores");
  let isOver = false;
  const loading = sendAloud(
    bench,
    "lookup under load",
    planOf(bench, {
      port: service.otlpPort,
      spansPerSecond: sizes.loadRate,
      // Orders of an earlier run on the same store would grow again, which takes far more than new ones.
      fromJourney: rows,
    }),
  ).finally(() => {
    isOver = true;
  });
  const [sent, underLoad] = await Promise.all([loading, lookups.until(() => isOver)]);
  await service.stop();
  return {
    storedSpans: journeys * SPANS.length,
    days: sizes.days,
    parts: metrics.get('waybill_store_parts{table="hops"}') ?? 0,
    // A store that is used again has the load of earlier runs too.
    bytesPerSpan: bytes / rows,
    idle,
    again,
    underLoad: quantilesOf(underLoad),
    loadPerSecond: sent.spans / sent.seconds,
    unknown,
    lists,
  };
}

/** Pages of a hundred journeys: the newest, and those that are few or many among all that are stored. */
async function askLists(service: BenchService): Promise<Record<string, Quantiles>> {
  const lists: Record<string, Quantiles> = {};
  for (const [name, query] of Object.entries(LISTS)) {
    const took: number[] = [];
    for (let i = 0; i < PAGES; i++) {
      const got = await service.get(`/v1/journeys${query}`);
      if (got.status !== 200) throw new Error(`a list by ${name} was answered ${got.status}: ${got.text}`);
      took.push(got.ms);
    }
    lists[name] = quantilesOf(took);
  }
  return lists;
}

const PAGES = 50;
const LISTS = {
  newest: "",
  open: "?state=open",
  succeeded: "?state=succeeded",
  step: "?step=paid",
  "common tag": "?tag=partner.id%3D138",
  "unknown tag": "?tag=partner.id%3Dnobody",
};

/** Questions one after the other about orders drawn by chance. */
class Lookups {
  readonly #service: BenchService;
  readonly #drawn: { readonly journeys: number; readonly seed: number };
  #asked = 0;

  constructor(service: BenchService, drawn: { readonly journeys: number; readonly seed: number }) {
    this.#service = service;
    this.#drawn = drawn;
  }

  async some(count: number): Promise<number[]> {
    const until = this.#asked + count;
    return this.until(() => this.#asked >= until);
  }

  /** The last so many are asked once more. */
  goBack(count: number): void {
    this.#asked -= count;
  }

  async until(isOver: () => boolean): Promise<number[]> {
    const took: number[] = [];
    while (!isOver()) took.push(await this.#one());
    return took;
  }

  async unknown(count: number): Promise<number[]> {
    const took: number[] = [];
    for (let i = 0; i < count; i++) {
      const got = await this.#service.get(`/v1/orders/NONE-${i}`);
      if (got.status !== 404) throw new Error(`an unknown order was answered ${got.status}`);
      took.push(got.ms);
    }
    return took;
  }

  async #one(): Promise<number> {
    const { journeys, seed: from } = this.#drawn;
    const order = seededOrder((mixed(this.#asked++ + from * 7919) >>> 0) % journeys);
    const got = await this.#service.get(`/v1/orders/${order}`);
    const [told, states] = [hopsTold(got), statesTold(got)];
    if (told === SPANS.length && states.join() === "succeeded") return got.ms;
    throw new Error(`${order} has ${told} of ${SPANS.length} spans and is ${states.join() || "unknown"}`);
  }
}
