import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Failure } from "../../errors.ts";
import { WasAway } from "../../ingest/attendant.ts";
import { pauseAfter } from "../../ingest/backoff.ts";
import { openJournal } from "../../ingest/journal.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline } from "../../ingest/pipeline.ts";
import { openStore } from "../../ingest/store.ts";
import { DEFINITIONS, event, TEN_NS } from "./build.ts";
import { deliveriesOf } from "./deliveries.ts";

test("a pause doubles with every failure up to the most, shortened by up to a half", () => {
  for (const [failures, most] of [250, 500, 1_000, 1_000, 1_000].entries()) {
    const pauses = Array.from({ length: 200 }, () => pauseAfter(failures, 1_000));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(most / 2);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(most);
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(most / 4);
  }
});

describe("a flush that failed is tried again", () => {
  /** How long is waited after each of these failures, until one is stored; ms. */
  async function pausesAfter(failures: Failure[]): Promise<number[]> {
    const dataDir = await mkdtemp(join(tmpdir(), "waybill-backoff-"));
    const store = await openStore({ url: null, dataDir });
    await migrate(store);
    const journal = await openJournal({ dataDir, bytesMax: 10_000_000 });
    const pauses: number[] = [];
    const pipeline = openPipeline({
      store: {
        ...store,
        insertNative: async (table, blocks) => {
          const failure = table === "refs" ? failures.shift() : undefined;
          if (failure !== undefined) throw failure;
          await store.insertNative(table, blocks);
        },
      },
      journal,
      definitions: DEFINITIONS,
      now: () => Number(TEN_NS / 1_000_000n),
      log: { warn: (fields) => pauses.push(Number(Reflect.get(fields, "afterMs"))) },
      flushMs: 1,
    });
    onTestFinished(async () => {
      await pipeline.close();
      await journal.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    });
    for (const delivery of await deliveriesOf([event({ name: "placed", keys: { "order.id": "A" } })]))
      await pipeline.accept(delivery);
    await expect.poll(() => pipeline.stats.waiting, { timeout: 10_000 }).toBe(0);
    return pauses;
  }

  test("later and later while the store is away", async () => {
    const down = () => new Failure("store_unavailable");
    const [first = 0, second = 0] = await pausesAfter([down(), down()]);
    expect(first).toBeGreaterThanOrEqual(125);
    expect(second).toBeGreaterThanOrEqual(250);
  });

  test("at once when it was given up because the store is back", async () => {
    expect(await pausesAfter([new WasAway(null)])).toEqual([0]);
  });
});
