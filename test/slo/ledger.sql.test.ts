/** Journeys counted by the minute, on the real engine: against hand-counted journeys, and against a count from nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Objective, Step } from "../../ingest/definitions.ts";
import type { Store } from "../../ingest/store.ts";
import { openBoard } from "../../slo/board.ts";
import { burntByStep, burntByTag } from "../../slo/burnt.ts";
import { Ledger, type LedgerSources } from "../../slo/ledger.ts";
import { changedJourneys } from "../../slo/marks.ts";
import { type Part, partsOf, WHOLE } from "../../slo/parts.ts";
import { recount, recountMinutes } from "../../slo/recount.ts";
import { onBothShapes } from "../server.ts";
import { type JourneyRow, oneStore, tellJourneys } from "./journeys.ts";
import { DAY_MS, days, HOUR_MS, MINUTE_MS, someDefinition, someObjective } from "./promise.ts";

const WATERMARK_MS = Date.parse("2026-03-10T12:00:00Z");
const NOW_MS = WATERMARK_MS + 60_000;
const VERSION = WATERMARK_MS * 1_000;

const success = someObjective({ window: days(28) });
const fast = someObjective({
  name: "fast",
  window: days(7),
  measure: { kind: "latency", withinMs: 400 },
});
const slow = someObjective({ name: "slow", measure: { kind: "latency", withinMs: 2_000 } });
const acme = someObjective({ name: "acme", where: new Map([["partner", ["acme", "globex"]]]) });
const app = someObjective({
  name: "app",
  where: new Map([
    ["channel", ["app"]],
    ["partner", ["acme"]],
  ]),
  measure: { kind: "latency", withinMs: 400 },
});
const paid = someObjective({ name: "paid", measure: { kind: "step", step: "paid", withinMs: 30_000 } });

const stepNamed = (name: string, after: readonly string[]): Step => ({
  name,
  match: [],
  owner: "checkout-team",
  after,
  optional: false,
  withinMs: null,
});

function definitionOf(objectives: readonly Objective[], name = "create-order") {
  const steps = [stepNamed("placed", []), stepNamed("paid", ["placed"]), stepNamed("shipped", ["paid"])];
  return { ...someDefinition(objectives, name), steps };
}

const definition = definitionOf([success, fast, slow, acme, app, paid]);

/** Some journey that ended, or is due, so long before the watermark. */
function ago(ms: number, told: Partial<JourneyRow> = {}): JourneyRow {
  return { atMs: WATERMARK_MS - ms, outcome: "good", version: VERSION, ...told };
}

