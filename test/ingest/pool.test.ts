import { describe, expect, test } from "vitest";
import { Pool } from "../../ingest/pool.ts";
import { NO_SPOTS, Spots } from "../../ingest/spots.ts";

const FACTS = 200_000;

describe("tables of live facts", () => {
  test("grow without V8 taking it for pressure", () => {
    const [pool, spots] = [new Pool(), new Spots()];
    const before = process.memoryUsage();
    for (let at = 0; at < FACTS; at++) {
      pool.take();
      spots.note(NO_SPOTS, { low: at, high: 0, day: 1 }, 0);
    }
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeGreaterThan(FACTS * 40);
    expect(after.external - before.external).toBeLessThan(FACTS);
  });

  test("keep what is in them while they grow, and use again what was given back", () => {
    const pool = new Pool();
    const slots = Array.from({ length: 10_000 }, (_, at) => {
      const slot = pool.take();
      pool.slots.digest[slot] = at;
      return slot;
    });
    expect(slots.map((slot) => pool.slots.digest[slot])).toEqual(slots.map((_, at) => at));
    for (const slot of slots) pool.giveBack(slot);
    expect(pool.used).toBe(0);
    expect(new Set(slots.map(() => pool.take()))).toEqual(new Set(slots));
  });
});
