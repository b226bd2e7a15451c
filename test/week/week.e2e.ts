/**
 * The week of test/slo/week.ts lived through: 13.5 million journeys stored as they end, the evaluator at every one of
 * its 10,080 minutes, and a receiver that notes when it is told of what.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { migrate } from "../../ingest/migrate.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { openObjectives } from "../../slo/objectives.ts";
import { recount } from "../../slo/recount.ts";
import { DEFINITIONS } from "../query/shop.ts";
import { HOUR_MS, MINUTE_MS, type Stretch, someDefinition, someObjective } from "../slo/promise.ts";
import { openReceiver, type Receiver } from "../slo/receiver.ts";
import { FAILURES, JOURNEYS, PAGES, WEEK } from "../slo/week.ts";

const START_MS = Date.parse("2026-03-10T00:00:00Z");
/** As far back as a tier looks. */
const BEFORE: Stretch = { minutes: 3 * 1_440, good: 1_000, bad: 0 };
const WEEK_MINUTES = 7 * 1_440;
const HOUR_MINUTES = 60;
const INSERT = await readFile(new URL("./insert_minutes.sql", import.meta.url), "utf8");

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** Traffic minute by minute. */
const minutesOf = (stretches: readonly Stretch[]) =>
  stretches.flatMap(({ minutes, good, bad }) => Array.from({ length: minutes }, () => ({ good, bad })));

/** Writes the journeys of minutes from `first` on; where all fail, they hang. */
async function tell(
  store: Store,
  first: number,
  traffic: readonly { good: number; bad: number }[],
): Promise<void> {
  await store.command(INSERT, {
    minutes: traffic.map((_, at) => START_MS / MINUTE_MS + first + at),
    goods: traffic.map(({ good }) => good),
    bads: traffic.map(({ bad }) => bad),
    hangs: traffic.map(({ good }) => (good === 0 ? 1 : 0)),
  });
}

const Told = z.object({
  alerts: z.tuple([
    z.object({ labels: z.record(z.string(), z.string()), startsAt: z.string(), endsAt: z.string() }),
  ]),
});

/** What a receiver was told, as `[alert, severity, from minute, to minute]`: an end takes the place of its begin. */
function toldIn({ received }: Receiver) {
  const minute = (time: string) =>
    time.startsWith("0001") ? null : (Date.parse(time) - START_MS) / MINUTE_MS;
  const known = new Map<string, readonly unknown[]>();
  for (const { body } of received) {
    const [{ labels, startsAt, endsAt }] = Told.parse(JSON.parse(body)).alerts;
    const { alertname = "", slo_severity: severity = "" } = labels;
    known.set(`${alertname} ${severity} ${startsAt}`, [
      alertname,
      severity,
      minute(startsAt),
      minute(endsAt),
    ]);
  }
  return [...known.values()];
}

async function house() {
  const dataDir = await mkdtemp(join(tmpdir(), "waybill-week-"));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  const store = await openStore({ url: null, dataDir });
  closers.push(store.close);
  await migrate(store);
  const receiver = await openReceiver();
  closers.push(receiver.close);
  const objective = someObjective({
    minBadEvents: { page: 2, ticket: 1 },
    expectTraffic: { min: 30, perMs: HOUR_MS },
  });
  const journeys = [someDefinition([objective])];
  const hook = {
    url: receiver.url,
    urlEnv: null,
    bearerEnv: null,
    allowPrivate: true,
    severities: ["page", "ticket"] as const,
    secretEnv: "HOOK_SECRET",
  };
  const clock = { nowMs: START_MS + MINUTE_MS + 1_000 };
  const objectives = openObjectives({
    store,
    definitions: {
      ...DEFINITIONS,
      journeys,
      notify: { publicUrl: null, runbookUrl: null, alertmanagers: [], webhooks: [hook] },
    },
    tenant: "",
    publicUrl: null,
    secret: () => "s3cret",
    now: () => clock.nowMs,
    log: { warn: (fields) => console.warn(fields) },
  });
  return { store, receiver, clock, ...objectives };
}

test("pages and tickets reach their receiver at the minutes that the formulas give", async () => {
  const { store, receiver, clock, board, evaluator, notifier } = await house();
  for (let hour = -BEFORE.minutes; hour < 0; hour += HOUR_MINUTES)
    await tell(store, hour, minutesOf([{ ...BEFORE, minutes: HOUR_MINUTES }]));
  const traffic = minutesOf(WEEK);
  const begunMs = performance.now();
  const tookMs: number[] = [];
  for (let minute = 0; minute <= WEEK_MINUTES; minute++) {
    if (minute % HOUR_MINUTES === 1)
      await tell(store, minute - 1, traffic.slice(minute - 1, minute - 1 + HOUR_MINUTES));
    clock.nowMs = START_MS + (minute + 1) * MINUTE_MS + 1_000;
    await evaluator.tick();
    await notifier.settled();
    tookMs.push(evaluator.stats.lastMs);
    if (minute % 360 === 0) {
      const { held, owed } = (await board.read(clock.nowMs)).ledger;
      const seconds = Math.round((performance.now() - begunMs) / 1_000);
      console.warn(`minute ${minute}: ${seconds} s, ${held} journeys held, ${owed} owed`);
    }
  }
  expect(toldIn(receiver)).toEqual([
    ["ErrorBudgetBurn", "page", ...PAGES[0]],
    ["ErrorBudgetBurn", "page", ...PAGES[1]],
    // Only three days came before, so the budget is gone in the outage; it is told when nothing of the page's failures
    // is left in a ticket's short window, six hours after the page.
    ["ErrorBudgetExhausted", "ticket", 2_400, null],
    // The outages' own tickets never begin: their pages stand for them.
    ["ErrorBudgetBurn", "ticket", 4_181, 5_180],
    ["ErrorBudgetBurn", "page", ...PAGES[2]],
    ["ErrorBudgetBurn", "page", ...PAGES[3]],
    // An hour after the last journey none of the thirty that were promised is left in it; the page that the silence froze
    // does not speak of that.
    ["SLONoData", "ticket", 7_060, 7_401],
    ["SLONoData", "ticket", 8_560, 8_701],
  ]);
  const { slos } = await board.read(clock.nowMs);
  expect(slos[0]).toMatchObject({ bad: FAILURES, good: BEFORE.minutes * BEFORE.good + JOURNEYS - FAILURES });
  const proof = await recount({ store, board, tenant: "", nowMs: () => clock.nowMs });
  expect(proof.objectives).toMatchObject([{ differentMinutes: 0 }]);
  const [slowest = 0, median = 0] = [Math.max(...tookMs), tookMs.sort((a, b) => a - b)[tookMs.length >> 1]];
  console.warn(`evaluations took ${Math.round(median)} ms at the median, ${Math.round(slowest)} ms at most`);
});
