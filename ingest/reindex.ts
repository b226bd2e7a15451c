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
  const found = refRowsOf(await source.hops(tenant, places), places, options.kinds);
  const missing = await missingOf(options, found);
  if (missing.length > 0) await store.insertNative("refs", [refsBlock(tenant, [listOf(missing)])]);
  options.learn(missing);
  return { next: places.length < PLACES ? null : last, added: missing.length };
}

function refRowsOf(hops: readonly Hop[], places: readonly Place[], kinds: readonly KeyKind[]): RefRow[] {
  const asked = new Set(places.map(placeText));
  const rows = new Map<string, RefRow>();
  for (const hop of hops) {
    const keys = keysOf(hop, kinds);
    const place = whereKept(hop, keys, asked);
    if (place === null) continue;
    for (const [kind, values] of keys)
      for (const value of values)
        rows.set(`${placeText(place)} ${refText({ kind, value })}`, { kind, value, ...place });
  }
  return [...rows.values()];
}

/**
 * A log line outside any trace was put beside its most authoritative key of *that* time, which may be any of its keys
 * now; everything else lies where it always did.
 */
function whereKept(hop: Hop, keys: Keys, asked: ReadonlySet<string>): Place | null {
  const alone = [...keys].map(([kind, values]): Keys => new Map([[kind, values]]));
  const possible = [keys, ...alone, new Map()].map((each) => placeOf(hop, each));
  return possible.find((place) => asked.has(placeText(place))) ?? null;
}

async function missingOf({ source, tenant }: ReindexOptions, rows: readonly RefRow[]): Promise<RefRow[]> {
  const refs = new Map(rows.map((row) => [refText(row), { kind: row.kind, value: row.value }]));
  const known = await source.refs(tenant, [...refs.values()]);
  const there = new Set(known.map((row) => `${placeText(row)} ${refText(row)}`));
  return rows.filter((row) => !there.has(`${placeText(row)} ${refText(row)}`));
}
