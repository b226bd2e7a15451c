/** From stored journeys to those who are told: once of each begin and end, over restarts, and with an injected clock. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Failure } from "../../errors.ts";
import type { Objective } from "../../ingest/definitions.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { sloRoutes } from "../../query/routes/slos.ts";
import { LEASE_MS, Lease } from "../../slo/lease.ts";
import { openObjectives } from "../../slo/objectives.ts";
import { signatureOf } from "../../slo/payloads.ts";
import { AlertList } from "../../slo/view.ts";
import { DEFINITIONS } from "../query/shop.ts";
import { type JourneyRow, journeysTable, tellJourneys } from "./journeys.ts";
import { DAY_MS, days, HOUR_MS, MINUTE_MS, someDefinition, someObjective } from "./promise.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

const WATERMARK_MS = Date.parse("2026-03-10T12:00:00Z");
const NOW_MS = WATERMARK_MS + 61_000;
const SECRET = "correct horse battery staple";

const opened: Receiver[] = [];
afterEach(async () => {
  for (const receiver of opened.splice(0)) await receiver.close();
});

const Webhook = z.object({
  version: z.literal("4"),
  status: z.enum(["firing", "resolved"]),
  groupKey: z.string(),
  alerts: z.array(
    z.object({
      status: z.string(),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
      startsAt: z.string(),
      endsAt: z.string(),
      generatorURL: z.string(),
      fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
    }),
  ),
});

describe("those who are told", () => {
  const stores: Store[] = [];
  let dataDir = "";
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "waybill-watch-"));
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function open(): Promise<Store> {
    const store = await openStore({ url: null, database: `watch_${stores.length}`, dataDir });
    stores.push(store);
    return store;
  }

  async function house(rows: readonly JourneyRow[], told: Partial<Objective> = {}) {
    const store = await open();
    await journeysTable(store);
    await tellJourneys(store, rows);
    const webhook = await openReceiver();
    const alertmanager = await openReceiver();
    opened.push(webhook, alertmanager);
    const clock = { nowMs: NOW_MS };
    const start = (other: Store = store, now = told) =>
      startOn(other, { webhook, alertmanager, clock, told: now });
    return { store, webhook, alertmanager, clock, start };
  }

  function startOn(
    store: Store,
    around: {
      webhook: Receiver;
      alertmanager: Receiver;
      clock: { nowMs: number };
      told: Partial<Objective>;
    },
  ) {
    const target = (url: string) => ({
      url,
      urlEnv: null,
      bearerEnv: null,
      allowPrivate: true,
      severities: ["page", "ticket"] as const,
    });
    const objective = someObjective({ window: days(28), ...around.told });
    const definitions = {
      ...DEFINITIONS,
      journeys: [someDefinition([objective])],
      notify: {
        publicUrl: "https://waybill.example.com/",
        runbookUrl: "https://git.example.com/runbook.md",
        alertmanagers: [target(around.alertmanager.url)],
        webhooks: [{ ...target(around.webhook.url), secretEnv: "HOOK_SECRET" }],
      },
    };
    const now = () => around.clock.nowMs;
    const warnings: unknown[] = [];
    const log = { warn: (fields: object) => void warnings.push(fields) };
    const secret = (name: string) => (name === "HOOK_SECRET" ? SECRET : undefined);
    const objectives = openObjectives({
      store,
      definitions,
      tenant: "",
      publicUrl: null,
      pauseMs: 5,
      secret,
      now,
      log,
    });
    const tick = async () => {
      await objectives.evaluator.tick().finally(() => objectives.notifier.settled());
    };
    const routes = sloRoutes({ ...objectives, store, tenant: "", nowMs: now });
    const alerts = async () => AlertList.parse(await (await routes.request("/v1/alerts")).json()).alerts;
    return { tick, alerts, warnings, close: () => objectives.evaluator.close() };
  }

  const failing = (count: number, first = 1, minute = -1): JourneyRow[] =>
    Array.from({ length: count }, (_, at) => ({
      id: at + first,
      atMs: WATERMARK_MS + minute * MINUTE_MS - at,
      outcome: "bad",
      step: "paid",
    }));
  const good = (count: number, agoMs: number): JourneyRow[] =>
    Array.from({ length: count }, () => ({ atMs: WATERMARK_MS - agoMs, outcome: "good" }));
  const burning = [...good(100, 2 * HOUR_MS), ...good(90, MINUTE_MS), ...failing(10)];
  const told = (receiver: Receiver) => receiver.received.map(({ body }) => Webhook.parse(JSON.parse(body)));
  const posted = (receiver: Receiver) =>
    receiver.received.map(({ body }) => z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(body)));

  test("are told once of the begin and once of the end, in words that help", async () => {
    const { store, webhook, clock, start } = await house(burning);
    const { tick, alerts } = start();
    for (let minute = 0; minute < 2; minute++) {
      await tick();
      clock.nowMs += MINUTE_MS;
    }
    expect(told(webhook)).toMatchObject([{ status: "firing" }]);
    const [first] = told(webhook);
    const [alert] = first?.alerts ?? [];
    expect(alert?.labels).toMatchObject({
      alertname: "ErrorBudgetBurn",
      slo_severity: "page",
      slo_id: "create-order.success",
    });
    expect(alert?.annotations["description"]?.split("\n")).toEqual([
      "create-order.success spends its error budget 100.0 times faster than planned, over the last 1 h.",
      "-4900 % of it is left.",
      '10 of the 10 journeys that missed did so at "paid".',
      "For example:",
      "- ORD-1 https://waybill.example.com/v1/subjects/order.id/ORD-1",
      "- ORD-2 https://waybill.example.com/v1/subjects/order.id/ORD-2",
      "- ORD-3 https://waybill.example.com/v1/subjects/order.id/ORD-3",
    ]);
    expect(alert?.annotations["runbook_url"]).toBe("https://git.example.com/runbook.md#errorbudgetburn");
    expect(alert?.generatorURL).toBe("https://waybill.example.com/v1/slos/create-order.success");
    expect((await alerts())[0]?.notified).toBe("2026-03-10T12:01:01.000000000Z");
    await tellJourneys(
      store,
      failing(10).map((row) => ({ ...row, outcome: "good", version: 2 })),
    );
    for (let minute = 0; minute < 4; minute++) {
      await tick();
      clock.nowMs += MINUTE_MS;
    }
    const statuses = told(webhook).map(({ status }) => status);
    expect(statuses).toEqual(["firing", "resolved"]);
    expect(told(webhook)[1]?.groupKey).toBe(first?.groupKey);
    expect(await alerts()).toEqual([]);
  });

  test("can be sure that it was Waybill who told them", async () => {
    const { webhook, start } = await house(burning);
    await start().tick();
    const [first] = webhook.received;
    expect(first?.headers["waybill-signature"]).toBe(signatureOf(first?.body ?? "", SECRET, NOW_MS));
  });

  test("are not told again after a restart, and hear of the end all the same", async () => {
    const { store, webhook, clock, start } = await house(burning);
    const before = start();
    await before.tick();
    await before.close();
    clock.nowMs += 2 * MINUTE_MS;
    const after = start();
    await after.tick();
    expect(told(webhook).map(({ status }) => status)).toEqual(["firing"]);
    await tellJourneys(
      store,
      failing(10).map((row) => ({ ...row, outcome: "good", version: 2 })),
    );
    await after.close();
    clock.nowMs += 10 * MINUTE_MS;
    const last = start();
    await last.tick();
    clock.nowMs += 2 * MINUTE_MS;
    await last.tick();
    expect(told(webhook).map(({ status }) => status)).toEqual(["firing", "resolved"]);
  });

  test("are told after a restart of what nobody could be told before", async () => {
    const { webhook, clock, start } = await house(burning);
    webhook.answers.push(400);
    const before = start();
    await before.tick();
    await before.close();
    expect(before.warnings).toHaveLength(1);
    clock.nowMs += MINUTE_MS;
    await start().tick();
    expect(told(webhook)).toHaveLength(2);
    expect(told(webhook)[0]?.groupKey).toBe(told(webhook)[1]?.groupKey);
  });

  test("are not told of a ticket that they missed, as long as the page stands for it", async () => {
    const tier = { severity: null, budget: null, burn: null, longMs: null, shortMs: null, labels: new Map() };
    const tiers = [
      { ...tier, name: "page-fast", enabled: true, afterMs: MINUTE_MS },
      { ...tier, name: "page-slow", enabled: false, afterMs: 0 },
    ];
    const { webhook, clock, start } = await house(burning, { tiers });
    webhook.answers.push(400, 400);
    const { tick } = start();
    await tick();
    const severities = () => told(webhook).map(({ alerts }) => alerts[0]?.labels["slo_severity"]);
    expect(severities()).toEqual(["ticket", "ticket"]);
    clock.nowMs += MINUTE_MS;
    await tick();
    expect(severities()).toEqual(["ticket", "ticket", "page"]);
  });

  test("are told during a page that journeys do not come", async () => {
    const expectTraffic = { min: 50, perMs: 10 * MINUTE_MS };
    const { webhook, clock, start } = await house(burning, { expectTraffic });
    const { tick } = start();
    await tick();
    clock.nowMs += 15 * MINUTE_MS;
    await tick();
    const names = told(webhook).map(({ status, alerts }) => [status, alerts[0]?.labels["alertname"]]);
    expect(names).toEqual([
      ["firing", "ErrorBudgetBurn"],
      ["firing", "SLONoData"],
    ]);
  });

  test("are told once by two processes on one store, also when the one that told them goes", async () => {
    const { store, webhook, clock, start } = await house(burning);
    // Of an embedded store there is one process; that several may have this one is all that is made up here.
    const shared: Store = { ...store, shape: "server" };
    const [first, second] = [start(shared), start(shared)];
    await first.tick();
    await second.tick();
    clock.nowMs += MINUTE_MS;
    await second.tick();
    await first.tick();
    expect(told(webhook).map(({ status }) => status)).toEqual(["firing"]);
    expect(await second.alerts()).toMatchObject([{ notified: "2026-03-10T12:01:01.000000000Z" }]);
    await tellJourneys(
      store,
      failing(10).map((row) => ({ ...row, outcome: "good", version: 2 })),
    );
    await first.close();
    for (let minute = 0; minute < 2; minute++) {
      clock.nowMs += MINUTE_MS;
      await second.tick();
    }
    expect(told(webhook).map(({ status }) => status)).toEqual(["firing", "resolved"]);
  });

  test("are told by one of any processes that begin at the same moment", async () => {
    const { store } = await house([]);
    const shared: Store = { ...store, shape: "server" };
    const leases = Array.from({ length: 5 }, () => new Lease({ store: shared, tenant: "", pauseMs: 300 }));
    const claim = (nowMs: number) => Promise.all(leases.map((lease) => lease.claim(nowMs)));
    const first = await claim(NOW_MS);
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(await claim(NOW_MS + LEASE_MS - 1)).toEqual(first);
    await leases[first.indexOf(true)]?.release(NOW_MS + LEASE_MS);
    expect((await claim(NOW_MS + LEASE_MS)).filter(Boolean)).toHaveLength(1);
  });

  test("are told by another process when the one that told them is not heard of any more", async () => {
    const { store, webhook, clock, start } = await house(burning);
    const shared: Store = { ...store, shape: "server" };
    await start(shared).tick();
    await tellJourneys(
      store,
      failing(10).map((row) => ({ ...row, outcome: "good", version: 2 })),
    );
    const second = start(shared);
    const statuses = [];
    for (let minute = 0; minute < 4; minute++) {
      clock.nowMs += MINUTE_MS;
      await second.tick();
      statuses.push(
        told(webhook)
          .map(({ status }) => status)
          .join(),
      );
    }
    expect(statuses).toEqual(["firing", "firing", "firing,resolved", "firing,resolved"]);
  });

  test("at Alertmanager hear it every minute, with the same labels, and then that it ended", async () => {
    const { store, alertmanager, clock, start } = await house(burning);
    const { tick } = start();
    for (let minute = 0; minute < 2; minute++) {
      await tick();
      clock.nowMs += MINUTE_MS;
    }
    await tellJourneys(
      store,
      failing(10).map((row) => ({ ...row, outcome: "good", version: 2 })),
    );
    for (let minute = 0; minute < 2; minute++) {
      await tick();
      clock.nowMs += MINUTE_MS;
    }
    const posts = posted(alertmanager);
    expect(alertmanager.received[0]?.path).toBe("/api/v2/alerts");
    expect(
      new Set(posts.map(([alert]) => JSON.stringify([alert?.["labels"], alert?.["startsAt"]]))).size,
    ).toBe(1);
    expect(posts.map(([alert]) => alert?.["endsAt"])).toEqual([
      "2026-03-10T12:16:01.000Z",
      "2026-03-10T12:17:01.000Z",
      "2026-03-10T12:18:01.000Z",
      "2026-03-10T12:02:00.000Z",
    ]);
    expect(JSON.stringify(posts.map(([alert]) => alert?.["labels"]))).not.toMatch(/\d/);
  });

  test("hear nothing new while an objective is muted", async () => {
    const when = { kind: "once" as const, fromMs: WATERMARK_MS - HOUR_MS, toMs: WATERMARK_MS + MINUTE_MS };
    const exclusions = [{ mode: "mute_only" as const, reason: "drill", author: "me", when }];
    const { webhook, alertmanager, clock, start } = await house(burning, { exclusions });
    const { tick, alerts } = start();
    await tick();
    expect([webhook.received, alertmanager.received]).toEqual([[], []]);
    expect(await alerts()).toMatchObject([{ muted: "drill", notified: null }]);
    clock.nowMs += 3 * MINUTE_MS;
    await tick();
    expect(told(webhook)).toMatchObject([{ status: "firing" }]);
  });

  const mended = (...which: Parameters<typeof failing>): JourneyRow[] =>
    failing(...which).map((row) => ({ ...row, outcome: "good", version: 2 }));
  /** Something happens, and each of so many minutes is looked at, with some traffic in it. */
  async function pass(
    around: { store: Store; clock: { nowMs: number }; tick: () => Promise<void> },
    minutes: number,
    happened: readonly JourneyRow[] = [],
  ) {
    await tellJourneys(around.store, happened);
    for (let minute = 0; minute < minutes; minute++) {
      await tellJourneys(around.store, good(10, NOW_MS - around.clock.nowMs));
      around.clock.nowMs += MINUTE_MS;
      await around.tick();
    }
  }

  test("hear of an end while an objective is muted, and never of what began and ended meanwhile", async () => {
    const when = { kind: "once" as const, fromMs: WATERMARK_MS, toMs: WATERMARK_MS + 9 * MINUTE_MS };
    const exclusions = [{ mode: "mute_only" as const, reason: "drill", author: "me", when }];
    const { store, webhook, alertmanager, clock, start } = await house(burning, { exclusions });
    const { tick, alerts } = start();
    await tick();
    const around = { store, clock, tick };
    await pass(around, 3, mended(10));
    expect(told(webhook).map(({ status }) => status)).toEqual(["firing", "resolved"]);
    expect(posted(alertmanager).at(-1)).toMatchObject([{ endsAt: "2026-03-10T12:01:00.000Z" }]);
    await pass(around, 1, failing(10, 11, 2));
    expect(await alerts()).toMatchObject([{ muted: "drill", notified: null }]);
    await pass(around, 8, mended(10, 11, 2));
    expect(told(webhook).map(({ status }) => status)).toEqual(["firing", "resolved"]);
  });

  test("hear of an end that did not reach them, also when the next incident began meanwhile", async () => {
    const { store, webhook, clock, start } = await house(burning);
    const { tick } = start();
    await tick();
    const around = { store, clock, tick };
    webhook.answers.push(400);
    await pass(around, 2, mended(10));
    webhook.answers.push(400);
    await pass(around, 1, failing(10, 11));
    // Its end would end the next one where alerts are known by their labels: it waits for that.
    await pass(around, 2);
    await pass(around, 3, mended(10, 11));
    const [first, ...others] = told(webhook).map(({ status, groupKey }) => `${status} ${groupKey}`);
    const key = (minute: string) => `ErrorBudgetBurn page create-order.success ${Date.parse(minute)}`;
    const [former, next] = [key("2026-03-10T12:00:00Z"), key("2026-03-10T12:03:00Z")];
    expect(first).toBe(`firing ${former}`);
    expect(others).toEqual([
      `resolved ${former}`,
      `resolved ${former}`,
      `firing ${next}`,
      `resolved ${former}`,
      `resolved ${next}`,
    ]);
  });

  test("hear of the end of a page whose objective has another name after a restart", async () => {
    const { store, webhook, alertmanager, clock, start } = await house(burning);
    const before = start();
    await before.tick();
    await before.close();
    for (let restarts = 0; restarts < 2; restarts++) {
      const after = start(store, { name: "success-rate" });
      clock.nowMs += MINUTE_MS;
      await after.tick();
      expect(await after.alerts()).toMatchObject([{ id: "create-order.success-rate" }]);
      await after.close();
    }
    const [first, ...others] = told(webhook);
    expect(first).toMatchObject({ status: "firing" });
    const id = ({ alerts }: z.infer<typeof Webhook>) => alerts[0]?.labels["slo_id"];
    expect(others.map((one) => [one.status, id(one)])).toEqual([
      ["resolved", "create-order.success"],
      ["firing", "create-order.success-rate"],
    ]);
    expect(others[0]?.groupKey).toBe(first?.groupKey);
    const [end] = others[0]?.alerts ?? [];
    expect(end?.annotations["description"]).toBe(
      [
        "create-order.success burns its error budget.",
        "It is over since 2026-03-10T12:00:00.000Z.",
        "The objective is not evaluated now: it has another name, or none any more, or the store does not answer.",
      ].join("\n"),
    );
    expect([end?.endsAt, end?.generatorURL]).toEqual([
      "2026-03-10T12:00:00.000Z",
      "https://waybill.example.com/v1/slos",
    ]);
    const ends = posted(alertmanager)
      .at(-1)
      ?.filter(({ endsAt }) => endsAt === "2026-03-10T12:00:00.000Z");
    expect(ends).toMatchObject([{ labels: { slo_id: "create-order.success" } }]);
  });

  test("at Alertmanager are told of what goes by the same labels once, as it is now", async () => {
    const { store, alertmanager, clock, start } = await house(burning);
    const { tick } = start();
    await tick();
    const around = { store, clock, tick };
    await pass(around, 2, mended(10));
    await pass(around, 2, failing(10, 11));
    const last = posted(alertmanager).at(-1);
    expect(last).toMatchObject([{ startsAt: "2026-03-10T12:03:00.000Z", labels: { slo_severity: "page" } }]);
    expect(last).toHaveLength(1);
  });

  test.each(["in the same process", "after a restart"])(
    "are told in time after one look by a clock that was a day ahead, %s",
    async (how) => {
      const { store, webhook, clock, start } = await house([
        ...good(100, 2 * HOUR_MS),
        ...good(90, MINUTE_MS),
      ]);
      let own = start();
      await own.tick();
      clock.nowMs += DAY_MS;
      await own.tick();
      clock.nowMs -= DAY_MS;
      if (how === "after a restart") {
        await own.close();
        own = start();
      }
      await pass({ store, clock, tick: own.tick }, 1, failing(10));
      const page = told(webhook).map(({ status, alerts }) => [status, alerts[0]?.startsAt]);
      expect(page).toEqual([["firing", "2026-03-10T12:01:00.000Z"]]);
      await pass({ store, clock, tick: own.tick }, 2, mended(10));
      expect(told(webhook).map(({ status }) => status)).toEqual(["firing", "resolved"]);
      expect(told(webhook)[1]?.alerts[0]?.endsAt).toBe("2026-03-10T12:02:00.000Z");
    },
  );

  test("hear that nothing is evaluated while a watermark of tomorrow cannot be put right", async () => {
    const { store, webhook, clock, start } = await house(good(10, MINUTE_MS));
    let isBroken = false;
    const query: Store["query"] = (sql, params) =>
      isBroken ? Promise.reject(new Failure("store_unavailable")) : store.query(sql, params);
    const { tick } = start({ ...store, query });
    clock.nowMs += DAY_MS;
    await tick();
    clock.nowMs -= DAY_MS;
    isBroken = true;
    await expect(tick()).rejects.toThrow(new Failure("store_unavailable"));
    expect(told(webhook)).toMatchObject([
      {
        status: "firing",
        alerts: [{ labels: { alertname: "SLOStale" }, startsAt: new Date(NOW_MS).toISOString() }],
      },
    ]);
    isBroken = false;
    clock.nowMs += MINUTE_MS;
    await tick();
    expect(told(webhook).map(({ status }) => status)).toEqual(["firing", "resolved"]);
  });

  test("are told by another process although the one that is gone had a clock a day ahead", async () => {
    const { store } = await house([]);
    const shared: Store = { ...store, shape: "server" };
    const [gone, other] = [1, 2].map(() => new Lease({ store: shared, tenant: "", pauseMs: 5 }));
    expect(await gone?.claim(NOW_MS + DAY_MS)).toBe(true);
    expect(await other?.claim(NOW_MS)).toBe(true);
  });

  test("are told when Waybill itself has not evaluated for ten minutes", async () => {
    const { store, webhook, clock, start } = await house(good(10, MINUTE_MS));
    let isBroken = false;
    const query: Store["query"] = (sql, params) =>
      isBroken ? Promise.reject(new Failure("store_unavailable")) : store.query(sql, params);
    const { tick } = start({ ...store, query });
    await tick();
    isBroken = true;
    clock.nowMs += 8 * MINUTE_MS;
    await expect(tick()).rejects.toThrow(new Failure("store_unavailable"));
    expect(webhook.received).toEqual([]);
    clock.nowMs += 2 * MINUTE_MS;
    await expect(tick()).rejects.toThrow(new Failure("store_unavailable"));
    expect(told(webhook)).toMatchObject([
      { status: "firing", alerts: [{ labels: { alertname: "SLOStale", slo_severity: "page" } }] },
    ]);
    isBroken = false;
    clock.nowMs += MINUTE_MS;
    await tick();
    expect(told(webhook).map(({ status }) => status)).toEqual(["firing", "resolved"]);
  });
});

test("a secret that is named and not set stops the start, by its name", () => {
  const notify = {
    publicUrl: null,
    runbookUrl: null,
    alertmanagers: [],
    webhooks: [
      {
        url: null,
        urlEnv: "HOOK_URL",
        bearerEnv: null,
        allowPrivate: false,
        severities: [],
        secretEnv: "HOOK_SECRET",
      },
    ],
  };
  const options = {
    definitions: { ...DEFINITIONS, notify },
    tenant: "",
    publicUrl: null,
    secret: () => undefined,
  };
  const store = { query: async () => [] } as unknown as Store; // never asked: the start is refused before
  expect(() => openObjectives({ ...options, store, now: () => 0, log: { warn: () => {} } })).toThrow(
    "HOOK_URL, HOOK_SECRET",
  );
});
