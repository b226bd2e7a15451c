/**
 * Warm: fills the set of known names from the store, once, while the process starts.
 *
 *   refs → [warm] → Heard → live
 *
 * Nothing is stored or settled before: what is taken in meanwhile is asked about when it is done.
 */
import { z } from "zod";
import type { Range as Segments } from "./extent.ts";
import { Heard } from "./heard.ts";
import { Known } from "./known.ts";
import { breather } from "./pace.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";

const fileOf = (name: string) => new URL(`./sql/${name}.sql`, import.meta.url);

/** By which names may hops be found? */
export const namesInStore = statement(fileOf("names_in_store"), {
  params: z.object({ from: z.string(), until: z.string(), first: z.int() }),
  row: z.object({ old: z.string(), kept: z.string() }),
});

/** About how many refs are there, over which values, and what is the last segment that told of any? */
export const refsSpread = statement(fileOf("refs_spread"), {
  params: z.object({}),
  row: z.object({ refs: Int64, newest: z.int(), sample: z.array(z.string()) }),
});

/** Of which subjects are journeys kept that began before a moment? */
export const namesOfElders = statement(fileOf("names_of_elders"), {
  params: z.object({
    before_ns: z.bigint(),
    after_tenant: z.string(),
    after_definition: z.string(),
    after_kind: z.string(),
    after_subject: z.string(),
    limit: z.int(),
  }),
  row: z.object({
    names: z.string(),
    found: Int64,
    after_tenant: z.string(),
    after_definition: z.string(),
    after_kind: z.string(),
    after_subject: z.string(),
  }),
});

/** How many names would be read, about? */
const countOfNames = statement(fileOf("names_count"), {
  params: z.object({}),
  row: z.object({ names: Int64 }),
});

/** A byte for each ref that is there, and never less than this: two or three refs go by the same name; bytes. */
const BYTES_MIN = 16 * 2 ** 20;
/** Of the names that are in doubt until the journal is read: a wrong yes costs little; bytes. */
const KEPT_BYTES = 4 * 2 ** 20;
const REFS_AT_ONCE = 250_000;
/** Of a journey, about: so many more journeys than refs are read at once; count. */
const REFS_EACH = 4;
/** Of hashes, added without a look at the clock; bytes. */
const STRETCH_BYTES = 8 * 1_024;
/** The number of no segment. */
const NEVER = 2 ** 32 - 1;

const BEFORE_ALL = { after_tenant: "", after_definition: "", after_kind: "", after_subject: "" };

/** The segments of no journal: where several told of refs, their numbers mean nothing. */
export const NO_SEGMENTS: Segments = { first: NEVER, last: NEVER };

/** How the names are read. */
export interface Reading {
  /** refs and journeys that began earlier may be gone, the refs; nanoseconds since 1970 UTC. @default none are */
  readonly keptSinceNs?: bigint;
  /** of one question, about; count */
  readonly atOnce?: number;
}

/**
 * The names that are in the store now, also of subjects of which only journeys are left. Ask before this process stores
 * anything.
 *
 * @param kept  the segments of the journal of this store: what came with those that are still there will be in memory
 * @throws {Failure} when the store does not answer
 */
export async function namesIn(
  store: Store,
  { first, last }: Segments,
  { keptSinceNs = 0n, atOnce = REFS_AT_ONCE }: Reading = {},
): Promise<Heard> {
  const [row] = await refsSpread(store, {});
  const { refs = 0n, newest = 0, sample = [] } = row ?? {};
  // A segment that this journal never had: it is not the one that the store was filled from, and vouches for nothing.
  const from = newest > last ? NEVER : first;
  const old = new Known(sizeFor(Number(refs)));
  const kept = new Known(KEPT_BYTES);
  for (const range of rangesOf(sample, Math.ceil(Number(refs) / atOnce))) {
    const [names] = await namesInStore(store, { ...range, first: from });
    await addAll(old, names?.old ?? "");
    await addAll(kept, names?.kept ?? "");
  }
  await addElders(store, old, { keptSinceNs, atOnce });
  return new Heard(old, kept);
}

/** In order of their keys, so that each question goes on where the last one ended. */
async function addElders(
  store: Store,
  old: Known,
  { keptSinceNs, atOnce }: Required<Reading>,
): Promise<void> {
  const limit = Math.max(1, Math.ceil(atOnce * REFS_EACH));
  for (let after = BEFORE_ALL; ; ) {
    const [page] = await namesOfElders(store, { ...after, before_ns: keptSinceNs, limit });
    await addAll(old, page?.names ?? "");
    if (page === undefined || page.found < BigInt(limit)) return;
    const { names, found, ...last } = page;
    after = last;
  }
}

/** About how many names {@link namesIn} reads; count. @throws {Failure} when the store does not answer */
export async function namesCount(store: Store): Promise<number> {
  return Number((await countOfNames(store, {}))[0]?.names ?? 0n);
}

interface Values {
  readonly from: string;
  /** not in it; empty for the last one, which is open */
  readonly until: string;
}

/** About so many ranges of values, which together are all there are; about as many of the sample in each. */
export function rangesOf(sample: readonly string[], count: number): Values[] {
  const bounds = Array.from(
    { length: count },
    (_, at) => sample[Math.floor((at * sample.length) / count)] ?? "",
  );
  const distinct = [...new Set(["", ...bounds.slice(1)])];
  return distinct.map((from, at) => ({ from, until: distinct[at + 1] ?? "" }));
}

async function addAll(known: Known, hashes: string): Promise<void> {
  const words = Buffer.from(hashes, "base64");
  const breathe = breather();
  for (let at = 0; at + 8 <= words.length; at += 8) {
    if (at % STRETCH_BYTES === 0) await breathe();
    known.addHashed({ a: words.readUInt32LE(at), b: words.readUInt32LE(at + 4) });
  }
}

function sizeFor(refs: number): number {
  let bytes = BYTES_MIN;
  while (bytes < refs) bytes *= 2;
  return bytes;
}
