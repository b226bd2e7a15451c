/** The statements of slo/sql on the real engine, against hand-counted journeys and a naive count of any others. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Store } from "../../ingest/store.ts";
import { countBurnt, countJourneys, windowCounts } from "../../slo/counts.ts";
import { tallyOf, windowOf } from "../../slo/windows.ts";
import { onBothShapes } from "../server.ts";
import { type JourneyRow, journeysTable, tellJourneys } from "./journeys.ts";
import { DAY_MS, days, HOUR_MS, MINUTE_MS, someDefinition, someObjective } from "./promise.ts";

const WATERMARK_MS = Date.parse("2026-03-10T12:00:00Z");
const success = someObjective({ window: days(28) });
const fast = someObjective({ name: "fast", window: days(7), measure: { kind: "latency", withinMs: 400 } });

/** Some journey that ended, or is due, so long before the watermark. */
function ago(ms: number, told: Partial<JourneyRow> = {}): JourneyRow {
  return { atMs: WATERMARK_MS - ms, outcome: "good", ...told };
}

onBothShapes("journeys counted by the engine", (open) => {
  const asked = (name = "create-order") => ({
    tenant: "",
    definition: someDefinition([success, fast], name),
    watermarkMs: WATERMARK_MS,
  });

  async function storeOf(rows: readonly JourneyRow[]): Promise<Store> {
    const store = await open();
    await journeysTable(store);
    await tellJourneys(store, rows);
    return store;
  }

  test("each counts in every window that reaches back to its minute, and in no other", async () => {
    const store = await storeOf([
      ago(0),
      ago(1),
      ago(5 * MINUTE_MS),
      ago(5 * MINUTE_MS + 1, { outcome: "bad" }),
      ago(HOUR_MS, { outcome: "bad" }),
      ago(2 * DAY_MS),
      ago(28 * DAY_MS),
      ago(28 * DAY_MS + 1),
    ]);
    const counts = await countJourneys(store, asked());
    const tally = (windowMs: number) => tallyOf(counts, success, WATERMARK_MS - windowMs);
    expect(tally(5 * MINUTE_MS)).toEqual({ good: 2, bad: 0 });
    expect(tally(30 * MINUTE_MS)).toEqual({ good: 2, bad: 1 });
    expect(tally(HOUR_MS)).toEqual({ good: 2, bad: 2 });
    expect(tally(DAY_MS)).toEqual({ good: 2, bad: 2 });
    expect(tally(3 * DAY_MS)).toEqual({ good: 3, bad: 2 });
    expect(tally(28 * DAY_MS)).toEqual({ good: 4, bad: 2 });
  });

  test("an open journey counts on neither side before its deadline and as bad at it", async () => {
    const store = await storeOf([
      ago(0, { outcome: "open" }),
      ago(-HOUR_MS, { outcome: "open" }),
      ago(1, { outcome: "open" }),
    ]);
    const counts = await countJourneys(store, asked());
    expect(tallyOf(counts, success, WATERMARK_MS - 5 * MINUTE_MS)).toEqual({ good: 0, bad: 1 });
    expect(counts.inFlight).toBe(2);
  });

  test("an end in time that arrives late takes back the failure that the deadline had counted", async () => {
    const store = await storeOf([ago(MINUTE_MS, { id: 1, version: 2, outcome: "open" })]);
    const before = await countJourneys(store, asked());
    await tellJourneys(store, [ago(3 * MINUTE_MS, { id: 1, version: 3 })]);
    const after = await countJourneys(store, asked());
    expect(tallyOf(before, success, WATERMARK_MS - DAY_MS)).toEqual({ good: 0, bad: 1 });
    expect(tallyOf(after, success, WATERMARK_MS - DAY_MS)).toEqual({ good: 1, bad: 0 });
  });

  test("merged and excluded journeys count nowhere", async () => {
    const store = await storeOf([
      ago(MINUTE_MS, { id: 1, version: 1, outcome: "bad" }),
      ago(MINUTE_MS, { id: 1, version: 2, outcome: "merged" }),
      ago(MINUTE_MS, { outcome: "excluded" }),
      ago(MINUTE_MS),
    ]);
    const counts = await countJourneys(store, asked());
    expect(tallyOf(counts, success, WATERMARK_MS - DAY_MS)).toEqual({ good: 1, bad: 0 });
    expect(counts.inFlight).toBe(0);
  });

  test("the latency objective asks the successful ones only, up to and including the threshold", async () => {
    const store = await storeOf([
      ago(MINUTE_MS, { tookMs: 400 }),
      ago(MINUTE_MS, { tookMs: 401 }),
      ago(MINUTE_MS, { tookMs: 50 }),
      ago(MINUTE_MS, { tookMs: 1, outcome: "bad" }),
      ago(8 * DAY_MS, { tookMs: 1 }),
    ]);
    const counts = await countJourneys(store, asked());
    expect(tallyOf(counts, fast, WATERMARK_MS - 7 * DAY_MS)).toEqual({ good: 2, bad: 1 });
    expect(tallyOf(counts, fast, WATERMARK_MS - 5 * MINUTE_MS)).toEqual({ good: 2, bad: 1 });
    const p99 = windowOf(counts, WATERMARK_MS - 7 * DAY_MS)?.tookMsP99 ?? 0;
    expect(Math.abs(p99 / 401 - 1)).toBeLessThan(0.011);
  });

  test("nobody's journeys are no data", async () => {
    const store = await storeOf([ago(MINUTE_MS)]);
    const counts = await countJourneys(store, asked("refund"));
    expect(counts).toMatchObject({ windows: [], inFlight: 0 });
    expect(tallyOf(counts, fast, WATERMARK_MS - DAY_MS)).toEqual({ good: 0, bad: 0 });
  });

  test("the steps that burnt the budget come with their latest three journeys", async () => {
    const store = await storeOf([
      ago(1 * MINUTE_MS, { id: 1, outcome: "bad", step: "paid" }),
      ago(2 * MINUTE_MS, { id: 2, outcome: "bad", step: "paid" }),
      ago(3 * MINUTE_MS, { id: 3, outcome: "bad", step: "paid" }),
      ago(4 * MINUTE_MS, { id: 4, outcome: "bad", step: "paid" }),
      ago(5 * MINUTE_MS, { id: 5, outcome: "open", step: "shipped" }),
      ago(6 * MINUTE_MS, { id: 6, tookMs: 900 }),
      ago(0, { id: 7, outcome: "bad", step: "paid" }),
      ago(29 * DAY_MS, { id: 8, outcome: "bad", step: "paid" }),
    ]);
    const journey = (id: number) => ({
      atMs: WATERMARK_MS - id * MINUTE_MS,
      kind: "order.id",
      id: `ORD-${id}`,
    });
    expect(await countBurnt(store, asked(), success)).toEqual([
      { step: "paid", bad: 4, latest: [journey(1), journey(2), journey(3)] },
      { step: "shipped", bad: 1, latest: [journey(5)] },
    ]);
    expect(await countBurnt(store, asked(), fast)).toEqual([{ step: null, bad: 1, latest: [journey(6)] }]);
  });

  test("no order of arrival and no repetition changes a count", async () => {
    const store = await open();
    await journeysTable(store);
    const outcome = fc.constantFrom("good", "bad", "open", "excluded", "merged");
    const row = fc.record({
      id: fc.integer({ min: 1, max: 6 }),
      outcome,
      atMs: fc.integer({ min: -2, max: 8 }).map((minutes) => WATERMARK_MS - minutes * MINUTE_MS),
    });
    const told = fc
      .array(row, { minLength: 1, maxLength: 12 })
      .map((rows) => rows.map((r, version) => ({ ...r, version })));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(told, fc.infiniteStream(fc.nat()), async (rows, chance) => {
        const name = `law-${run++}`;
        const shuffled = [...rows, ...rows].map((r) => ({ r, at: chance.next().value ?? 0 }));
        shuffled.sort((a, b) => a.at - b.at);
        const arrivals = shuffled.map(({ r }) => r);
        await tellJourneys(store, arrivals.slice(0, 5), name);
        await tellJourneys(store, arrivals.slice(5), name);
        const counts = await countJourneys(store, asked(name));
        expect(tallyOf(counts, success, WATERMARK_MS - 5 * MINUTE_MS)).toEqual(naiveTally(rows));
      }),
      { numRuns: 25 },
    );
  });

  test("other definitions are not read", async () => {
    const store = await open();
    await journeysTable(store);
    await store.command(
      `INSERT INTO journeys (tenant, definition, subject_kind, subject, version)
       SELECT '', if(number % 2 = 0, 'create-order', 'refund'), 'order.id', toString(number), 1 FROM numbers(8192)`,
    );
    await store.command("OPTIMIZE TABLE journeys FINAL");
    const plan = await store.query(`EXPLAIN indexes = 1 ${windowCounts.sql}`, {
      tenant: "",
      definition: "refund",
      watermark_ms: WATERMARK_MS,
      from_ms: [WATERMARK_MS - DAY_MS, WATERMARK_MS],
      thresholds_ms: [],
    });
    const granules = JSON.stringify(plan).match(/Granules: (\d+)\/(\d+)/);
    expect(Number(granules?.[1])).toBeLessThanOrEqual(Number(granules?.[2]) / 2 + 1);
  });
});

/** The last five minutes, counted without any cleverness: of each journey the row with the most version. */
function naiveTally(rows: readonly JourneyRow[]): { good: number; bad: number } {
  const latest = new Map(rows.map((row) => [row.id, row]));
  const ended = [...latest.values()].filter(
    ({ atMs }) => atMs < WATERMARK_MS && atMs >= WATERMARK_MS - 5 * MINUTE_MS,
  );
  return {
    good: ended.filter(({ outcome }) => outcome === "good").length,
    bad: ended.filter(({ outcome }) => outcome === "bad" || outcome === "open").length,
  };
}
