/**
 * A real Prometheus and a real Alertmanager get the page and its end, both ways: from Waybill's own evaluator, and from
 * the rules that it writes for Prometheus. Everything is on loopback and stopped in the end.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { afterEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { migrate } from "../../ingest/migrate.ts";
import { openStore } from "../../ingest/store.ts";
import { renderMetrics } from "../../slo/metrics.ts";
import { openObjectives } from "../../slo/objectives.ts";
import { renderInhibition, renderRules } from "../../slo/rules.ts";
import { DEFINITIONS } from "../query/shop.ts";
import { freePort } from "../server.ts";
import { type JourneyRow, tellJourneys } from "../slo/journeys.ts";
import { MINUTE_MS, someDefinition, someObjective } from "../slo/promise.ts";
import { openReceiver, type Receiver } from "../slo/receiver.ts";

const has = (program: string) => spawnSync(program, ["--version"]).status === 0;
const ALERTMANAGER = ["prometheus-alertmanager", "alertmanager"].find(has) ?? null;
const isComplete = ALERTMANAGER !== null && has("prometheus");
if (!isComplete)
  console.warn(
    "skipped: Prometheus or Alertmanager is not here (Debian: apt-get install prometheus prometheus-alertmanager)",
  );

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const Told = z.object({
  status: z.enum(["firing", "resolved"]),
  alerts: z.array(z.object({ status: z.string(), labels: z.record(z.string(), z.string()) })),
});

const PAGE = {
  alertname: "ErrorBudgetBurn",
  severity: "critical",
  slo_severity: "page",
  slo_id: "create-order.success",
  slo_service: "checkout-team",
  slo_name: "success",
};

function alertsIn({ received }: Receiver) {
  return received.map(({ body }) => Told.parse(JSON.parse(body))).flatMap(({ alerts }) => alerts);
}

/** What Alertmanager told of the page, in order. */
function pagesIn(receiver: Receiver): string[] {
  return alertsIn(receiver)
    .filter(({ labels }) => labels["slo_severity"] === "page")
    .map(({ status, labels }) => {
      expect(labels).toEqual(PAGE);
      return status;
    });
}

