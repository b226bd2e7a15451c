/**
 * Seed: a store that has been used for long, made by the engine itself in minutes.
 *
 *   how many spans over how many days → [seed] → hops, refs, journeys
 *
 * Through the real tables, in order of time and in blocks of the size that ingest writes, so that parts and partitions
 * come out as they would. What came out is checked by asking the service for it.
 */
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "../errors.ts";
import type { Params } from "../ingest/bind.ts";
import { migrate } from "../ingest/migrate.ts";
import { openStore, type Store } from "../ingest/store.ts";
import { resourceOf, SPANS, STEPS } from "./shop.ts";

/** How much to write, and when it happened. */
export interface Seeding {
  readonly journeys: number;
  /** at least 1; the last of them is yesterday */
  readonly days: number;
  /** epoch milliseconds */
  readonly nowMs: number;
}

/** The id of a seeded order. */
export function seededOrder(journey: number): string {
  const scattered = (BigInt(journey) * 2_654_435_761n) & 0xffff_ffffn;
  return `OLD-${scattered.toString(16).padStart(8, "0")}`;
}

/** Journeys of one insert; about what a busy second brings. */
const STEP = 10_000;
const DAY_NS = 86_400_000_000_000;
const DAY_MS = 86_400_000;

/** Writes journeys with their spans into the store of a folder that no service has. */
export async function seed(dataDir: string, seeding: Seeding, talk: (text: string) => void): Promise<void> {
  await withStore(dataDir, async (store) => {
    const shared = { ...timesOf(seeding), ...SHAPES };
    for (let from = 0; from < seeding.journeys; from += STEP) {
      const count = Math.min(STEP, seeding.journeys - from);
      await write(store, "seed_refs", { ...shared, from, count });
      await write(store, "seed_hops", { ...shared, from: from * SPANS.length, count: count * SPANS.length });
      await writeJourneys(store, "create-order", { ...shared, from, count, bad_every: 1_000_000_007 });
      if ((from / STEP) % 20 === 19)
        talk(`seed: ${((from + count) * SPANS.length).toLocaleString("en")} spans`);
    }
    talk("seed: merging what is over");
    await mergePast(store, seeding.nowMs);
  });
}

/**
 * Seeds a folder, or takes what an earlier run seeded there: making a hundred million spans takes longer than asking.
 *
 * @throws {Failure} `config` when something else is in it
 */
export async function seedOnce(
  dataDir: string,
  seeding: Seeding,
  talk: (text: string) => void,
): Promise<void> {
  const note = join(dataDir, "seeded.json");
  const size = JSON.stringify({ journeys: seeding.journeys, days: seeding.days });
  await mkdir(dataDir, { recursive: true });
  const inside = await readdir(dataDir);
  if (inside.length === 0) {
    await seed(dataDir, seeding, talk);
    await writeFile(note, size);
  }
  const known = await readFile(note, "utf8").catch(() => "nothing that was seeded to its end");
  if (known !== size) throw new Failure("config", `${dataDir} has ${known}, not ${size}`);
}

/** What the tables do by themselves six hours after the last span of a day, or of a month (ingest/schema/010, 011). */
async function mergePast(store: Store, nowMs: number): Promise<void> {
  const month = new Date(nowMs).toISOString().slice(0, 7).replace("-", "");
  await store.command("OPTIMIZE TABLE hops FINAL");
  const Part = z.object({ partition: z.string().regex(/^\d{6}$/) });
  const partitions = Part.array().parse(
    await store.query(
      "SELECT DISTINCT partition FROM system.parts WHERE database = currentDatabase() AND table = 'refs' AND active",
    ),
  );
  // Written out: the engine takes no expression there, and digits are all that it can be.
  for (const { partition } of partitions)
    if (partition < month) await store.command(`OPTIMIZE TABLE refs PARTITION ID '${partition}' FINAL`);
}

/** Writes only rows of table `journeys`, so many of each definition. */
export async function seedEnded(
  dataDir: string,
  { definitions, ...seeding }: Seeding & { readonly definitions: readonly string[] },
  talk: (text: string) => void,
): Promise<void> {
  await withStore(dataDir, async (store) => {
    for (const definition of definitions) {
      for (let from = 0; from < seeding.journeys; from += ENDED_STEP) {
        const count = Math.min(ENDED_STEP, seeding.journeys - from);
        await writeJourneys(store, definition, { ...timesOf(seeding), from, count, bad_every: 400 });
      }
      talk(`seed: ${seeding.journeys.toLocaleString("en")} ended journeys of ${definition}`);
    }
  });
}

