/** Objectives from stored journeys to what the API, the terminal and Prometheus show. */
import { expect, test } from "vitest";
import { Failure } from "../../errors.ts";
import type { Store } from "../../ingest/store.ts";
import { sloRoutes } from "../../query/routes/slos.ts";
import { annotate } from "../../slo/annotations.ts";
import { openBoard } from "../../slo/board.ts";
import { Memory } from "../../slo/memory.ts";
import { renderMetrics } from "../../slo/metrics.ts";
import { renderRecount, renderSlo, renderSlos } from "../../slo/render.ts";
import { AlertList, Recount, SloChart, SloList } from "../../slo/view.ts";
import { Watch } from "../../slo/watch.ts";
import { onBothShapes } from "../server.ts";
import { type JourneyRow, oneStore, tellJourneys } from "./journeys.ts";
import { DAY_MS, days, HOUR_MS, MINUTE_MS, someDefinition, someObjective } from "./promise.ts";

const NOW_MS = Date.parse("2026-03-10T12:01:30Z");
const WATERMARK_MS = Date.parse("2026-03-10T12:00:00Z");
const ninetyPercent = { numerator: 9, denominator: 10 };
const definitions = [
  someDefinition([
    someObjective({ target: ninetyPercent, window: days(28) }),
    someObjective({
      name: "fast",
      target: ninetyPercent,
      window: days(28),
      measure: { kind: "latency", withinMs: 400 },
    }),
  ]),
  someDefinition([], "refund"),
];

/** A hundred journeys ten days ago, 20 in the last two minutes of which 3 failed, one in flight. */
function someTraffic(): JourneyRow[] {
  const many = (count: number, row: JourneyRow) => Array.from({ length: count }, () => row);
  return [
    ...many(100, { atMs: WATERMARK_MS - 10 * DAY_MS, outcome: "good" }),
    ...many(17, { atMs: WATERMARK_MS - MINUTE_MS, outcome: "good" }),
    { atMs: WATERMARK_MS - MINUTE_MS, outcome: "bad", id: 1, step: "paid" },
    { atMs: WATERMARK_MS - 2 * MINUTE_MS, outcome: "bad", id: 2, step: "paid" },
    { atMs: WATERMARK_MS - 3 * MINUTE_MS, outcome: "open", id: 3, step: "shipped" },
    { atMs: WATERMARK_MS + HOUR_MS, outcome: "open" },
  ];
}

/** A store that can be told to stop answering, as a server that went away would. */
function breakable(store: Store) {
  let isBroken = false;
  const query: Store["query"] = (sql, params) =>
    isBroken ? Promise.reject(new Failure("store_unavailable")) : store.query(sql, params);
  return { store: { ...store, query }, break: () => (isBroken = true) };
}