onBothShapes("journeys counted by the minute", (openNew) => {
  const open = oneStore(openNew);

  async function ledgerOf(rows: readonly JourneyRow[], more: Partial<LedgerSources> = {}) {
    const store = more.store ?? (await open());
    await tellJourneys(store, rows);
    const ledger = new Ledger({ definitions: [definition], tenant: "", ...more, store });
    await ledger.look(WATERMARK_MS);
    return { store, ledger, ...reader(ledger) };
  }

  function reader(ledger: Ledger, name = "create-order") {
    const account = (objective: string) => {
      const found = ledger.book(name).accounts.find(({ id }) => id === `${name}.${objective}`);
      if (found === undefined) throw new RangeError(`there is no objective ${objective}`);
      return found;
    };
    const tally = (lengthMs: number, objective = "success") =>
      account(objective).cells.tally(WATERMARK_MS - lengthMs, WATERMARK_MS);
    const inFlight = () => ledger.book(name).inFlight(WATERMARK_MS);
    return { tally, inFlight, revisions: (objective = "success") => account(objective).revisions };
  }

  test("each counts in every window that reaches back to its minute, and in no other", async () => {
    const { tally } = await ledgerOf([
      ago(0),
      ago(1),
      ago(5 * MINUTE_MS),
      ago(5 * MINUTE_MS + 1, { outcome: "bad" }),
      ago(HOUR_MS, { outcome: "bad" }),
      ago(2 * DAY_MS),
      ago(28 * DAY_MS),
      ago(28 * DAY_MS + 1),
    ]);
    expect(tally(5 * MINUTE_MS)).toEqual({ good: 2, bad: 0 });
    expect(tally(30 * MINUTE_MS)).toEqual({ good: 2, bad: 1 });
    expect(tally(HOUR_MS)).toEqual({ good: 2, bad: 2 });
    expect(tally(DAY_MS)).toEqual({ good: 2, bad: 2 });
    expect(tally(3 * DAY_MS)).toEqual({ good: 3, bad: 2 });
    expect(tally(28 * DAY_MS)).toEqual({ good: 4, bad: 2 });
  });

  test("an open journey is in flight before its deadline and has missed at it", async () => {
    const { tally, inFlight } = await ledgerOf([
      ago(0, { outcome: "open" }),
      ago(-HOUR_MS, { outcome: "open" }),
      ago(-5 * DAY_MS, { outcome: "open" }),
      ago(1, { outcome: "open" }),
      ago(9 * DAY_MS, { outcome: "open" }),
    ]);
    expect(tally(5 * MINUTE_MS)).toEqual({ good: 0, bad: 1 });
    expect(tally(28 * DAY_MS)).toEqual({ good: 0, bad: 2 });
    expect(inFlight()).toBe(3);
  });

  test("an end in time that arrives late takes back the failure that the deadline had counted, once", async () => {
    const { store, ledger, tally, revisions } = await ledgerOf([ago(MINUTE_MS, { id: 1, outcome: "open" })]);
    expect(tally(DAY_MS)).toEqual({ good: 0, bad: 1 });
    await tellJourneys(store, [ago(3 * MINUTE_MS, { id: 1, version: VERSION + 1 })]);
    await ledger.look(WATERMARK_MS);
    await ledger.look(WATERMARK_MS);
    expect(tally(DAY_MS)).toEqual({ good: 1, bad: 0 });
    expect(revisions()).toEqual({ takenBack: 1, restated: 1 });
    await tellJourneys(store, [ago(MINUTE_MS, { id: 1, outcome: "open" })]);
    await ledger.look(WATERMARK_MS);
    expect(tally(DAY_MS)).toEqual({ good: 1, bad: 0 });
  });

  test("what ends after the watermark and what was known in time is no revision", async () => {
    const { store, ledger, tally, revisions } = await ledgerOf([ago(-MINUTE_MS, { id: 1, outcome: "open" })]);
    await tellJourneys(store, [
      ago(-MINUTE_MS, { id: 1, version: VERSION + 1 }),
      ago(MINUTE_MS, { id: 2, outcome: "bad", version: VERSION + 1 }),
    ]);
    await ledger.look(WATERMARK_MS);
    expect(tally(DAY_MS)).toEqual({ good: 0, bad: 1 });
    expect(revisions()).toEqual({ takenBack: 0, restated: 1 });
  });

  test("merged and excluded journeys count nowhere, also when they did before", async () => {
    const { store, ledger, tally, inFlight } = await ledgerOf([
      ago(MINUTE_MS, { id: 1, outcome: "bad" }),
      ago(MINUTE_MS, { id: 2 }),
      ago(MINUTE_MS, { outcome: "excluded" }),
      ago(MINUTE_MS, { outcome: "merged" }),
      ago(MINUTE_MS),
    ]);
    expect(tally(DAY_MS)).toEqual({ good: 2, bad: 1 });
    await tellJourneys(store, [
      ago(MINUTE_MS, { id: 1, version: VERSION + 1, outcome: "merged" }),
      ago(MINUTE_MS, { id: 2, version: VERSION + 1, outcome: "excluded" }),
    ]);
    await ledger.look(WATERMARK_MS);
    expect(tally(DAY_MS)).toEqual({ good: 1, bad: 0 });
    expect(inFlight()).toBe(0);
  });

  test("the latency objective asks the successful ones only, up to and including the threshold", async () => {
    const { tally } = await ledgerOf([
      ago(MINUTE_MS, { tookMs: 400 }),
      ago(MINUTE_MS, { tookMs: 401 }),
      ago(MINUTE_MS, { tookMs: 2_001 }),
      ago(MINUTE_MS, { tookMs: 1, outcome: "bad" }),
      ago(MINUTE_MS, { tookMs: 1, outcome: "open" }),
      ago(8 * DAY_MS, { tookMs: 1 }),
    ]);
    expect(tally(7 * DAY_MS, "fast")).toEqual({ good: 1, bad: 2 });
    expect(tally(7 * DAY_MS, "slow")).toEqual({ good: 2, bad: 1 });
  });

  test("an objective of some tag values counts the journeys that have them all", async () => {
    const { tally } = await ledgerOf([
      ago(MINUTE_MS, { tags: { partner: "acme", channel: "app" } }),
      ago(MINUTE_MS, { tags: { partner: "acme", channel: "web" }, outcome: "bad" }),
      ago(MINUTE_MS, { tags: { partner: "globex", channel: "app" } }),
      ago(MINUTE_MS, { tags: { partner: "initech", channel: "app" } }),
      ago(MINUTE_MS),
    ]);
    expect(tally(DAY_MS, "acme")).toEqual({ good: 2, bad: 1 });
    expect(tally(DAY_MS, "app")).toEqual({ good: 1, bad: 0 });
    expect(tally(DAY_MS)).toEqual({ good: 4, bad: 1 });
  });

  test("a step counts when it was reached, or when it should have been", async () => {
    const at = WATERMARK_MS - HOUR_MS;
    const steps = (paidMs: number | null) => ({ placed: at, paid: paidMs === null ? null : at + paidMs });
    const started = { atMs: at + 40 * MINUTE_MS, tookMs: 40 * MINUTE_MS, version: VERSION };
    const { tally } = await ledgerOf([
      { ...started, outcome: "good", steps: steps(30_000) },
      { ...started, outcome: "good", steps: steps(30_001) },
      { ...started, outcome: "open", steps: steps(null) },
      { ...started, outcome: "open", steps: { placed: null, paid: null } },
      { ...started, outcome: "bad", atMs: at + 5_000, tookMs: 5_000, steps: steps(null), step: "paid" },
      { ...started, outcome: "bad", atMs: at + 5_000, tookMs: 5_000, steps: steps(null), step: "placed" },
    ]);
    expect(tally(2 * HOUR_MS, "paid")).toEqual({ good: 1, bad: 3 });
    expect(tally(HOUR_MS - 60_000, "paid")).toEqual({ good: 0, bad: 0 });
  });

  test("a journey that changes after more than a day is counted with everything else, within minutes", async () => {
    const old = ago(3 * DAY_MS, { id: 1, outcome: "bad" });
    const { store, ledger, tally } = await ledgerOf([old, ago(MINUTE_MS, { version: VERSION + 1e9 })]);
    expect(tally(28 * DAY_MS)).toEqual({ good: 1, bad: 1 });
    await tellJourneys(store, [{ ...old, outcome: "good", version: VERSION + 2e9 }]);
    await ledger.look(WATERMARK_MS);
    expect(ledger.state().owed).toBe(1);
    await ledger.look(WATERMARK_MS + 5 * MINUTE_MS);
    expect(tally(28 * DAY_MS)).toEqual({ good: 2, bad: 0 });
    expect(ledger.state().owed).toBe(0);
  });

  test("after a watermark that was far ahead all are counted anew", async () => {
    const { store, ledger, tally } = await ledgerOf([
      ago(MINUTE_MS, { id: 1, outcome: "bad" }),
      ago(20 * DAY_MS),
      ago(MINUTE_MS, { version: VERSION + 1e9 }),
    ]);
    await ledger.look(WATERMARK_MS + 400 * DAY_MS);
    expect(tally(28 * DAY_MS)).toEqual({ good: 0, bad: 0 });
    await ledger.look(WATERMARK_MS);
    expect(tally(28 * DAY_MS)).toEqual({ good: 2, bad: 1 });
    await tellJourneys(store, [ago(MINUTE_MS, { id: 1, version: VERSION + 2e9 })]);
    await ledger.look(WATERMARK_MS);
    expect([tally(28 * DAY_MS), ledger.state().owed]).toEqual([{ good: 3, bad: 0 }, 0]);
  });

  test("counted in parts, each counts once, whether it is held under its name or not", async () => {
    const rows = Array.from({ length: 60 }, (_, id) =>
      ago(((id % 3) + 1) * 0.7 * DAY_MS, { id, version: 0 }),
    );
    const { tally, ledger } = await ledgerOf(rows, { rowsMax: 7 });
    expect(tally(28 * DAY_MS)).toEqual({ good: 60, bad: 0 });
    expect(ledger.state().held).toBe(20);
  });

  test("no more are ever held under their names than fit, however few minutes they all ended in", async () => {
    const own = await open();
    let named = 0;
    const query: Store["query"] = async (...question) => {
      const rows = await own.query(...question);
      for (const row of rows) named += Object(Reflect.get(Object(row), "names") ?? []).filter(Boolean).length;
      return rows;
    };
    const rows = Array.from({ length: 100 }, (_, id) =>
      ago((id / 10 + 5.05) * MINUTE_MS, { id, version: 0 }),
    );
    const { tally, ledger } = await ledgerOf(rows, { store: { ...own, query }, heldMax: 35 });
    expect(tally(28 * DAY_MS)).toEqual({ good: 100, bad: 0 });
    expect([named, ledger.state().held]).toEqual([30, 30]);
  });

  test("a provisional one is held for as long as it counts, and no longer than it is", async () => {
    const early = (id: number, told: Partial<JourneyRow> = {}) =>
      ago(3 * DAY_MS, { id, kind: "cart.id", outcome: "bad", version: 1, ...told });
    const others = [ago(3 * DAY_MS, { version: 1 }), ago(MINUTE_MS)];
    const { store, ledger, tally } = await ledgerOf([early(1), early(2, { outcome: "merged" }), ...others]);
    expect([tally(28 * DAY_MS), ledger.state().held]).toEqual([{ good: 2, bad: 1 }, 2]);
    await tellJourneys(store, [early(1, { outcome: "merged", version: VERSION + 1 })]);
    await ledger.look(WATERMARK_MS);
    expect([tally(28 * DAY_MS), ledger.state().owed]).toEqual([{ good: 2, bad: 0 }, 0]);
    await tellJourneys(store, [ago(MINUTE_MS, { version: VERSION + 1e9 })]);
    for (let looks = 0; looks < 2; looks++) await ledger.look(WATERMARK_MS);
    expect([tally(28 * DAY_MS), ledger.state().held]).toEqual([{ good: 3, bad: 0 }, 2]);
  });

  test("a provisional one is held no longer than the minutes that it counts in", async () => {
    const { store, ledger } = await ledgerOf([
      ago(30 * DAY_MS, { id: 1, kind: "cart.id", outcome: "open", version: 1 }),
      ago(MINUTE_MS),
    ]);
    expect(ledger.state().held).toBe(2);
    for (const days of [20, 21]) await ledger.look(WATERMARK_MS + days * DAY_MS);
    expect(ledger.state()).toMatchObject({ held: 1, owed: 0 });
    // What it is by now changes nothing that is still counted.
    await tellJourneys(store, [
      ago(30 * DAY_MS, { id: 1, kind: "cart.id", outcome: "merged", version: VERSION + 1e9 }),
    ]);
    await ledger.look(WATERMARK_MS + 21 * DAY_MS);
    expect(ledger.state().owed).toBe(0);
  });

  test("one of its own kind that is closed after it was let go of makes its definition be counted anew", async () => {
    const early = (told: Partial<JourneyRow> = {}) =>
      ago(3 * DAY_MS, { id: 1, outcome: "bad", version: 1, ...told });
    const { store, ledger, tally } = await ledgerOf([early(), ago(MINUTE_MS)]);
    expect(tally(28 * DAY_MS)).toEqual({ good: 1, bad: 1 });
    await tellJourneys(store, [early({ outcome: "merged", version: VERSION + 1 })]);
    await ledger.look(WATERMARK_MS);
    expect(ledger.state().owed).toBe(1);
    await ledger.look(WATERMARK_MS + 5 * MINUTE_MS);
    expect([tally(28 * DAY_MS), ledger.state().owed]).toEqual([{ good: 1, bad: 0 }, 0]);
    await ledger.look(WATERMARK_MS + 6 * MINUTE_MS);
    expect(ledger.state().owed).toBe(0);
  });

  test("when more change than one look revises, all are counted anew, whoever's changes were cut off", async () => {
    const { store } = await ledgerOf([]);
    const names = ["create-order", "refund"];
    const definitions = names.map((name) => definitionOf([success], name));
    const ledger = new Ledger({ store, definitions, tenant: "", changesMax: 3 });
    await ledger.look(WATERMARK_MS);
    // Which of them the store tells is its own affair: among three of 201 the other's one is hardly ever.
    await tellJourneys(
      store,
      Array.from({ length: 200 }, () => ago(MINUTE_MS, { version: 1 })),
    );
    await tellJourneys(store, [ago(MINUTE_MS, { version: 1 })], "refund");
    await ledger.look(WATERMARK_MS);
    await ledger.look(WATERMARK_MS + 5 * MINUTE_MS);
    const tallies = names.map((name) => reader(ledger, name).tally(DAY_MS));
    expect(tallies).toEqual([
      { good: 200, bad: 0 },
      { good: 1, bad: 0 },
    ]);
  });

  test("nobody's journeys are no data", async () => {
    const { tally } = await ledgerOf([]);
    expect(tally(DAY_MS)).toEqual({ good: 0, bad: 0 });
  });

  test("the steps that burnt the budget come with their latest three journeys", async () => {
    const { store } = await ledgerOf([
      ...[1, 2, 3, 4].map((id) => ago(id * MINUTE_MS, { id, outcome: "bad" as const, step: "paid" })),
      ago(5 * MINUTE_MS, { id: 5, outcome: "open", step: "shipped" }),
      ago(6 * MINUTE_MS, { id: 6, tookMs: 900 }),
      ago(0, { id: 7, outcome: "bad", step: "paid" }),
      ago(29 * DAY_MS, { id: 8, outcome: "bad", step: "paid" }),
      ago(3 * MINUTE_MS, { id: 9, outcome: "bad", step: "paid" }),
      ago(3 * MINUTE_MS, { id: 9, version: VERSION + 1 }),
    ]);
    const journey = (id: number) => ({
      atMs: WATERMARK_MS - id * MINUTE_MS,
      kind: "order.id",
      id: `ORD-${id}`,
    });
    const asked = (objective: Objective) => ({
      tenant: "",
      definition,
      objective,
      over: { fromMs: WATERMARK_MS - 28 * DAY_MS, toMs: WATERMARK_MS },
    });
    expect(await burntByStep(store, asked(success))).toEqual([
      { step: "paid", bad: 4, latest: [journey(1), journey(2), journey(3)] },
      { step: "shipped", bad: 1, latest: [journey(5)] },
    ]);
    expect(await burntByStep(store, asked(fast))).toEqual([{ step: null, bad: 1, latest: [journey(6)] }]);
  });

  test("the tags that burnt the budget, without what is left out of it", async () => {
    const tagged = (minutes: number, partner: string) =>
      ago(minutes * MINUTE_MS, { outcome: "bad", tags: { partner, channel: "app" } });
    const { store } = await ledgerOf([
      tagged(1, "acme"),
      tagged(2, "acme"),
      tagged(3, "globex"),
      tagged(9, "acme"),
    ]);
    const out = { fromMs: WATERMARK_MS - 10 * MINUTE_MS, toMs: WATERMARK_MS - 8 * MINUTE_MS };
    const exclusion = {
      mode: "exclude" as const,
      reason: "drill",
      author: "me",
      when: { kind: "once" as const, ...out },
    };
    const objective = someObjective({ exclusions: [exclusion] });
    const over = { fromMs: WATERMARK_MS - DAY_MS, toMs: WATERMARK_MS };
    expect(await burntByTag(store, { tenant: "", definition, objective, over })).toEqual([
      { tag: "channel", value: "app", bad: 3 },
      { tag: "partner", value: "acme", bad: 2 },
      { tag: "partner", value: "globex", bad: 1 },
    ]);
  });

  test("the tags that burnt the budget, the costliest first, without values that each stand for one journey", async () => {
    const { store } = await ledgerOf(
      Array.from({ length: 14 }, (_, id) => {
        const partner = id < 7 ? "initech" : id < 9 ? "acme" : "globex";
        const tags = { amount: `${id}.57`, basket: id < 2 ? "B" : `B-${id}`, partner };
        return ago(MINUTE_MS, { id, outcome: "bad", tags });
      }),
    );
    const over = { fromMs: WATERMARK_MS - DAY_MS, toMs: WATERMARK_MS };
    expect(await burntByTag(store, { tenant: "", definition, objective: success, over })).toEqual([
      { tag: "partner", value: "initech", bad: 7 },
      { tag: "partner", value: "globex", bad: 5 },
      { tag: "basket", value: "B", bad: 2 },
      { tag: "partner", value: "acme", bad: 2 },
    ]);
  });

  test("the tags of the only journey that burnt the budget are all told", async () => {
    const { store } = await ledgerOf([ago(MINUTE_MS, { outcome: "bad", tags: { amount: "12.57" } })]);
    const over = { fromMs: WATERMARK_MS - DAY_MS, toMs: WATERMARK_MS };
    expect(await burntByTag(store, { tenant: "", definition, objective: success, over })).toEqual([
      { tag: "amount", value: "12.57", bad: 1 },
    ]);
  });

  test("any order of arrival, any repetition and any looks in between give what a count from nothing gives", async () => {
    const store = await open();
    const maybe = fc.option(fc.integer({ min: 0, max: 200 }), { nil: null });
    const row = fc.record({
      id: fc.integer({ min: 1, max: 9 }),
      outcome: fc.constantFrom("good", "bad", "open", "excluded", "merged"),
      minutes: fc.integer({ min: -2, max: 8 }),
      tookMs: fc.constantFrom(100, 400, 401, 90_000),
      partner: fc.constantFrom("acme", "globex", "initech"),
      step: fc.constantFrom("paid", "shipped", ""),
      placed: maybe,
      paid: maybe,
    });
    const told = fc.array(row, { minLength: 18, maxLength: 36 }).map((rows) =>
      rows.map(({ minutes, partner, placed, paid: paidAt, ...rest }, at): JourneyRow => {
        const atMs = WATERMARK_MS - minutes * MINUTE_MS;
        const moment = (seconds: number | null) =>
          seconds === null ? null : atMs - rest.tookMs + seconds * 1_000;
        const steps = { placed: moment(placed), paid: moment(paidAt) };
        return {
          ...rest,
          atMs,
          version: VERSION + at * 1_000_000,
          steps,
          tags: { partner, channel: "app" },
        };
      }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(told, fc.infiniteStream(fc.nat()), async (rows, chance) => {
        const name = `law-${run++}`;
        const own = definitionOf([success, app, paid], name);
        const shuffled = [...rows, ...rows].map((r) => ({ r, at: chance.next().value ?? 0 }));
        shuffled.sort((a, b) => a.at - b.at);
        const arrivals = shuffled.map(({ r }) => r);
        // A few rows a statement, so that it takes several.
        const board = openBoard({ store, definitions: [own], tenant: "", rowsMax: 5 });
        const third = Math.ceil(arrivals.length / 3);
        for (const from of [0, third, 2 * third]) {
          await tellJourneys(store, arrivals.slice(from, from + third), name);
          await board.read(NOW_MS, { fresh: true });
        }
        const proof = await recount({ store, board, tenant: "", nowMs: () => NOW_MS });
        expect(proof.objectives.filter(({ differentMinutes }) => differentMinutes > 0)).toEqual([]);
        expect(proof.equal).toBe(true);
        const { slos } = await board.read(NOW_MS);
        expect(slos[0]).toMatchObject(naiveTally(rows));
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  test("neither other definitions nor other parts are read", async () => {
    const store = await open();
    await store.command(
      `INSERT INTO journeys (tenant, definition, subject_kind, subject, version)
       SELECT '', if(number % 2 = 0, 'create-order', 'refund'), 'order.id', hex(number), 1 FROM numbers(65536)`,
    );
    await store.command("OPTIMIZE TABLE journeys FINAL");
    const shareRead = async (part: Part) => {
      const plan = await store.query(`EXPLAIN indexes = 1 ${recountMinutes.sql}`, {
        tenant: "",
        definition: "refund",
        from_ms: 0,
        to_ms: WATERMARK_MS,
        ...part,
        kind: "success",
        limit_ns: 0,
        step: "",
        after: [],
        optional: [],
        pairs: [],
        tags: [],
      });
      const read = [...JSON.stringify(plan).matchAll(/Granules: (\d+)\/(\d+)/g)];
      return Math.min(...read.map(([, granules]) => Number(granules))) / Number(read[0]?.[2]);
    };
    const parts = await partsOf(store, { tenant: "", definition: "refund", rowsMax: 8_192 });
    expect(parts).toHaveLength(4);
    expect(parts.map(({ beyond }) => beyond)).toEqual([...parts.slice(1).map(({ first }) => first), ""]);
    expect(await shareRead(WHOLE)).toBeLessThan(0.55);
    for (const part of parts) expect(await shareRead(part)).toBeLessThan(0.2);
  });

  test("only journeys with a row of that version or above have changed, each with its newest", async () => {
    const { store } = await ledgerOf([
      ago(1, { id: 1 }),
      ago(1, { id: 2, version: VERSION + 5 }),
      ago(1, { id: 2, version: VERSION + 7 }),
    ]);
    expect(await changedJourneys(store, { tenant: "", since_us: BigInt(VERSION + 5), most: 10 })).toEqual([
      { definitions: ["create-order"], kinds: ["order.id"], ids: ["ORD-2"], versions: [VERSION + 7] },
    ]);
  });

  test("many that changed are told in short lists, each once, and revised all", async () => {
    const count = 2_500;
    const ids = Array.from({ length: count }, (_, n) => n + 1);
    const { store, ledger, tally } = await ledgerOf(ids.map((id) => ago(1, { id })));
    expect(tally(DAY_MS)).toEqual({ good: count, bad: 0 });
    await tellJourneys(
      store,
      ids.map((id) => ago(1, { id, outcome: "bad", version: VERSION + 5 })),
    );
    const lists = await changedJourneys(store, { tenant: "", since_us: BigInt(VERSION + 5), most: 10_000 });
    expect(Math.max(...lists.map((list) => list.ids.length))).toBe(1_000);
    expect(new Set(lists.flatMap((list) => list.ids)).size).toBe(count);
    await ledger.look(WATERMARK_MS);
    expect(tally(DAY_MS)).toEqual({ good: 0, bad: count });
  });
});

/** The whole window, counted without any cleverness: of each journey the row that was written last. */
function naiveTally(rows: readonly JourneyRow[]): { good: number; bad: number } {
  const latest = new Map(rows.map((row) => [row.id, row]));
  const ended = [...latest.values()].filter(({ atMs }) => atMs < WATERMARK_MS);
  return {
    good: ended.filter(({ outcome }) => outcome === "good").length,
    bad: ended.filter(({ outcome }) => outcome === "bad" || outcome === "open").length,
  };
}
