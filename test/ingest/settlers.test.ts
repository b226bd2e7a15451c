/** What all tenants together keep in memory. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openJournal } from "../../ingest/journal.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import { factsThatFit } from "../../ingest/settlers.ts";
import { openStore } from "../../ingest/store.ts";
import { DEFINITIONS, event, TEN_NS } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

const NOW_MS = Number(TEN_NS / 1_000_000n) + 60_000;
const FACTS_MAX = 20;
let pipeline: Pipeline;
let close: () => Promise<void>;

beforeEach(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "waybill-settlers-"));
  const store = await openStore({ url: null, dataDir });
  await migrate(store);
  const journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
  pipeline = openPipeline({
    store,
    journal,
    definitions: DEFINITIONS,
    now: () => NOW_MS,
    log: { warn: () => undefined },
    flushMs: 60_000,
    liveMax: FACTS_MAX,
  });
  close = async () => {
    await pipeline.close();
    await journal.close();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  };
});
afterEach(() => close());

/** So many orders of a tenant, one fact each. */
async function place(tenant: string, first: number, count: number): Promise<void> {
  const placed = Array.from({ length: count }, (_, n) =>
    event({ name: "placed", keys: { "order.id": `ORD-${first + n}` } }),
  );
  for (const delivery of await deliveriesOf(placed, tenant)) await pipeline.accept(delivery);
  await pipeline.flush();
}

test("facts of all tenants are bounded together, and who sends nothing lets go of some too", async () => {
  await place("quiet", 0, FACTS_MAX);
  expect(pipeline.settling().live).toBe(FACTS_MAX);
  await place("busy", 0, FACTS_MAX);
  await place("busy", FACTS_MAX, FACTS_MAX);
  await place("busy", 2 * FACTS_MAX, 1);
  // The last one was not stored yet when room was made.
  expect(pipeline.settling().live).toBeLessThanOrEqual(FACTS_MAX + 1);
  expect(pipeline.settling().live).toBeGreaterThan(FACTS_MAX / 2);
  const lookup = createLookup({
    source: pipeline.source,
    definitions: DEFINITIONS,
    kindsOf: pipeline.kindsOf,
  });
  for (const tenant of ["quiet", "busy"])
    for (let n = 0; n < FACTS_MAX; n++) {
      const subject = { kind: "order.id", id: `ORD-${n}` };
      const told = await lookup.tell(tenant, subject, BigInt(NOW_MS) * 1_000_000n);
      expect(told?.journeys).toHaveLength(1);
    }
});

test("a million facts are kept where the heap has room for them", () => {
  expect(factsThatFit()).toBeGreaterThan(100_000);
  expect(factsThatFit()).toBeLessThanOrEqual(1_000_000);
});