onBothShapes("the board", (openNew) => {
  const open = oneStore(openNew);

  async function boardOf(rows: readonly JourneyRow[]) {
    const { store, ...rest } = breakable(await open());
    await tellJourneys(store, rows);
    const board = openBoard({ store, definitions, tenant: "" });
    const watch = new Watch({ definitions, board, memory: new Memory(store, "") });
    let nowMs = NOW_MS;
    const routes = sloRoutes({ board, watch, store, tenant: "", nowMs: () => nowMs });
    const get = async (path: string): Promise<unknown> => (await routes.request(path)).json();
    return { ...rest, store, board, routes, get, wait: (ms: number) => (nowMs += ms) };
  }

  test("shows each objective with its counts, burn and budget", async () => {
    const { get } = await boardOf(someTraffic());
    const { asOf, slos } = SloList.parse(await get("/v1/slos"));
    expect(asOf).toBe("2026-03-10T12:01:30.000000000Z");
    expect(slos.map((slo) => [slo.id, slo.state, slo.good, slo.bad, slo.inFlight])).toEqual([
      ["create-order.success", "burning", 117, 3, 1],
      ["create-order.fast", "ok", 117, 0, 1],
    ]);
    expect(slos[0]?.watermark).toBe("2026-03-10T12:00:00.000000000Z");
    expect(slos[0]?.tookMsP99).toBeGreaterThan(99);
    expect(slos[0]?.tookMsP99).toBeLessThan(101);
    expect(slos[0]?.windows[0]).toEqual({
      window: "5m",
      windowMs: 5 * MINUTE_MS,
      good: 17,
      bad: 3,
      burn: 1.5,
    });
    expect(slos[0]?.budget).toMatchObject({
      allowedJourneys: 12,
      remainingRatio: 0.75,
      remainingJourneys: 9,
    });
  });

  test("explains which steps and which journeys spent the budget", async () => {
    const { get } = await boardOf(someTraffic());
    const slo = SloChart.parse(await get("/v1/slos/create-order.success"));
    expect(slo.burntByStep).toEqual([
      { step: "paid", bad: 2, consumedRatio: expect.closeTo(2 / 12, 9) },
      { step: "shipped", bad: 1, consumedRatio: expect.closeTo(1 / 12, 9) },
    ]);
    expect(slo.examples.map(({ url, step, at }) => [url, step, at])).toEqual([
      ["/v1/subjects/order.id/ORD-1", "paid", "2026-03-10T11:59:00.000000000Z"],
      ["/v1/subjects/order.id/ORD-2", "paid", "2026-03-10T11:58:00.000000000Z"],
      ["/v1/subjects/order.id/ORD-3", "shipped", "2026-03-10T11:57:00.000000000Z"],
    ]);
  });

  test("is kept by nobody for another asker, nor for later", async () => {
    const { routes } = await boardOf([]);
    for (const path of ["/v1/slos", "/v1/slos/create-order.success", "/v1/alerts"]) {
      const { headers } = await routes.request(path);
      expect([path, headers.get("vary"), headers.get("cache-control")]).toEqual([
        path,
        "accept, authorization",
        "private, no-cache",
      ]);
    }
  });

  test("knows only objectives that are configured", async () => {
    const { board } = await boardOf([]);
    const known = { code: "not_found", detail: 'Did you mean "create-order.success"?' };
    await expect(board.explain("create-order.sucess", NOW_MS)).rejects.toMatchObject(known);
  });

  test("has one alert for an objective that burns, whatever the number of tiers", async () => {
    const failing = Array.from(
      { length: 20 },
      (): JourneyRow => ({ atMs: WATERMARK_MS - 1, outcome: "bad" }),
    );
    const { get } = await boardOf([...someTraffic(), ...failing]);
    const { alerts } = AlertList.parse(await get("/v1/alerts"));
    expect(alerts).toEqual([
      {
        id: "create-order.success",
        owner: "checkout-team",
        name: "ErrorBudgetBurn",
        labels: {
          alertname: "ErrorBudgetBurn",
          severity: "critical",
          slo_severity: "page",
          slo_id: "create-order.success",
          slo_service: "checkout-team",
          slo_name: "success",
        },
        since: "2026-03-10T12:00:00.000000000Z",
        notified: null,
        muted: null,
        severity: "page",
        tiers: ["page-slow", "ticket-fast", "ticket-slow"],
        text: expect.stringMatching(
          /^create-order\.success spends .* 5\.8 times faster .* 6 h\. -64\.29 % of it is left\.$/,
        ),
        url: "/v1/slos/create-order.success",
      },
    ]);
  });

  test("without journeys shows no data and nothing that fires", async () => {
    const { get } = await boardOf([]);
    const { slos } = SloList.parse(await get("/v1/slos"));
    expect(slos.map(({ state, budget }) => [state, budget])).toEqual([
      ["no_data", null],
      ["no_data", null],
    ]);
    expect(AlertList.parse(await get("/v1/alerts")).alerts).toEqual([]);
  });

  test("keeps standing when the store stops answering, and says so when it has grown old", async () => {
    const { get, wait, ...store } = await boardOf(someTraffic());
    const before = SloList.parse(await get("/v1/slos"));
    store.break();
    wait(2 * MINUTE_MS);
    expect(SloList.parse(await get("/v1/slos")).slos).toEqual(before.slos);
    wait(5 * MINUTE_MS);
    expect(SloList.parse(await get("/v1/slos")).slos).toEqual(
      before.slos.map((slo) => ({ ...slo, state: "stale" })),
    );
  });

  test("that never had an answer has none to give", async () => {
    const { board, ...store } = await boardOf([]);
    store.break();
    await expect(board.read(NOW_MS)).rejects.toMatchObject({ code: "store_unavailable", retryable: true });
  });

  test("sees a late success take its failure back at the next look", async () => {
    const { get, wait, store } = await boardOf(someTraffic());
    expect(SloList.parse(await get("/v1/slos")).slos[0]).toMatchObject({ good: 117, bad: 3 });
    await tellJourneys(store, [{ atMs: WATERMARK_MS - 4 * MINUTE_MS, outcome: "good", id: 3, version: 2 }]);
    wait(6_000);
    expect(SloList.parse(await get("/v1/slos")).slos[0]).toMatchObject({ good: 118, bad: 2 });
  });

  test("draws a chart as finely as it is asked to, up to the watermark", async () => {
    const { get } = await boardOf(someTraffic());
    const path = "/v1/slos/create-order.success?from=2026-03-10T11:54:00Z&to=2026-03-10T13:00:00Z&step=2m";
    const { series } = SloChart.parse(await get(path));
    expect(series.map(({ at, good, bad, burn }) => [at.slice(11, 16), good, bad, burn])).toEqual([
      ["11:54", 0, 0, null],
      ["11:56", 0, 1, 10],
      ["11:58", 17, 2, expect.closeTo((2 / 19) * 10, 9)],
    ]);
  });

  test("is what a count from nothing gives", async () => {
    const { routes } = await boardOf(someTraffic());
    const proof = Recount.parse(await (await routes.request("/v1/slos/recount", { method: "POST" })).json());
    expect(proof).toMatchObject({
      equal: true,
      objectives: [
        { id: "create-order.success", counted: { good: 117, bad: 3 }, recounted: { good: 117, bad: 3 } },
        { id: "create-order.fast", counted: { good: 117, bad: 0 }, differentMinutes: 0 },
      ],
    });
    expect(renderRecount(proof)).toBe(
      [
        "create-order.success: 117 good, 3 bad",
        "create-order.fast: 117 good, 0 bad",
        "Every minute is the same.",
        "",
      ].join("\n"),
    );
  });

  test("is told in words for a terminal, with what was said to happen meanwhile", async () => {
    const { get, store } = await boardOf(someTraffic());
    const said = {
      kind: "deploy",
      text: "payments 1.2",
      author: "ci",
      definition: null,
      link: null,
    } as const;
    const atMs = WATERMARK_MS - 10 * MINUTE_MS;
    const shelf = { store, tenant: "" };
    await annotate(shelf, { ...said, atMs, untilMs: null }, NOW_MS);
    await annotate(shelf, { ...said, atMs, untilMs: null }, NOW_MS);
    await annotate(shelf, { ...said, atMs, untilMs: null, definition: "refund" }, NOW_MS);
    expect(renderSlo(SloChart.parse(await get("/v1/slos/create-order.success")))).toBe(
      [
        "create-order.success: 90 % over 28d, burning",
        "117 good, 3 bad, up to 2026-03-10T12:00:00Z. 75 % of it is left; at this rate it is empty in 14 d.",
        "burn  ·······················▃",
        "Doubts:",
        "  one failure spends 8.33 % of the budget: 12 are allowed in 28d with 120 journeys",
        "Spent at:",
        "  paid: 2, 16.66 % of the budget",
        "  shipped: 1, 8.33 % of the budget",
        "For example:",
        "  ORD-1 at paid  /v1/subjects/order.id/ORD-1",
        "  ORD-2 at paid  /v1/subjects/order.id/ORD-2",
        "  ORD-3 at shipped  /v1/subjects/order.id/ORD-3",
        "Meanwhile:",
        "  2026-03-10T11:50:00Z deploy: payments 1.2",
        "Late facts took back 0 failures since 2026-03-10T12:00:00Z.",
        "",
      ].join("\n"),
    );
  });

  test("is a set of gauges for Prometheus, bounded by the configuration", async () => {
    const { board } = await boardOf(someTraffic());
    const text = await renderMetrics(await board.read(NOW_MS));
    const labels = 'slo_id="create-order.success",slo_service="checkout-team",slo_name="success"';
    const lines = text.split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        `waybill_slo_objective_ratio{${labels}} 0.9`,
        `waybill_slo_error_ratio{${labels},slo_window="5m"} 0.15`,
        `waybill_slo_burn_rate{${labels},slo_window="5m"} 1.5`,
        `waybill_slo_good{${labels},slo_window="28d"} 117`,
        `waybill_slo_total{${labels},slo_window="28d"} 120`,
        `waybill_slo_error_budget_remaining_ratio{${labels}} 0.75`,
        `waybill_slo_alert_firing{${labels},slo_severity="page"} 0`,
        `waybill_slo_watermark_timestamp_seconds{${labels}} 1773144000`,
        `waybill_slo_info{${labels},slo_window="28d",slo_definition="create-order",slo_kind="success"} 1`,
        'waybill_journeys_in_flight{definition="create-order",slo_service="checkout-team"} 1',
        'waybill_journeys_in_flight{definition="refund",slo_service="checkout-team"} 0',
      ]),
    );
    expect(text).not.toContain("ORD-");
  });

  test("has no burn for Prometheus where nothing was counted", async () => {
    const { board } = await boardOf([]);
    const text = await renderMetrics(await board.read(NOW_MS));
    expect(text).not.toMatch(/^waybill_slo_(burn_rate|error_ratio|error_budget_remaining_ratio)\{/m);
    expect(text).toMatch(/^waybill_slo_total\{.*slo_window="28d"\} 0$/m);
  });

  test("is a table in the terminal", async () => {
    const { get } = await boardOf(someTraffic());
    expect(renderSlos(SloList.parse(await get("/v1/slos")))).toBe(
      [
        "OBJECTIVE             TARGET        WINDOW  STATE    GOOD  BAD  BURN 1h  LAST 24 h                 BUDGET LEFT                ONE FAILURE",
        "create-order.success  90 %          28d     burning  117   3    1.50     ·······················▃  75 %, 9 journeys, 2.1 d    8.33 %",
        "create-order.fast     90 % ≤ 400ms  28d     ok       117   0    0.00     ·······················▁  100 %, 11 journeys, 2.8 d  8.54 %",
        "",
        "ticket: create-order.success spends its error budget 1.5 times faster than planned, over the last 3 d." +
          " 75 % of it is left; at this rate it is empty in 14 d.",
        "",
        "doubt: create-order.success: one failure spends 8.33 % of the budget: 12 are allowed in 28d with 120 journeys.",
        "doubt: create-order.fast: one failure spends 8.54 % of the budget: 11.7 are allowed in 28d with 117 journeys.",
        "",
      ].join("\n"),
    );
  });
});

test("a configuration without objectives says so", () => {
  expect(renderSlos({ asOf: "2026-03-10T12:00:00.000000000Z", slos: [] })).toBe(
    "No objectives are configured.\n",
  );
});
