import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { ackedSource } from "../../ingest/acked.ts";
import type { Definitions } from "../../ingest/definitions.ts";
import { type Extract, extract } from "../../ingest/extract.ts";
import { gather, type HopSource } from "../../ingest/gather.ts";
import { Heard } from "../../ingest/heard.ts";
import { changeOf, type Rows, rememberRows } from "../../ingest/journeys.ts";
import { keysOf } from "../../ingest/keys.ts";
import { Known } from "../../ingest/known.ts";
import { Live } from "../../ingest/live.ts";
import { type Outcomes, outcomesFor } from "../../ingest/outcome.ts";
import { pastIn } from "../../ingest/past.ts";
import { planOf } from "../../ingest/plan.ts";
import { Recent } from "../../ingest/recent.ts";
import type { Ref } from "../../ingest/refs.ts";
import { type Settled, settle } from "../../ingest/settle.ts";
import { stitch } from "../../ingest/stitch.ts";
import { at, cloudEvent, event, KINDS } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";
import { Kept, type KeptHop } from "./kept.ts";
import { BUSY, columnsOf, HOUR_LATER_NS, nameOf, PLAIN, readIn } from "./rows.ts";
import { arrivalsIn, chance } from "./world.ts";

const RUNS = Number(process.env["WAYBILL_WORLDS"] ?? 80);
const NOW_NS = HOUR_LATER_NS;
const TENANT = "t";
const PLAN = planOf(BUSY);

/** A settler without a store: the rows that it would write end in `rows`. */
class Bench {
  readonly rows = new Map<string, string>();
  readonly #written: Rows = { tenant: TENANT, written: new Map() };
  fromMemory = 0;
  fromStore = 0;
  readonly #isRestless: boolean;
  readonly #all = new Kept();
  readonly #stored = new Kept();
  readonly #recent: Recent;
  readonly #live: Live;
  readonly #factsMax: number;
  readonly #left = new Set<string>();
  readonly #source: HopSource;
  readonly #definitions: Definitions;
  readonly #outcomes: Outcomes;
  #waiting: { readonly extracted: Extract; readonly serial: number }[] = [];
  #serial = 0;

