/**
 * The whole way, for real: the built-in shop sends through OpenTelemetry SDKs over HTTP to a running service, and every
 * scenario's answer is held against what the shop knows to be true.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../config.ts";
import { runShop } from "../../demo/shop.ts";
import type { JourneyTruth, ScenarioResult, Subject } from "../../demo/truth.ts";
import { loadDefinitions } from "../../ingest/load.ts";
import { Answer } from "../../query/answer.ts";
import { explain } from "../../query/explain.ts";
import { type Service, startService } from "../../serve.ts";
import { type Server, startServer } from "../server.ts";

const NOW_MS = 1_795_000_000_000;
/** Of the two hundred orders of one batch, as many are asked for as tell the rest. */
const JOURNEYS_MAX = 8;
const NAMES = [
  "happy",
  "payment-declined",
  "gateway-timeout",
  "stuck-in-fulfilment",
  "duplicate-delivery",
  "late-and-out-of-order",
  "refund-after-success",
  "shared-package",
  "batch-consumer",
  "correlation-first",
  "checkout-fails-early",
  "deprecated-contract",
] as const;

describe.each(["embedded", "server"] as const)("the shop's scenarios (%s)", (shape) => {
  let dataDir = "";
  let server: Server | null = null;
  let service: Service;
  let results: readonly ScenarioResult[] = [];
  let nowMs = NOW_MS;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "waybill-shop-"));
    server = shape === "server" ? await startServer() : null;
    const url = server === null ? {} : { WAYBILL_CLICKHOUSE_URL: server.url };
    const env = { WAYBILL_DATA_DIR: dataDir, WAYBILL_OTLP_PORT: "0", WAYBILL_API_PORT: "0", ...url };
    const definitions = loadDefinitions("./waybill.yaml");
    service = await startService({
      config: parseConfig(env),
      definitions,
      log: pino({ level: "silent" }),
      now: () => nowMs,
    });
    results = await runShop({
      endpoint: `http://127.0.0.1:${service.otlpPort}`,
      seed: 7,
      baseMs: NOW_MS,
      backgroundOrders: 20,
    });
    await service.flush();
  }, 120_000);

  afterAll(async () => {
    await service?.close();
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const get = (path: string, accept = "application/json") =>
    fetch(`http://127.0.0.1:${service.apiPort}${path}`, { headers: { accept } });
  const answerTo = async ({ kind, id }: Subject): Promise<Answer> => {
    const response = await get(`/v1/subjects/${kind}/${encodeURIComponent(id)}?limit=5000`);
    expect(response.status).toBe(200);
    return Answer.parse(await response.json());
  };
  const scenario = (name: string): ScenarioResult => {
    const found = results.find((result) => result.name === name);
    if (found === undefined) throw new Error(`${name} was not played`);
    return found;
  };

  test.each(NAMES)("%s: every fact says why it is there, and the answer alone bears it out", async (name) => {
    for (const truth of scenario(name).expected.journeys.slice(0, 2)) {
      const { kind, id } = truth.subject;
      const path = `/v1/subjects/${kind}/${encodeURIComponent(id)}?limit=5000&explain=1`;
      const answer = Answer.parse(await (await get(path)).json());
      expect(explain(answer).filter(({ verdict }) => verdict !== "verified")).toEqual([]);
    }
  });

  test.each(NAMES)("%s: the journeys stand as they truly do", async (name) => {
    for (const truth of scenario(name).expected.journeys.slice(0, JOURNEYS_MAX)) {
      const { journeys } = await answerTo(truth.subject);
      const journey = journeys.find((each) => each.definition === truth.definition);
      expect(journey && outline(journey)).toEqual(outlineOf(truth));
      for (const word of truth.reason === null ? [] : [truth.reason]) expect(journey?.reason).toContain(word);
    }
  });

  test.each(NAMES)("%s: exactly the true hops are in it", async (name) => {
    const { lookup, expected } = scenario(name);
    const { hops } = await answerTo(lookup);
    const told = hops.map((hop) => `${hop.kind} ${hop.service} ${hop.name} ${Date.parse(hop.at)}`);
    const facts = expected.hops.map((fact) => `${fact.kind} ${fact.service} ${fact.name} ${fact.atMs}`);
    expect(told.sort()).toEqual(facts.sort());
  });

  test.each(NAMES)("%s: what the caller saw is told", async (name) => {
    const { lookup, expected } = scenario(name);
    const { seenByCaller } = await answerTo(lookup);
    expect(seenByCaller?.status).toBe(expected.seenByCaller.status);
    if (expected.seenByCaller.error !== null)
      expect(seenByCaller?.error).toContain(expected.seenByCaller.error);
  });

  test("the gateway timeout says both that the customer got an error and that the order went through", async () => {
    const { lookup } = scenario("gateway-timeout");
    const story = await (await get(`/v1/orders/${lookup.id}`, "text/plain")).text();
    expect(story).toMatch(/The customer got a 504 from gateway after 2\.0 s/);
    expect(story).toMatch(/was shipped .* although the customer got a 504/);
  });

  test("a correlation id that found its order sends the asker there", async () => {
    const { lookup, expected } = scenario("correlation-first");
    const found = (await (await get(`/v1/find?id=${encodeURIComponent(lookup.id)}`)).json()) as unknown;
    expect(JSON.stringify(found)).toContain(lookup.id);
    expect(expected.journeys[0]?.state).toBe("succeeded");
  });

  test("the list knows the same states as the answers", async () => {
    for (const truth of results.flatMap(({ expected }) => expected.journeys.slice(0, JOURNEYS_MAX))) {
      if (truth.subject.kind !== "order.id" || truth.definition !== "create-order") continue;
      const query = `definition=${truth.definition}&state=${truth.state}&limit=1000`;
      const listed = await (await get(`/v1/journeys?${query}`)).text();
      expect(listed, `${truth.state} ${truth.subject.id}`).toContain(`"${truth.subject.id}"`);
    }
  });

  test("objectives count every journey once", async () => {
    // A look is good for a few seconds, and the first was taken before anything came in.
    nowMs += 6_000;
    const slos = await (await get("/v1/slos")).text();
    expect(slos).toContain("create-order.success");
    const metrics = await (await get("/metrics")).text();
    expect(metrics).toMatch(/waybill_slo_error_budget_remaining_ratio\{.*slo_id="create-order\.success"/);
    expect(metrics).toMatch(/waybill_receiver_accepted_spans_total \d+/);
  });
});

interface Outline {
  readonly state: string;
  readonly done: readonly string[];
  readonly failed: string | null;
  readonly next: { readonly step: string; readonly owner: string } | null;
  readonly late: boolean;
  readonly recovered: boolean;
}

function outline(journey: Answer["journeys"][number]): Outline {
  const { state, late, recovered, steps, next } = journey;
  return {
    state,
    done: steps.filter((step) => step.state === "done").map((step) => step.name),
    failed: steps.find((step) => step.state === "failed")?.name ?? null,
    next: next === null ? null : { step: next.step, owner: next.owner },
    late,
    recovered,
  };
}

function outlineOf({ state, stepsDone, stepFailed, next, late, recovered }: JourneyTruth): Outline {
  return { state, done: stepsDone, failed: stepFailed, next, late, recovered };
}
