/**
 * Writes: deliveries into the store.
 *
 *   pipeline → [writes] → refs, hops, dead letters
 *
 * Every write is a set: doing it again after a failure changes nothing.
 */
import type { RejectedItem } from "../collector/decode.ts";
import type { Envelope } from "../collector/request.ts";
import { refsBlock } from "./blocks.ts";
import { type LetterBudget, storeLetters } from "./letters.ts";
import { encodeHops, type Located } from "./native_hops.ts";
import { paced } from "./pace.ts";
import type { RefList } from "./reflist.ts";
import type { Store } from "./store.ts";

/** A delivery that is not stored yet. */
export interface Waiting {
  readonly envelope: Envelope;
  readonly rejected: readonly RejectedItem[];
  /** as much of what was extracted as the store takes: the rest would be garbage that has got old */
  readonly located: Located;
  /** refs that are not in the store, and come in no earlier delivery that waits */
  readonly refs: RefList;
  /** later deliveries have larger ones */
  readonly serial: number;
  /** epoch milliseconds */
  readonly ackedMs: number;
}

/** Of one insert, at most and at least; count. */
const INSERT_HOPS = 100_000;
const INSERT_HOPS_MIN = 2_000;
/** So long an insert may take, by what the last one took; a third of what is waited for; ms. */
const INSERT_MS = 10_000;

/** Where deliveries go. */
export interface Writing {
  readonly store: Store;
  /** room for dead letters */
  readonly budget: LetterBudget;
  readonly nowMs: number;
}

/**
 * How much goes to the store at once: after an outage, all that waits might never end in time, and begin anew for ever.
 * Less only when it failed, not when it was slow: a store that is behind is not helped by more parts to merge.
 */
export class InsertSize {
  #hops = INSERT_HOPS;

  /** Takes the oldest of those that wait, with about so many hops; at least one if there is any. */
  take(waiting: Waiting[]): Waiting[] {
    let hops = 0;
    const last = waiting.findIndex(({ located }) => {
      hops += located.batch.rows;
      return hops >= this.#hops;
    });
    return waiting.splice(0, last === -1 ? waiting.length : last + 1);
  }

  /** The store did not take so much. */
  shrink(): void {
    this.#hops = Math.max(INSERT_HOPS_MIN, this.#hops / 4);
  }

  /** It took so many in this time: mostly it had been away, and is as fast as ever. */
  grow(hops: number, tookMs: number): void {
    const inTime = (hops / Math.max(1, tookMs)) * INSERT_MS;
    this.#hops = Math.min(INSERT_HOPS, Math.max(this.#hops, inTime));
  }
}

/**
 * Stores deliveries. Refs before hops: a ref to a hop that is not there yet misleads nobody, a hop without refs is lost
 * to lookups.
 *
 * @throws {Failure} when the store does not take them; some may be stored then: send all again
 */
export async function storeAll(
  { store, budget, nowMs }: Writing,
  waiting: readonly Waiting[],
): Promise<void> {
  for (const deliveries of byTenant(waiting)) {
    const letters = deliveries.flatMap(({ envelope, rejected }) =>
      rejected.map((item) => ({ envelope, item })),
    );
    if (letters.length > 0) await storeLetters({ store, budget }, letters, nowMs);
    const lists = deliveries.map((delivery) => delivery.refs).filter((list) => list.size > 0);
    const tenant = deliveries[0]?.envelope.tenant ?? "";
    const refs = await paced(together(lists), (some) => refsBlock(tenant, some));
    if (refs.length > 0) await store.insertNative("refs", refs);
    const filled = deliveries.filter(({ located }) => located.batch.rows > 0);
    // Made as they are written: all at once they would be millions of pieces.
    if (filled.length > 0)
      await store.insertNative(
        "hops",
        encodeHops(
          tenant,
          filled.map(({ located }) => located),
        ),
      );
  }
}

function byTenant(waiting: readonly Waiting[]): Iterable<Waiting[]> {
  const groups = new Map<string, Waiting[]>();
  for (const each of waiting) {
    const { tenant } = each.envelope;
    const group = groups.get(tenant) ?? [];
    if (group.length === 0) groups.set(tenant, group);
    group.push(each);
  }
  return groups.values();
}

const BLOCK_REFS = 2_000;

/** Lists of some thousands of refs together: one block each. */
function* together(lists: readonly RefList[]): Generator<RefList[]> {
  let some: RefList[] = [];
  let size = 0;
  for (const list of lists) {
    some.push(list);
    size += list.size;
    if (size < BLOCK_REFS) continue;
    yield some;
    some = [];
    size = 0;
  }
  if (some.length > 0) yield some;
}