const ENDED_STEP = 250_000;

async function withStore(dataDir: string, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore({ url: null, dataDir });
  try {
    await migrate(store);
    await work(store);
  } finally {
    await store.close();
  }
}

/** Journeys are spread evenly over the days and end well before midnight. */
function timesOf({ journeys, days, nowMs }: Seeding) {
  const perDay = Math.max(1, Math.ceil(journeys / days));
  const first = Math.floor(nowMs / DAY_MS) - days;
  return { first_day: first, per_day: perDay, step_ns: Math.floor((DAY_NS * 0.99) / perDay) };
}

function writeJourneys(store: Store, definition: string, values: Params): Promise<void> {
  const steps = Object.values(STEPS).map(({ service, span }) =>
    SPANS.find((shape) => shape.service === service && shape.name === span),
  );
  return write(store, "seed_journeys", {
    ...values,
    definition,
    steps: Object.keys(STEPS),
    step_us: steps.map((shape) => (shape?.atUs ?? 0) + (shape?.tookUs ?? 0)),
  });
}

/** Each statement takes of the values what it has holes for. */
async function write(store: Store, name: string, values: Params): Promise<void> {
  const sql = readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), "utf8");
  const used = Object.entries(values).filter(([key]) => sql.includes(`{${key}:`));
  await store.command(sql, Object.fromEntries(used));
}

const KINDS = ["", "internal", "server", "client", "producer", "consumer"];

/** The shop's spans by column. Numbers of spans and traces begin at 1, as the engine counts; 0 is none. */
const SHAPES: Params = {
  spans: SPANS.length,
  traces: SPANS.map(({ trace }) => trace),
  parents: SPANS.map(({ parent }) => (parent === null ? 0 : parent + 1)),
  links: SPANS.map(({ link }) => (link === null ? 0 : link + 1)),
  at_us: SPANS.map(({ atUs }) => atUs),
  took_us: SPANS.map(({ tookUs }) => tookUs),
  services: SPANS.map(({ service }) => service),
  names: SPANS.map(({ name }) => name),
  kinds: SPANS.map(({ kind }) => KINDS[kind] ?? ""),
  events: SPANS.map(({ event }) => event ?? ""),
  has_order: SPANS.map(({ carries }) => (carries.includes("order.id") ? 1 : 0)),
  has_correlation: SPANS.map(({ carries }) => (carries.includes("correlation.id") ? 1 : 0)),
  text_names: nested(SPANS.map(({ texts, numbers }) => [...Object.keys(texts), ...Object.keys(numbers)])),
  text_values: nested(
    SPANS.map(({ texts, numbers }) => [...Object.values(texts), ...Object.values(numbers).map(String)]),
  ),
  digit_names: nested(SPANS.map(({ digits }) => Object.keys(digits))),
  digit_sizes: `[${SPANS.map(({ digits }) => `[${Object.values(digits)}]`)}]`,
  resource_names: Object.keys(resourceOf("")),
  resource_values: nested(SPANS.map(({ service }) => Object.values(resourceOf(service)))),
  ...refShapes(),
};

/** Under what a journey's traces are found: kind, in which trace, and to which trace it leads. */
function refShapes(): Params {
  const refs = SPANS.flatMap(({ trace, link, carries }) => [
    ...carries.map((key) => [key, trace, trace] as const),
    ["@trace", trace, trace] as const,
    ...(link === null ? [] : [["@link", trace, SPANS[link]?.trace ?? 0] as const]),
    // As ingest/shortcuts.ts adds once a journey has ended.
    ["order.id", trace, trace] as const,
  ]);
  const unlike = [...new Map(refs.map((ref) => [ref.join(" "), ref])).values()];
  return {
    ref_kinds: unlike.map(([kind]) => kind),
    ref_traces: unlike.map(([, trace]) => trace),
    ref_targets: unlike.map(([, , target]) => target),
  };
}

/** Lists of lists, as the engine reads them from text. */
function nested(lists: readonly (readonly string[])[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
  return `[${lists.map((list) => `[${list.map(quoted)}]`)}]`;
}
