/**
 * Warm: fills the set of known names from the store, once, while the process starts.
 *
 *   refs → [warm] → Heard → live
 *
 * Until it is done every journey is settled with the store's help: slower, and just as right.
 */
import { z } from "zod";
import type { Range } from "./extent.ts";
import { Heard } from "./heard.ts";
import { Known } from "./known.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

const fileOf = (name: string) => new URL(`./sql/${name}.sql`, import.meta.url);

/** By which names may hops be found? */
export const namesInStore = statement(fileOf("names_in_store"), {
  params: z.object({ bucket: z.int(), buckets: z.int(), first: z.int() }),
  row: z.object({ old: z.string(), kept: z.string() }),
});

/** About how many refs are there, and what is the last segment that told of any? */
export const refsCount = statement(fileOf("refs_count"), {
  params: z.object({}),
  row: z.object({ refs: Int64, newest: z.int() }),
});

/** Two bytes a name, four times the names that are there, and never less than this; bytes. */
const BYTES_MIN = 64 * 2 ** 20;
/** Of the names that are in doubt until the journal is read: a wrong yes costs little; bytes. */
const KEPT_BYTES = 16 * 2 ** 20;
const BUCKET_NAMES = 500_000;
/** The number of no segment. */
const NEVER = 2 ** 32 - 1;

/**
 * The names that are in the store now. Ask before this process stores anything.
 *
 * @param kept  the segments of the journal of this store: what came with those that are still there will be in memory
 * @throws {Failure} when the store does not answer
 */
export async function namesIn(store: Store, { first, last }: Range): Promise<Heard> {
  const [row] = await refsCount(store, {});
  const count = Number(row?.refs ?? 0n);
  // A segment that this journal never had: it is not the one that the store was filled from, and vouches for nothing.
  const from = (row?.newest ?? 0) > last ? NEVER : first;
  const old = new Known(sizeFor(count));
  const kept = new Known(KEPT_BYTES);
  const buckets = Math.ceil(count / BUCKET_NAMES);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [names] = await namesInStore(store, { bucket, buckets, first: from });
    addAll(old, names?.old ?? "");
    addAll(kept, names?.kept ?? "");
  }
  return new Heard(old, kept);
}

function addAll(known: Known, hashes: string): void {
  const words = Buffer.from(hashes, "hex");
  for (let at = 0; at + 8 <= words.length; at += 8)
    known.addHashed(words.readUInt32BE(at), words.readUInt32BE(at + 4));
}

function sizeFor(names: number): number {
  let bytes = BYTES_MIN;
  while (bytes < names * 8) bytes *= 2;
  return bytes;
}
