/**
 * Reindex: makes stored hops findable by keys that were declared after they came.
 *
 *   hops of the days → keys as declared now → [reindex] → missing refs
 *
 * Refs are written once, when a hop comes in, by the declarations of that moment. A kind that was added to `waybill.yaml`
 * later finds only newer hops until this was done. Adds, never takes away; doing it again adds nothing.
 */
import { z } from "zod";
import type { Hop } from "../collector/hop.ts";
import { refsBlock } from "./blocks.ts";
import type { KeyKind } from "./definitions.ts";
import type { HopSource } from "./gather.ts";
import { type Keys, keysOf } from "./keys.ts";
import { listOf } from "./reflist.ts";
import { type Place, placeOf, placeText, type Ref, type RefRow, refText } from "./refs.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

/** What reindexing works with. */
export interface ReindexOptions {
  readonly store: Store;
  readonly source: HopSource;
  readonly tenant: string;
  readonly kinds: readonly KeyKind[];
  /** days since 1970-01-01 UTC */
  readonly sinceDay: number;
  /** is told of the keys that became findable, once they are */
  readonly learn: (refs: readonly Ref[]) => void;
}

/** The statement that says where hops are. */
export const placesSince = statement(new URL("./sql/places_since.sql", import.meta.url), {
  params: z.object({
    tenant: z.string(),
    since_day: z.int(),
    after_day: z.int(),
    after_locality: z.bigint(),
    limit: z.int(),
  }),
  row: z.object({ day_number: z.int(), locality: Int64 }),
});

/** The statement that says where log records outside any trace are, of those at some places. */
export const placesOfLogs = statement(new URL("./sql/places_of_logs.sql", import.meta.url), {
  params: z.object({ tenant: z.string(), localities: z.array(z.bigint()), days: z.array(z.int()) }),
  row: z.object({ fact: z.string(), day_number: z.int(), locality: Int64 }),
});

/** Places behind which to go on. */
export const FIRST_PLACE: Place = { locality: 0n, day: 0 };

const PLACES = 400;

/**
 * One piece of the work.
 *
 * @returns  where it ended, null when all is done; how many refs were missing and are there now
 */
export async function reindexSome(
  options: ReindexOptions,
  after: Place,
): Promise<{ readonly next: Place | null; readonly added: number }> {
  const { store, source, tenant, sinceDay } = options;
  const where = { tenant, since_day: sinceDay, after_day: after.day, after_locality: after.locality };
  const rows = await placesSince(store, { ...where, limit: PLACES });
  const places = rows.map(({ day_number, locality }): Place => ({ day: day_number, locality }));
  const last = places.at(-1);
  if (last === undefined) return { next: null, added: 0 };
  const hops = await source.hops(tenant, places);
  const found = refRowsOf(hops, await logsAt(options, places), options.kinds);
  const missing = await missingOf(options, found);
  if (missing.length > 0) await store.insertNative("refs", [refsBlock(tenant, [listOf(missing)])]);
  options.learn(missing);
  return { next: places.length < PLACES ? null : last, added: missing.length };
}

/** Where log records outside any trace lie, by their ids. */
type LogPlaces = ReadonlyMap<string, readonly Place[]>;

/**
 * A log record outside any trace was put beside its most authoritative key of *that* time, which the declarations of
 * today do not tell: only the store knows. Everything else lies where it always did.
 */
async function logsAt({ store, tenant }: ReindexOptions, places: readonly Place[]): Promise<LogPlaces> {
  const localities = places.map(({ locality }) => locality);
  const days = places.map(({ day }) => day);
  const byId = new Map<string, Place[]>();
  for (const { fact, day_number, locality } of await placesOfLogs(store, { tenant, localities, days })) {
    const id = fact.toLowerCase();
    byId.set(id, [...(byId.get(id) ?? []), { day: day_number, locality }]);
  }
  return byId;
}

function refRowsOf(hops: readonly Hop[], logs: LogPlaces, kinds: readonly KeyKind[]): RefRow[] {
  const rows = new Map<string, RefRow>();
  for (const hop of hops) {
    const keys = keysOf(hop, kinds);
    const places = logs.get(hop.id) ?? [placeOf(hop, keys)];
    for (const row of places.flatMap((place) => rowsAt(place, keys)))
      rows.set(`${placeText(row)} ${refText(row)}`, row);
  }
  return [...rows.values()];
}

function rowsAt(place: Place, keys: Keys): RefRow[] {
  return [...keys].flatMap(([kind, values]) => values.map((value) => ({ kind, value, ...place })));
}

async function missingOf({ source, tenant }: ReindexOptions, rows: readonly RefRow[]): Promise<RefRow[]> {
  const refs = new Map(rows.map((row) => [refText(row), { kind: row.kind, value: row.value }]));
  const known = await source.refs(tenant, [...refs.values()]);
  const there = new Set(known.map((row) => `${placeText(row)} ${refText(row)}`));
  return rows.filter((row) => !there.has(`${placeText(row)} ${refText(row)}`));
}
