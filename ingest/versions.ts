/**
 * Versions: what makes one journey row win over another.
 *
 *   settle: take a version → read facts → fold → [row with that version]
 *
 * A version is the store's clock just before the facts were read, in microseconds, and always larger than the last.
 * Facts only grow, so whoever read last has seen all that earlier readers saw: its row wins, whichever process wrote
 * it (docs/adr/0004). A count of facts would not do: a late key can take a hop away from a journey.
 */
import { z } from "zod";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

/** Gives out versions. */
export interface Versions {
  /** The next version; microseconds since 1970 UTC. Take it before the facts are read. */
  readonly next: () => Promise<bigint>;
}

const fileOf = (name: string) => new URL(`./sql/${name}.sql`, import.meta.url);
const NONE = z.object({});

/** What time is it where the rows are kept? */
export const storeClock = statement(fileOf("store_clock"), {
  params: NONE,
  row: z.object({ now_us: Int64 }),
});

/** The largest version of any journey row. */
export const newestVersion = statement(fileOf("newest_version"), {
  params: NONE,
  row: z.object({ version: Int64 }),
});

/** Versions for the rows of one store. Goes on above what is there, should the clock have been set back. */
export function versionsOf(store: Store): Versions {
  let last: bigint | null = null;
  return {
    next: async () => {
      last ??= (await newestVersion(store, {}))[0]?.version ?? 0n;
      const nowUs = (await storeClock(store, {}))[0]?.now_us ?? 0n;
      last = nowUs > last ? nowUs : last + 1n;
      return last;
    },
  };
}
