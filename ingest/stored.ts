/**
 * Stored: hops and refs as the store has them.
 *
 *   store → [stored] → gather
 *
 * The counterpart of recent.ts, which has what is not stored yet; gather.ts reads both as one.
 */
import { z } from "zod";
import type { HopSource } from "./gather.ts";
import { HopRow, hopOfRow } from "./rows.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

/** What is stored, bounded. */
export interface StoredOptions {
  /** places of one ref, newest first; count */
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

/** Where do hops carry any of these refs? `kinds` and `values` go in pairs. */
export const refsByValue = statement(fileOf("refs_by_value"), {
  params: z.object({
    tenant: z.string(),
    kinds: z.array(z.string()),
    values: z.array(z.string()),
    each: z.int(),
  }),
  row: z.object({ kind: z.string(), value: z.string(), day_number: z.int(), locality: Int64 }),
});

/** Every hop at these places. `localities` and `days` go in pairs. */
export const hopsByLocality = statement(fileOf("hops_by_locality"), {
  params: z.object({
    tenant: z.string(),
    localities: z.array(z.bigint()),
    days: z.array(z.int()),
    limit: z.int(),
  }),
  row: HopRow,
});

/** Under which of these kinds is this value known? */
export const kindsOfValue = statement(fileOf("kinds_of_value"), {
  params: z.object({ tenant: z.string(), value: z.string(), kinds: z.array(z.string()) }),
  row: z.object({ kind: z.string() }),
});

/** Reads of one store. */
export function storedIn(store: Store, { placesMax, hopsMax }: StoredOptions): Stored {
  return {
    refs: async (tenant, refs) => {
      const kinds = refs.map(({ kind }) => kind);
      const values = refs.map(({ value }) => value);
      const rows = await refsByValue(store, { tenant, kinds, values, each: placesMax });
      return rows.map(({ kind, value, day_number, locality }) => ({
        kind,
        value,
        day: day_number,
        locality,
      }));
    },
    hops: async (tenant, places) => {
      const localities = places.map(({ locality }) => locality);
      const days = places.map(({ day }) => day);
      return (await hopsByLocality(store, { tenant, localities, days, limit: hopsMax })).map(hopOfRow);
    },
    kindsOf: async (tenant, value, kinds) =>
      (await kindsOfValue(store, { tenant, value, kinds: [...kinds] })).map(({ kind }) => kind),
  };
}