  constructor({ factsMax, recentMax, heardFrom = 0, isRestless = false }: Bounds, definitions: Definitions) {
    this.#isRestless = isRestless;
    this.#definitions = definitions;
    this.#outcomes = outcomesFor(definitions);
    const left = this.#left;
    const isHeard = () => this.#serial >= heardFrom;
    const where = (name: string) => (left.has(name) ? "store" : "nowhere");
    const traceOf = (words: Uint32Array, at: number) => words.subarray(at, at + 4).join();
    this.#factsMax = factsMax;
    this.#live = new Live({
      causesMax: 32,
      past: {
        isHeard,
        of: (name) => (isHeard() ? where(name) : "unheard"),
        ofTrace: (words, at) => (isHeard() ? where(traceOf(words, at)) : "unheard"),
        isInDoubt: () => false,
        add: (name) => left.add(name),
        addTrace: (words, at) => left.add(traceOf(words, at)),
      },
    });
    this.#recent = new Recent(recentMax);
    const sight = (_: string, refs: readonly Ref[]) => this.#live.sight(refs);
    this.#source = ackedSource({ sight, recent: this.#recent, stored: this.#stored });
  }

  add(extracted: Extract): void {
    const serial = ++this.#serial;
    this.#all.add(TENANT, keptOf(extracted));
    this.#recent.add(extracted, serial);
    this.#live.add(extracted, { serial, segment: 0, isLate: false, nowMs: serial });
    this.#waiting.push({ extracted, serial });
  }

  /** Stores the first of what waits. */
  flush(count: number): void {
    for (const { extracted, serial } of this.#waiting.splice(0, count)) {
      this.#stored.add(TENANT, keptOf(extracted));
      this.#recent.noteStored(serial);
    }
  }

  /** Which hops belong to whatever a key leads to, asked of memory and store, and asked of all hops. */
  async ask(key: Ref): Promise<{ told: unknown; expected: unknown }> {
    return { told: await belonging(this.#source, key), expected: await belonging(this.#all, key) };
  }

  /** Makes room, as is done at any moment between two deliveries. */
  async evict(): Promise<void> {
    const stored = (this.#waiting[0]?.serial ?? this.#serial + 1) - 1;
    await this.#live.evict(stored, this.#factsMax);
  }

  async settle(): Promise<void> {
    if (!this.#isRestless) this.flush(this.#waiting.length);
    for (const cluster of this.#live.due(() => true)) {
      const added = this.#live.take(cluster);
      const whole = () => ({ ...this.#live.shape(cluster), hops: this.#live.outlines(cluster) });
      const told = this.#live.isWhole(cluster) ? this.#outcomes.of(whole(), NOW_NS, true) : null;
      const hops = added.flatMap(({ from, first, end }) =>
        Array.from({ length: end - first }, (_, n) => from.hop(first + n)),
      );
      const options = {
        source: this.#source,
        definitions: this.#definitions,
        tenant: TENANT,
        hopsMax: 100_000,
      };
      this.#write(told ?? (await settle(options, hops, NOW_NS)));
      if (told === null) this.fromStore++;
      else this.fromMemory++;
    }
    await this.evict();
  }

  #write({ journeys, merged }: Settled): void {
    for (const gone of merged) this.rows.delete(nameOf(gone));
    const changes = journeys.flatMap((journey) => {
      const change = changeOf(this.#written, journey);
      if (change !== null) this.rows.set(nameOf(journey), columnsOf(journey));
      return change === null ? [] : [change];
    });
    rememberRows(this.#written, changes, merged);
  }
}

interface Bounds {
  readonly factsMax: number;
  readonly recentMax: number;
  /** it is known which names the store has from this delivery on */
  readonly heardFrom?: number;
  /** some facts are always on their way to the store or not settled, and many hops carry one and the same key */
  readonly isRestless?: boolean;
}

/** The hop with a key that many others carry too. Whose it is is not changed by it. */
function withHotKey(hop: Hop): Hop {
  if (!hop.attributes.has("order.id")) return hop;
  return { ...hop, attributes: new Map([...hop.attributes, ["cart.id", "HOT"]]) };
}

function keptOf({ batch }: Extract): KeptHop[] {
  return Array.from({ length: batch.rows }, (_, row) => batch.hop(row)).map((hop) => ({
    hop,
    keys: keysOf(hop, KINDS),
  }));
}

/** Per kind of subject: the hops of each subject that a key leads to. */
async function belonging(source: HopSource, key: Ref): Promise<unknown> {
  const views = [];
  for (const subjectKind of ["order.id", "item.id", "correlation.id"]) {
    const options = { kinds: KINDS, subjectKind, hubSubjects: 100 };
    const wanted = { keys: [key], hops: [] };
    const { graph, complete } = await gather(source, wanted, {
      ...options,
      tenant: TENANT,
      hopsMax: 100_000,
    });
    const stitched = stitch(graph, options);
    const ids = (name: string) => (stitched.get(name) ?? []).map(({ hop }) => hop.id).sort();
    views.push([...complete.keys()].sort().map((name) => [name, ids(name)]));
  }
  return views;
}

async function run(seed: number, bounds: Bounds): Promise<Bench> {
  const next = chance(seed);
  const arrivals = arrivalsIn(seed);
  const isHot = () => bounds.isRestless && next() < 0.8;
  const told = new Map([...new Set(arrivals)].map((hop) => [hop, isHot() ? withHotKey(hop) : hop]));
  const hops = arrivals.map((hop) => told.get(hop) ?? hop);
  const definitions = next() < 0.5 ? BUSY : PLAIN;
  const bench = new Bench(bounds, definitions);
  const keys = hops.flatMap((hop) =>
    [...keysOf(hop, KINDS)].flatMap(([kind, values]) => values.map((value) => ({ kind, value }))),
  );
  const seen: Hop[] = [];
  for (let from = 0; from < hops.length; ) {
    const size = 1 + Math.floor(next() * 12);
    for (const { decoded } of await deliveriesOf(hops.slice(from, from + size), TENANT)) {
      bench.add(extract(decoded.batch, PLAN, TENANT));
      for (let row = 0; row < decoded.batch.rows; row++) seen.push(decoded.batch.hop(row));
    }
    from += size;
    if (next() < 0.3) bench.flush(1 + Math.floor(next() * 3));
    if (next() < 0.4) await bench.settle();
    if (bounds.isRestless && next() < 0.3) await bench.evict();
    const key = keys[Math.floor(next() * keys.length)];
    if (key === undefined || next() < 0.6) continue;
    const { told, expected: whole } = await bench.ask(key);
    expect(told).toEqual(whole);
  }
  await bench.settle();
  const expected = readIn(seen, NOW_NS, definitions).map((journey) => [nameOf(journey), columnsOf(journey)]);
  expect(Object.fromEntries(bench.rows)).toEqual(Object.fromEntries(expected));
  return bench;
}

describe("the rows of journeys", () => {
  const seeds = fc.integer({ min: 0, max: 0x7fffffff });

  test("are what a reader would fold from all hops, however they came in", async () => {
    const ways = { memory: 0, store: 0 };
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { fromMemory, fromStore } = await run(seed, { factsMax: 1_000_000, recentMax: 1_000_000 });
        ways.memory += fromMemory;
        ways.store += fromStore;
      }),
      { numRuns: RUNS },
    );
    // Both ways are taken often, or this shows little.
    expect(ways.memory / (ways.memory + ways.store)).toBeGreaterThan(0.2);
    expect(ways.store / (ways.memory + ways.store)).toBeGreaterThan(0.05);
  });

  test("are the same when memory holds next to nothing", () =>
    fc.assert(
      fc.asyncProperty(seeds, async (seed) => void (await run(seed, { factsMax: 5, recentMax: 5 }))),
      { numRuns: RUNS },
    ));

  test("are the same when clusters that are never quiet have to leave", () =>
    fc.assert(
      fc.asyncProperty(
        seeds,
        async (seed) => void (await run(seed, { factsMax: 5, recentMax: 5, isRestless: true })),
      ),
      { numRuns: RUNS },
    ));

  test("are the same when it is known only later which names the store has", () =>
    fc.assert(
      fc.asyncProperty(
        seeds,
        async (seed) => void (await run(seed, { factsMax: 5, recentMax: 20, heardFrom: 6 })),
      ),
      { numRuns: RUNS },
    ));

  test("are the same when memory knows of journeys whose hops have left it", () =>
    fc.assert(
      fc.asyncProperty(seeds, async (seed) => void (await run(seed, { factsMax: 1_000_000, recentMax: 20 }))),
      { numRuns: RUNS },
    ));
});

test.each([
  [5_000, 25],
  [25, 5_000],
])(
  "of an event that is sent again with another time the later one holds (after %i ms, then %i)",
  async (...times) => {
    const bench = new Bench({ factsMax: 1_000, recentMax: 1_000 }, PLAIN);
    const hops = [
      event({ name: "added", keys: { "order.id": "A" } }),
      ...times.map((ms) => cloudEvent("told-A", { orderid: "A" }, ms)),
    ];
    for (const hop of hops)
      for (const { decoded } of await deliveriesOf([hop], TENANT))
        bench.add(extract(decoded.batch, PLAN, TENANT));
    await bench.settle();
    const [row] = readIn(hops, NOW_NS, PLAIN);
    expect(row?.steps.find(({ name }) => name === "told")?.atNs).toBe(at(5_000));
    expect([...bench.rows.values()]).toEqual(row === undefined ? [] : [columnsOf(row)]);
  },
);

test("the store is asked about a name again once hops behind memory's back go by it", async () => {
  const live = new Live({ causesMax: 32, past: pastIn(() => new Heard(new Known(4), new Known(4))) });
  const key = { kind: "order.id", value: "ORD-1" };
  expect(live.sight([key]).unsure).toEqual([]);
  const [delivery] = await deliveriesOf([event({ name: "placed", keys: { "order.id": "ORD-1" } })], TENANT);
  if (delivery === undefined) throw new Error("no delivery");
  live.add(extract(delivery.decoded.batch, PLAN, TENANT), { serial: 1, segment: 0, isLate: false, nowMs: 0 });
  expect(live.sight([key]).unsure).toEqual([]);
  live.learn([key]);
  expect(live.sight([key]).unsure).toEqual([key]);
});
