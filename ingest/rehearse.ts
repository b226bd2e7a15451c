/**
 * Rehearse: what a changed `waybill.yaml` would make of the journeys that are recorded, before it is applied.
 *
 *   survey × (definitions of today, definitions to come) → [rehearse] → what would change
 *
 * Reads only. Both are folded from the same hops at the same moment, so that what differs is the definitions' doing and
 * not the clock's. Bounded by subjects and by time: it then says that there is more.
 */
import type { Hop } from "../collector/hop.ts";
import { type Compared, Comparison, type Rehearsal } from "./comparison.ts";
import type { HopSource } from "./gather.ts";
import type { Journey } from "./journey.ts";
import { keysOf } from "./keys.ts";
import { type Ref, refText } from "./refs.ts";
import { placesSince } from "./reindex.ts";
import type { Store } from "./store.ts";
import { BEFORE_ALL, countKeys, foldKeys, keysSince, subjectKinds } from "./survey.ts";

/** What rehearsing works with. */
export interface RehearseOptions extends Compared {
  readonly store: Store;
  readonly source: HopSource;
  readonly tenant: string;
  /** epoch milliseconds */
  readonly now: () => number;
}

/** How far to look. */
export interface Rehearsing {
  /** hops that happened on the day of this moment or later; epoch milliseconds */
  readonly sinceMs: number;
  /** keys to look at; count */
  readonly keysMax: number;
  /** how long it may take; ms */
  readonly takeMs: number;
}

const DAY_MS = 86_400_000;
const KEYS = 200;
const HOPS_MAX = 50_000;
const SAMPLE_PLACES = 400;

/** Rehearses, telling what was found so far after each batch; the last one is the whole. */
export async function* rehearse(options: RehearseOptions, asked: Rehearsing): AsyncGenerator<Rehearsal> {
  const { store, tenant, present, now } = options;
  const beganMs = now();
  const sinceDay = Math.max(0, Math.floor(asked.sinceMs / DAY_MS));
  const survey = { store, tenant, kinds: subjectKinds(present), sinceDay };
  const ledger = new Comparison(options);
  ledger.sightings.add(await sampleOf(options, sinceDay));
  const total = await countKeys(survey, BEFORE_ALL);
  for (let after = BEFORE_ALL; ; ) {
    const limit = Math.min(KEYS, asked.keysMax - ledger.done);
    const keys = limit > 0 ? await keysSince(survey, after, limit) : [];
    const last = keys.at(-1);
    if (last !== undefined) await compareKeys(options, ledger, keys);
    const isOver = last === undefined || keys.length < limit;
    yield ledger.rehearsal(Math.max(total, ledger.done), !isOver);
    if (isOver || now() - beganMs > asked.takeMs || ledger.done >= asked.keysMax) return;
    after = last;
  }
}

/** Hops that carry no key at all are found in no batch, and may be the very ones that a new key is for. */
async function sampleOf(
  { store, source, tenant }: RehearseOptions,
  sinceDay: number,
): Promise<readonly Hop[]> {
  const where = { tenant, since_day: sinceDay, after_day: 0, after_locality: 0n, limit: SAMPLE_PLACES };
  const rows = await placesSince(store, where);
  return source.hops(
    tenant,
    rows.map(({ day_number, locality }) => ({ day: day_number, locality })),
  );
}

async function compareKeys(
  options: RehearseOptions,
  ledger: Comparison,
  keys: readonly Ref[],
): Promise<void> {
  const { source, tenant, present, next } = options;
  const frame = { source, tenant, hopsMax: HOPS_MAX, nowNs: BigInt(options.now()) * 1_000_000n };
  const before = await foldKeys({ ...frame, definitions: present }, keys);
  const after = await foldKeys({ ...frame, definitions: next }, keys);
  const fresh = await foldFresh(options, { frame, hops: before.hops });
  ledger.add(keys.length, before, { ...after, journeys: [...after.journeys, ...fresh] });
}

interface Fresh {
  readonly frame: Omit<Parameters<typeof foldKeys>[0], "definitions">;
  readonly hops: readonly Hop[];
}

/** Subjects of kinds that are not declared yet: nothing is recorded under them, so only their hops at hand are folded. */
async function foldFresh(
  { present, next }: RehearseOptions,
  { frame, hops }: Fresh,
): Promise<readonly Journey[]> {
  const declared = new Set(present.keys.map(({ kind }) => kind));
  const kinds = next.keys.filter(({ kind }) => !declared.has(kind));
  if (kinds.length === 0) return [];
  const about = new Set(next.journeys.map(({ subject }) => subject));
  const found = hops.flatMap((hop) =>
    [...keysOf(hop, kinds)].flatMap(([kind, values]) => values.map((value): Ref => ({ kind, value }))),
  );
  const refs = new Map(found.filter(({ kind }) => about.has(kind)).map((ref) => [refText(ref), ref]));
  if (refs.size === 0) return [];
  return (await foldKeys({ ...frame, definitions: next }, [...refs.values()], hops)).journeys;
}
