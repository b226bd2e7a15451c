/**
 * Writes: deliveries into the store.
 *
 *   pipeline → [writes] → refs, hops, dead letters
 *
 * Every write is a set: doing it again after a failure changes nothing.
 */
import { setImmediate as breathe } from "node:timers/promises";
import type { RejectedItem } from "../collector/decode.ts";
import type { Envelope } from "../collector/request.ts";
import { refsBlock } from "./blocks.ts";
import type { Extract } from "./extract.ts";
import { type LetterBudget, storeLetters } from "./letters.ts";
import { encodeHops } from "./native_hops.ts";
import type { RefList } from "./reflist.ts";
import type { Store } from "./store.ts";

/** A delivery that is not stored yet. */
export interface Waiting {
  readonly envelope: Envelope;
  readonly rejected: readonly RejectedItem[];
  readonly extract: Extract;
  /** refs that are not in the store, and come in no earlier delivery that waits */
  readonly refs: RefList;
  /** later deliveries have larger ones */
  readonly serial: number;
  /** epoch milliseconds */
  readonly ackedMs: number;
}

/** Longest stretch of encoding; ms. */
const STRETCH_MS = 10;

/** Where deliveries go. */
export interface Writing {
  readonly store: Store;
  /** room for dead letters */
  readonly budget: LetterBudget;
  readonly nowMs: number;
}

/** Takes the oldest of those that wait, with about so many hops; at least one if there is any. */
export function takeOldest(waiting: Waiting[], hopsMax: number): Waiting[] {
  let hops = 0;
  const last = waiting.findIndex(({ extract }) => {
    hops += extract.batch.rows;
    return hops >= hopsMax;
  });
  return waiting.splice(0, last === -1 ? waiting.length : last + 1);
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
    const refs = deliveries.map((delivery) => delivery.refs).filter((list) => list.size > 0);
    const tenant = deliveries[0]?.envelope.tenant ?? "";
    if (refs.length > 0) await store.insertNative("refs", [refsBlock(tenant, refs)]);
    const blocks = await hopBlocks(deliveries);
    if (blocks.length > 0) await store.insertNative("hops", blocks);
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

/** One block per delivery. Others get the processor in between: after an outage there are thousands. */
async function hopBlocks(deliveries: readonly Waiting[]): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  let beganMs = performance.now();
  for (const { extract } of deliveries) {
    const { batch, tenant, localities } = extract;
    if (batch.rows === 0) continue;
    // Some forty parts each; written one by one they would cost more than everything before.
    blocks.push(Buffer.concat(encodeHops(batch, { tenant, localities })));
    if (performance.now() - beganMs < STRETCH_MS) continue;
    await breathe();
    beganMs = performance.now();
  }
  return blocks;
}
