/** Lists against rows laid down by hand, on the embedded engine and on a server. */
import { expect, test } from "vitest";
import { type JourneyRow, journeysBlock } from "../../ingest/blocks.ts";
import { type Clause, render } from "../../ingest/clause.ts";
import type { Journey } from "../../ingest/journey.ts";
import { deadLettersBlock } from "../../ingest/letter_block.ts";
import { migrate } from "../../ingest/migrate.ts";
import type { Store } from "../../ingest/store.ts";
import { listDeadLetters } from "../../query/dead_letters.ts";
import { type JourneyFilter, newestRows, rowsFound } from "../../query/journey_search.ts";
import { listJourneys, renderJourneys } from "../../query/journeys.ts";
import { rowNamed } from "../../query/names.ts";
import { countJourneys } from "../../query/state_counts.ts";
import { onBothShapes } from "../server.ts";
import { DEFINITIONS, ns, START_MS } from "./shop.ts";

const TENANT = "acme";
const ASKED: JourneyFilter = { tenant: TENANT, nowNs: ns(1_000_000), limit: 100 };

function journey(id: string, more: Partial<Journey> = {}): Journey {
  return {
    definition: "create-order",
    definitionVersion: "00000001",
    owner: "checkout-team",
    subject: { kind: "order.id", id },
    state: "open",
    startedNs: ns(0),
    endedNs: null,
    compensatedNs: null,
    deadlineNs: ns(2_000_000),
    late: false,
    recovered: false,
    reason: null,
    failedStep: null,
    steps: [],
    next: null,
    seenByCaller: null,
    tags: new Map(),
    verdict: null,
    ...more,
  };
}

async function stocked(open: () => Promise<Store>, rows: readonly JourneyRow[]): Promise<Store> {
  const store = await open();
  await migrate(store);
  // One insert a row: versions of a journey must not be collapsed on the way in. The first row has the largest version.
  for (const [at, row] of rows.entries())
    await store.insertNative("journeys", [journeysBlock(TENANT, [row], BigInt(rows.length - at))]);
  return store;
}

async function ids(store: Store, filter: Partial<JourneyFilter> = {}): Promise<string[]> {
  const { journeys } = await listJourneys(store, DEFINITIONS, { ...ASKED, ...filter });
  return journeys.map(({ subject }) => subject.id);
}

/** How many granules a question reads, and how many there are. */
async function granules(store: Store, question: Clause): Promise<[number, number]> {
  const { text, params } = render(question);
  const plan = JSON.stringify(await store.query(`EXPLAIN indexes = 1 ${text}`, params));
  const counts = [...plan.matchAll(/Granules: (\d+)\/(\d+)/g)];
  // Partitions are looked at first; what is said last is what is read.
  return [Number(counts.at(-1)?.[1]), Number(counts[0]?.[2])];
}

