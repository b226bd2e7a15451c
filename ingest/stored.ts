/**
 * Stored: hops, refs and old journeys as the store has them.
 *
 *   store → [stored] → gather
 *
 * The counterpart of recent.ts, which has the latest deliveries; acked.ts reads both as one.
 */
import { z } from "zod";
import type { Hop } from "../collector/hop.ts";
import { groupBy } from "../group.ts";
import { eldersIn } from "./elders.ts";
import type { HopSource } from "./gather.ts";
import { type Place, refText } from "./refs.ts";
import { HopRow, hopOfRow } from "./rows.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

/** What is stored, bounded. */
export interface StoredOptions {
  /** places of one ref, the newest when there are more; count */
  readonly placesMax: number;
  /** hops of one read; count. One more than a gather loads lets it notice that there are more */
  readonly hopsMax: number;
}

/** The stored side of a lookup. */
export interface Stored extends HopSource {
  /** Those of the kinds under which a value is known. */
  readonly kindsOf: (tenant: string, value: string, kinds: readonly string[]) => Promise<readonly string[]>;
}

const fileOf = (name: string) => new URL(`./sql/${name}.sql`, import.meta.url);

const REF = z.object({ kind: z.string(), value: z.string(), day_number: z.int(), locality: Int64 });

/** Where do hops carry any of these values? */
export const refsByValue = statement(fileOf("refs_by_value"), {
  params: z.object({ tenant: z.string(), values: z.array(z.string()), most: z.int() }),
  row: REF,
});

/** Where do hops carry any of these refs? The newest places, where there are more than `each`. Kinds go with values. */
export const refsNewest = statement(fileOf("refs_newest"), {
  params: z.object({
    tenant: z.string(),
    kinds: z.array(z.string()),
    values: z.array(z.string()),
    each: z.int(),
  }),
  row: REF,
});

/** Every hop at these places: localities, days as partitions are named, and both as `locality/partition`. */
export const hopsByLocality = statement(fileOf("hops_by_locality"), {
  params: z.object({
    tenant: z.string(),
    localities: z.array(z.bigint()),
    partitions: z.array(z.string()),
    places: z.array(z.string()),
    limit: z.int(),
  }),
  row: HopRow,
});

/** Under which of these kinds is this value known? */
export const kindsOfValue = statement(fileOf("kinds_of_value"), {
  params: z.object({ tenant: z.string(), value: z.string(), kinds: z.array(z.string()) }),
  row: z.object({ kind: z.string() }),
});

/** Far more than most refs have; count. */
const ROWS_EACH = 32;

/** Reads of one store. */
export function storedIn(store: Store, { placesMax, hopsMax }: StoredOptions): Stored {
  return {
    refs: async (tenant, refs) => {
      const [kinds, values] = [refs.map(({ kind }) => kind), refs.map(({ value }) => value)];
      const most = placesMax + refs.length * ROWS_EACH;
      // A trace is asked for twice: who is in it, and who links to it.
      const rows = await refsByValue(store, { tenant, values: [...new Set(values)], most });
      const asked = new Set(refs.map(refText));
      const meant = rows.filter((row) => asked.has(refText(row)));
      const isCrowd = rows.length >= most || hasCrowd(meant, placesMax);
      const told = isCrowd ? await refsNewest(store, { tenant, kinds, values, each: placesMax }) : meant;
      return told.map(({ kind, value, day_number, locality }) => ({
        kind,
        value,
        day: day_number,
        locality,
      }));
    },
    hops: async (tenant, places) => {
      const hops: Hop[] = [];
      for (const some of places.length > FEW ? groupBy(places, ({ day }) => day).values() : [places]) {
        const limit = hopsMax - hops.length;
        if (limit <= 0) break;
        const rows = await hopsByLocality(store, { tenant, ...namesOf(some), limit });
        for (const row of rows) hops.push(hopOfRow(row));
      }
      return hops;
    },
    elders: eldersIn(store),
    kindsOf: async (tenant, value, kinds) =>
      (await kindsOfValue(store, { tenant, value, kinds: [...kinds] })).map(({ kind }) => kind),
  };
}

/** Places that may be looked for on each other's days as well: it is less than another question; count. */
const FEW = 64;

const DAY_MS = 86_400_000;

function namesOf(places: readonly Place[]) {
  const each = places.map(({ day }) => partitionOf(day));
  return {
    localities: [...new Set(places.map(({ locality }) => locality))],
    partitions: [...new Set(each)],
    places: places.map(({ locality }, at) => `${locality}/${each[at]}`),
  };
}

function partitionOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
}

/** Whether any ref has so many rows that they have to be chosen from. */
function hasCrowd(rows: readonly { readonly kind: string; readonly value: string }[], each: number): boolean {
  if (rows.length < each) return false;
  const counts = new Map<string, number>();
  for (const { kind, value } of rows) {
    const text = refText({ kind, value });
    const count = (counts.get(text) ?? 0) + 1;
    if (count >= each) return true;
    counts.set(text, count);
  }
  return false;
}
