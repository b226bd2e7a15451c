import { expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { refsBlock } from "../../ingest/blocks.ts";
import type { KeyKind } from "../../ingest/definitions.ts";
import { keysOf } from "../../ingest/keys.ts";
import { migrate } from "../../ingest/migrate.ts";
import { encodeHops } from "../../ingest/native_hops.ts";
import { listOf } from "../../ingest/reflist.ts";
import { type Place, placeOf, placeText, type RefRow } from "../../ingest/refs.ts";
import { FIRST_PLACE, placesOfLogs, reindexSome } from "../../ingest/reindex.ts";
import type { Store } from "../../ingest/store.ts";
import { storedIn } from "../../ingest/stored.ts";
import { granulesRead, onBothShapes } from "../server.ts";
import { event, KINDS, span } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const ORDER = { kind: "order.id", value: "A" };

/** The kinds of keys, and what names them once `app.order` was declared as a source of `order.id` too. */
const BEFORE = KINDS;
const AFTER = BEFORE.map((kind): KeyKind => {
  return kind.kind === "order.id"
    ? { ...kind, from: [...kind.from, { kind: "attribute", name: "app.order" }] }
    : kind;
});

/** Stores hops and their keys by the declarations of that moment; answers where the last one lies. */
async function stored(store: Store, hops: readonly Hop[]): Promise<Place> {
  const refs: RefRow[] = [];
  let last: Place = FIRST_PLACE;
  for (const hop of hops) {
    const [delivery] = await deliveriesOf([hop]);
    if (delivery === undefined) throw new Error("no delivery");
    const { batch } = delivery.decoded;
    const keys = keysOf(batch.hop(0), BEFORE);
    last = placeOf(batch.hop(0), keys);
    const localities = BigUint64Array.of(last.locality);
    await store.insertNative("hops", encodeHops("t", [{ batch, localities }]));
    for (const [kind, values] of keys) for (const value of values) refs.push({ kind, value, ...last });
  }
  if (refs.length > 0) await store.insertNative("refs", [refsBlock("t", [listOf(refs)])]);
  return last;
}

function reindexed(store: Store) {
  const source = storedIn(store, { placesMax: 100, hopsMax: 1_000 });
  const options = { store, source, tenant: "t", kinds: AFTER, sinceDay: 0, learn: () => undefined };
  return reindexSome(options, FIRST_PLACE);
}

async function placesOf(store: Store, key: { readonly kind: string; readonly value: string }) {
  const rows = await storedIn(store, { placesMax: 100, hopsMax: 1_000 }).refs("t", [key]);
  return new Set(rows.map(placeText));
}

onBothShapes("keys that are declared later", (open) => {
  test("lead to a log record that came without any, also where the order's others lie in the same piece", async () => {
    const store = await open();
    await migrate(store);
    const beside = await stored(store, [event({ name: "placed", keys: { "order.id": "A" } })]);
    const alone = await stored(store, [event({ name: "paid", keys: { "app.order": "A" }, atMs: 60_000 })]);
    expect(await reindexed(store)).toEqual({ next: null, added: 1 });
    expect(await placesOf(store, ORDER)).toEqual(new Set([placeText(beside), placeText(alone)]));
    expect((await reindexed(store)).added).toBe(0);
  });

  test("lead to where a record lies and not to where it might", async () => {
    const store = await open();
    await migrate(store);
    const ofPackage = await stored(store, [event({ name: "packed", keys: { "package.id": "P" } })]);
    const beside = await stored(store, [
      event({ name: "placed", keys: { "order.id": "A", "package.id": "P" } }),
    ]);
    expect((await reindexed(store)).added).toBe(0);
    expect(await placesOf(store, ORDER)).toEqual(new Set([placeText(beside)]));
    expect(placeText(ofPackage)).not.toBe(placeText(beside));
  });

  test("lead to a span where its trace lies", async () => {
    const store = await open();
    await migrate(store);
    const place = await stored(store, [span({ trace: "t", id: "pay", keys: { "app.order": "A" } })]);
    expect((await reindexed(store)).added).toBe(1);
    expect(await placesOf(store, ORDER)).toEqual(new Set([placeText(place)]));
  });

  test("are looked for by reading one day and a granule or two of it", async () => {
    const store = await open();
    await migrate(store);
    await store.command(
      `INSERT INTO hops (tenant, locality, at, kind) SELECT 't', number, toDateTime64(toDate(20666 + number % 2), 9, 'UTC'), 'log'
       FROM numbers(20000)`,
    );
    const params = { tenant: "t", localities: [10_000n, 10_002n], days: [20_666, 20_666] };
    const granules = await granulesRead(store, placesOfLogs.sql, params);
    expect(granules.of).toBeGreaterThanOrEqual(20);
    expect(granules.read).toBeLessThanOrEqual(2);
  });
});
