/**
 * Warm: fills the set of known names from the store, once, while the process starts.
 *
 *   refs → [warm] → Known → live
 *
 * Until it is done every journey is settled with the store's help: slower, and just as right.
 */
import { z } from "zod";
import { Known } from "./known.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

const fileOf = (name: string) => new URL(`./sql/${name}.sql`, import.meta.url);

/** By which names may hops be found? */
export const namesInStore = statement(fileOf("names_in_store"), {
  params: z.object({ bucket: z.int(), buckets: z.int() }),
  row: z.object({ hashes: z.string() }),
});

/** About how many refs are there? */
export const refsCount = statement(fileOf("refs_count"), {
  params: z.object({}),
  row: z.object({ refs: Int64 }),
});

/** Two bytes a name, four times the names that are there, and never less than this; bytes. */
const BYTES_MIN = 64 * 2 ** 20;
const BUCKET_NAMES = 500_000;

/**
 * The names that are in the store now. Ask before this process stores anything.
 *
 * @throws {Failure} when the store does not answer
 */
export async function namesIn(store: Store): Promise<Known> {
  const count = Number((await refsCount(store, {}))[0]?.refs ?? 0n);
  const known = new Known(sizeFor(count));
  const buckets = Math.ceil(count / BUCKET_NAMES);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [row] = await namesInStore(store, { bucket, buckets });
    const hashes = Buffer.from(row?.hashes ?? "", "hex");
    for (let at = 0; at + 8 <= hashes.length; at += 8)
      known.addHashed(hashes.readUInt32BE(at), hashes.readUInt32BE(at + 4));
  }
  return known;
}

function sizeFor(names: number): number {
  let bytes = BYTES_MIN;
  while (bytes < names * 8) bytes *= 2;
  return bytes;
}