onBothShapes("a list of journeys", (open) => {
  test("shows the row of whoever read the facts last, whichever was written last", async () => {
    const store = await stocked(open, [journey("A", { state: "succeeded", endedNs: ns(10) }), journey("A")]);
    const { journeys } = await listJourneys(store, DEFINITIONS, ASKED);
    expect(journeys).toMatchObject([{ state: "succeeded", endedAt: "2026-11-23T10:02:03.010000000Z" }]);
    expect(await ids(store, { state: "open" })).toEqual([]);
  });

  test("calls an open journey overdue once its deadline has passed", async () => {
    const store = await stocked(open, [journey("A", { deadlineNs: ns(500) }), journey("B")]);
    expect(await ids(store, { state: "overdue" })).toEqual(["A"]);
    expect(await ids(store, { state: "open" })).toEqual(["B"]);
    expect(await ids(store, { state: "overdue", nowNs: ns(500) })).toEqual([]);
    expect(await countJourneys(store, TENANT, ASKED.nowNs)).toEqual({
      open: 1,
      overdue: 1,
      succeeded: 0,
      failed: 0,
      compensated: 0,
      stuck: 0,
    });
  });

  test("knows those whose next step is past due, long before their own deadline, as stuck", async () => {
    const next = (dueMs: number) => ({ step: "packed", dueNs: ns(dueMs), owner: "fulfilment-team" });
    const store = await stocked(open, [
      journey("late-step", { next: next(500) }),
      journey("late-day", { next: next(-43_200_000) }),
      journey("in-time", { next: next(1_500_000) }),
      journey("waits-for-nothing"),
      journey("overdue", { deadlineNs: ns(600), next: next(500) }),
      journey("overdue-at-its-end", { deadlineNs: ns(600) }),
      journey("failed", { state: "failed", endedNs: ns(700), deadlineNs: ns(600) }),
    ]);
    const stuck = await listJourneys(store, DEFINITIONS, { ...ASKED, stuck: true });
    expect(stuck.journeys.map(({ subject }) => subject.id)).toEqual([
      "late-day",
      "late-step",
      "overdue",
      "overdue-at-its-end",
    ]);
    const all = await listJourneys(store, DEFINITIONS, ASKED);
    expect(all.journeys.filter((item) => item.stuck)).toEqual(stuck.journeys);
    expect(await ids(store, { stuck: true, state: "open" })).toEqual(["late-day", "late-step"]);
    expect(await ids(store, { stuck: true, state: "failed" })).toEqual([]);
    expect(await ids(store, { stuck: true, nowNs: ns(500) })).toEqual(["late-day"]);
    expect(await countJourneys(store, TENANT, ASKED.nowNs)).toMatchObject({ open: 4, overdue: 2, stuck: 2 });
  });

  test("says of a stuck one what was due, when, and whose it is", async () => {
    const next = (dueMs: number) => ({ step: "packed", dueNs: ns(dueMs), owner: "fulfilment-team" });
    const store = await stocked(open, [
      journey("A", { next: next(500) }),
      journey("B", { next: next(-43_200_000) }),
    ]);
    expect(renderJourneys(await listJourneys(store, DEFINITIONS, ASKED))).toBe(
      "2026-11-23T10:02:03Z  open         A  create-order: packed was due 10:02:03 UTC (fulfilment-team)\n" +
        "2026-11-23T10:02:03Z  open         B  create-order: packed was due 2026-11-22 22:02:03 UTC (fulfilment-team)\n",
    );
  });

  test("says why one became overdue, and where, as if it had been folded when it was", async () => {
    const next = { step: "packed", dueNs: ns(500), owner: "fulfilment-team" };
    const store = await stocked(open, [
      journey("A", { deadlineNs: ns(500), next }),
      journey("B", { deadlineNs: ns(500), next, reason: "said before", failedStep: "packed" }),
      journey("C", { deadlineNs: ns(500) }),
      journey("D", { next }),
    ]);
    const list = await listJourneys(store, DEFINITIONS, ASKED);
    expect(list.journeys.map(({ subject, reason, failedStep }) => [subject.id, reason, failedStep])).toEqual([
      ["A", '"packed" has not happened; fulfilment-team owns it', "packed"],
      ["B", "said before", "packed"],
      ["C", null, null],
      ["D", null, null],
    ]);
    expect(renderJourneys(list)).toContain(
      'overdue      A  create-order: "packed" has not happened; fulfilment-team owns it\n',
    );
  });

  test("hides a provisional journey that belongs to an order by now", async () => {
    const subject = { kind: "correlation.id", id: "c-1" };
    const merged = { definition: "create-order", subject, into: [{ kind: "order.id", id: "A" }] };
    const store = await stocked(open, [merged, journey("c-1", { subject })]);
    expect(await ids(store)).toEqual([]);
    expect((await countJourneys(store, TENANT, ASKED.nowNs)).open).toBe(0);
  });

  test("filters by definition, step, time and tags, all of which must hold", async () => {
    const next = { step: "packed", dueNs: ns(9), owner: "fulfilment-team" };
    const store = await stocked(open, [
      journey("A", { next, tags: new Map([["partner.id", "ACME"]]) }),
      journey("B", { failedStep: "packed", state: "failed", endedNs: ns(3), startedNs: ns(1_000) }),
      journey("C", { definition: "refund", startedNs: ns(2_000), tags: new Map([["partner.id", "O'Hare"]]) }),
    ]);
    expect(await ids(store)).toEqual(["C", "B", "A"]);
    expect(await ids(store, { definition: "create-order" })).toEqual(["B", "A"]);
    expect(await ids(store, { step: "packed" })).toEqual(["B", "A"]);
    expect(await ids(store, { sinceMs: START_MS + 1_000, untilMs: START_MS + 2_000 })).toEqual(["B"]);
    expect(await ids(store, { tags: [{ name: "partner.id", value: "O'Hare" }] })).toEqual(["C"]);
    expect(
      await ids(store, {
        tags: [
          { name: "partner.id", value: "ACME" },
          { name: "x", value: "y" },
        ],
      }),
    ).toEqual([]);
    expect(await ids(store, { tenant: "other" })).toEqual([]);
  });

  test("goes on page by page, each journey once, also among equal starts", async () => {
    const all = ["A", "B", "C", "D", "E"];
    const store = await stocked(
      open,
      all.map((id) => journey(id, { startedNs: ns(id > "C" ? 7 : 0) })),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listJourneys(store, DEFINITIONS, { ...ASKED, limit: 2, cursor });
      seen.push(...page.journeys.map(({ subject }) => subject.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(["D", "E", "A", "B", "C"]);
  });

  test("takes what it is asked for as data", async () => {
    const store = await stocked(open, [journey("A")]);
    for (const text of ["' OR 1=1--", "{x:String}", "\\'", "%", "\u0000", "`a`"]) {
      expect(await ids(store, { definition: text })).toEqual([]);
      expect(await ids(store, { step: text })).toEqual([]);
      expect(await ids(store, { tags: [{ name: text, value: text }] })).toEqual([]);
    }
  });

  test("of one definition does not read the others", async () => {
    const store = await stocked(open, []);
    await store.command(`INSERT INTO journeys (tenant, definition, subject_kind, subject, started_at)
      SELECT '${TENANT}', if(number < 1000, 'refund', 'create-order'), 'order.id', toString(number), now64(9)
      FROM numbers(20000)`);
    const asked = { ...ASKED, definition: "refund" };
    const [read, all] = await granules(store, rowsFound(asked, { after: null, limit: 1 }));
    expect(all).toBeGreaterThanOrEqual(20);
    expect(read).toBeLessThanOrEqual(2);
  });

  test("is of a definition that is not configured, which is looked for by the key alone", async () => {
    const store = await stocked(open, []);
    await store.command(`INSERT INTO journeys (tenant, definition, subject_kind, subject, next_step)
      SELECT '${TENANT}', if(number < 1000, 'refund', 'create-order'), 'order.id', toString(number), 'paid'
      FROM numbers(20000)`);
    const [read, all] = await granules(
      store,
      rowNamed({ tenant: TENANT, definition: "refund", step: "paid" }),
    );
    expect(all).toBeGreaterThanOrEqual(20);
    expect(read).toBeLessThanOrEqual(2);
    expect((await granules(store, rowNamed({ tenant: TENANT, definition: "refnd" })))[0]).toBeLessThanOrEqual(
      1,
    );
  });

  test("reads the newest rows of what it found by their keys, and none that are older", async () => {
    const store = await stocked(open, []);
    await store.command(`INSERT INTO journeys (tenant, definition, subject_kind, subject, version)
      SELECT '${TENANT}', 'refund', 'order.id', toString(number), number < 10000 ? 5 : 7 FROM numbers(20000)`);
    const found = { definition: "refund", subject_kind: "order.id", subject: "777", started_ns: 0n };
    const [read, all] = await granules(store, newestRows(ASKED, [{ ...found, version: 5n }]));
    expect(all).toBeGreaterThanOrEqual(20);
    expect(read).toBeLessThanOrEqual(2);
    expect((await granules(store, newestRows(ASKED, [{ ...found, version: 8n }])))[0]).toBe(0);
  });

  test("by a rare tag reads few rows", async () => {
    const store = await stocked(open, []);
    await store.command(`INSERT INTO journeys (tenant, definition, subject_kind, subject, tags)
      SELECT '${TENANT}', 'refund', 'order.id', toString(number), map('customer.id', toString(number))
      FROM numbers(20000)`);
    const asked = { ...ASKED, tags: [{ name: "customer.id", value: "777" }] };
    const [read, all] = await granules(store, rowsFound(asked, { after: null, limit: 1 }));
    expect(all).toBeGreaterThanOrEqual(20);
    expect(read).toBeLessThanOrEqual(3);
  });

  test("as text is one line a journey", async () => {
    const next = { step: "packed", dueNs: ns(9), owner: "fulfilment-team" };
    const store = await stocked(open, [journey("A", { next: { ...next, dueNs: ns(1_500_000) } })]);
    expect(renderJourneys(await listJourneys(store, DEFINITIONS, ASKED))).toBe(
      "2026-11-23T10:02:03Z  open         A  create-order: next is packed (fulfilment-team)\n",
    );
  });
});

onBothShapes("a list of dead letters", (open) => {
  const letter = (at: number, reason: string) => ({
    envelope: {
      signal: "traces" as const,
      contentType: "application/json",
      contentEncoding: "",
      receivedMs: START_MS + at,
      tenant: TENANT,
      sender: "curl",
      headers: {},
    },
    item: { reason, text: "why", where: `spans[${at}]`, bytes: new TextEncoder().encode(`${at}`) },
  });

  test("is newest first, filtered and paged, without the bytes", async () => {
    const store = await open();
    await migrate(store);
    const letters = [letter(1, "bad_time"), letter(2, "bad_id"), letter(3, "bad_id")];
    await store.insertNative("dead_letters", [deadLettersBlock([...letters, letter(3, "bad_id")])]);
    const first = await listDeadLetters(store, { tenant: TENANT, limit: 2 });
    expect(first.deadLetters).toMatchObject([
      { position: "spans[3]", reason: "bad_id", bytes: 1, receivedAt: "2026-11-23T10:02:03.003000000Z" },
      { position: "spans[2]" },
    ]);
    const rest = await listDeadLetters(store, { tenant: TENANT, limit: 2, cursor: first.nextCursor });
    expect(rest.deadLetters.map(({ position }) => position)).toEqual(["spans[1]"]);
    expect(rest.nextCursor).toBeUndefined();
    const timely = { tenant: TENANT, limit: 9, reason: "bad_id", sinceMs: START_MS + 3 };
    expect((await listDeadLetters(store, timely)).deadLetters).toHaveLength(1);
    expect((await listDeadLetters(store, { tenant: TENANT, limit: 9, signal: "logs" })).deadLetters).toEqual(
      [],
    );
  });
});