async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = 60_000,
): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await sleep(200);
  }
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "waybill-alerting-"));
  closers.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function run(program: string, args: readonly string[], readyUrl: string): Promise<void> {
  const child: ChildProcess = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4_000);
  });
  closers.push(async () => {
    if (child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`);
    return (await fetch(readyUrl).catch(() => null))?.ok ?? false;
  }, `${program} is ready`);
}

/** An Alertmanager that tells a receiver of everything, at once. */
async function alertmanager(): Promise<{ url: string; receiver: Receiver }> {
  const [dir, port, receiver] = [await folder(), await freePort(), await openReceiver()];
  closers.push(receiver.close);
  const config = {
    route: {
      receiver: "hook",
      group_by: ["alertname", "slo_id", "slo_severity"],
      group_wait: "1s",
      group_interval: "1s",
      repeat_interval: "1h",
    },
    ...z.record(z.string(), z.unknown()).parse(parse(renderInhibition())),
    receivers: [{ name: "hook", webhook_configs: [{ url: `${receiver.url}/`, send_resolved: true }] }],
  };
  await writeFile(join(dir, "alertmanager.yml"), stringify(config));
  const url = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${dir}/alertmanager.yml`,
    `--storage.path=${dir}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--cluster.listen-address=",
  ];
  await run(ALERTMANAGER ?? "", args, `${url}/-/ready`);
  return { url, receiver };
}

/** Objectives over a store of their own, with a clock that is a few minutes behind, so that an end can be in the past. */
async function objectives(alertmanagerUrl: string | null) {
  const store = await openStore({ url: null, dataDir: await folder() });
  closers.push(store.close);
  await migrate(store);
  const clock = { nowMs: Date.now() - 5 * MINUTE_MS };
  const startMs = Math.floor(clock.nowMs / MINUTE_MS) * MINUTE_MS;
  const definition = someDefinition([someObjective()]);
  const target = {
    urlEnv: null,
    bearerEnv: null,
    allowPrivate: true,
    severities: ["page", "ticket"] as const,
  };
  const alertmanagers = alertmanagerUrl === null ? [] : [{ ...target, url: alertmanagerUrl }];
  const opened = openObjectives({
    store,
    definitions: {
      ...DEFINITIONS,
      journeys: [definition],
      notify: { publicUrl: null, runbookUrl: null, alertmanagers, webhooks: [] },
    },
    tenant: "",
    publicUrl: null,
    secret: () => undefined,
    now: () => clock.nowMs,
    log: { warn: (fields) => console.warn(fields) },
  });
  const bad = Array.from(
    { length: 20 },
    (_, id): JourneyRow => ({ id, atMs: startMs - 2 * MINUTE_MS - id, outcome: "bad", step: "paid" }),
  );
  const good = Array.from(
    { length: 80 },
    (): JourneyRow => ({ atMs: startMs - 2 * MINUTE_MS, outcome: "good" }),
  );
  await tellJourneys(store, [...good, ...bad]);
  const takeBack = () =>
    tellJourneys(
      store,
      bad.map((row) => ({ ...row, outcome: "good", version: 2 })),
    );
  const promised = definition.objectives.map((objective) => ({ definition, objective }));
  return { ...opened, clock, takeBack, promised };
}

describe.skipIf(!isComplete)("a page and its end reach people", () => {
  test("from the evaluator by way of Alertmanager", async () => {
    const { url, receiver } = await alertmanager();
    const { evaluator, notifier, clock, takeBack } = await objectives(url);
    const tick = async () => {
      await evaluator.tick();
      await notifier.settled();
    };
    await tick();
    await until(() => pagesIn(receiver).length > 0, "the page arrives");
    clock.nowMs += MINUTE_MS;
    await tick();
    await takeBack();
    for (let minute = 0; minute < 2; minute++) {
      clock.nowMs += MINUTE_MS;
      await tick();
    }
    await until(() => pagesIn(receiver).includes("resolved"), "its end arrives");
    expect(pagesIn(receiver)).toEqual(["firing", "resolved"]);
    // The rules fire tickets too, which Alertmanager holds back, as `waybill slo rules --inhibit` tells it.
    expect(alertsIn(receiver)).toHaveLength(2);
  });

  test("from the generated rules by way of Prometheus and Alertmanager", async () => {
    const { url, receiver } = await alertmanager();
    const { board, clock, takeBack, promised } = await objectives(null);
    const server = createAdaptorServer({
      fetch: async () => new Response(await renderMetrics(await board.read(clock.nowMs, { fresh: true }))),
    });
    const [waybillPort, port, dir] = [await freePort(), await freePort(), await folder()];
    server.listen(waybillPort, "127.0.0.1");
    closers.push(async () => {
      server.close();
      await once(server, "close");
    });
    await writeFile(
      join(dir, "rules.yml"),
      renderRules(promised, { slothLabels: false, runbookUrl: null, nowMs: clock.nowMs }),
    );
    const config = {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [`${dir}/rules.yml`],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(url).host] }] }] },
      scrape_configs: [{ job_name: "waybill", static_configs: [{ targets: [`127.0.0.1:${waybillPort}`] }] }],
    };
    await writeFile(join(dir, "prometheus.yml"), stringify(config));
    const args = [
      `--config.file=${dir}/prometheus.yml`,
      `--storage.tsdb.path=${dir}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--rules.alert.resend-delay=1s",
    ];
    await run("prometheus", args, `http://127.0.0.1:${port}/-/ready`);
    await until(() => pagesIn(receiver).length > 0, "the page arrives");
    await takeBack();
    await until(() => pagesIn(receiver).includes("resolved"), "its end arrives");
    expect(pagesIn(receiver)).toEqual(["firing", "resolved"]);
    // The rules fire tickets too, which Alertmanager holds back, as `waybill slo rules --inhibit` tells it.
    expect(alertsIn(receiver)).toHaveLength(2);
  });
});
