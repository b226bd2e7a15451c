/** Every query of every panel, asked of the real engine with the macros expanded, against answers counted by hand. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { render } from "../../dashboards/catalogue.ts";
import { sql } from "../../dashboards/clickhouse.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { expand } from "./macros.ts";

const NOW_MS = Date.now();
const HOUR_MS = 3_600_000;
const TRACE = "5b8efff798038103d269b633813fc60c";

/** One journey row; times are minutes from now. */
interface Row {
  readonly subject: string;
  readonly kind?: string;
  readonly definition?: string;
  readonly version?: number;
  readonly state: string;
  /** null: as ingest stores what was merged, which has no start any more */
  readonly started: number | null;
  readonly ended?: number;
  readonly deadline: number;
  /** as the start unless given */
  readonly folded?: number;
  readonly verdict?: string;
  readonly late?: boolean;
  readonly recovered?: boolean;
  readonly reason?: string;
  readonly failedStep?: string;
  readonly nextStep?: string;
  readonly nextDue?: number;
  readonly partner?: string;
  /** minutes from now at which each of placed, paid, shipped was reached */
  readonly steps?: readonly (number | null)[];
}

const ROWS: readonly Row[] = [
  { subject: "ORD-1", version: 1, state: "open", started: -180, deadline: -165, nextStep: "paid" },
  {
    subject: "ORD-1",
    version: 9,
    state: "succeeded",
    started: -180,
    ended: -179,
    deadline: -165,
    verdict: "good",
    partner: "acme",
    steps: [-180, -179.5, -179],
  },
  {
    subject: "ORD-2",
    state: "failed",
    started: -120,
    ended: -119,
    deadline: -105,
    verdict: "bad",
    reason: "card declined",
    failedStep: "paid",
    partner: "acme",
    steps: [-120, null, null],
  },
  {
    subject: "ORD-3",
    state: "open",
    started: -90,
    deadline: -75,
    nextStep: "shipped",
    steps: [-90, -89, null],
  },
  {
    subject: "ORD-4",
    state: "open",
    started: -2,
    deadline: 13,
    nextStep: "paid",
    nextDue: 3,
    steps: [-2, null, null],
  },
  {
    subject: "ORD-5",
    state: "open",
    started: -8,
    deadline: 7,
    nextStep: "paid",
    nextDue: -5,
    steps: [-8, null, null],
  },
  {
    subject: "ORD-6",
    state: "succeeded",
    started: -60,
    ended: -40,
    deadline: -45,
    verdict: "bad",
    late: true,
    recovered: true,
    steps: [-60, -50, -40],
  },
  {
    subject: "ORD-7",
    state: "compensated",
    started: -50,
    ended: -30,
    deadline: -35,
    verdict: "good",
    steps: [-50, -49, -48],
  },
  { subject: "C-1", kind: "correlation.id", state: "merged", started: null, deadline: -165, folded: -160 },
  { subject: "C-0", kind: "correlation.id", state: "merged", started: null, deadline: -165, folded: -1_500 },
  {
    subject: "C-2",
    kind: "correlation.id",
    state: "failed",
    started: -70,
    ended: -69,
    deadline: -55,
    verdict: "bad",
    failedStep: "placed",
  },
  {
    subject: "R-1",
    kind: "refund.id",
    definition: "refund",
    state: "succeeded",
    started: -20,
    ended: -19,
    deadline: 0,
    verdict: "good",
  },
];

let dir: string;
let store: Store;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "waybill-dashboards-"));
  store = await openStore({ url: null, dataDir: dir });
  const schema = new URL("../../ingest/schema/", import.meta.url);
  for (const file of readdirSync(schema).sort()) {
    if (file.endsWith(".sql")) await store.command(readFileSync(new URL(file, schema), "utf8"));
  }
  // So that it is the query that picks the newest row, not a merge that happened to run.
  await store.command("SYSTEM STOP MERGES");
  for (const row of ROWS) await store.command(insertJourney(row));
  // The same span told twice: two rows until a merge.
  for (let time = 0; time < 2; time++) await store.command(insertSpan());
});

afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("every panel", () => {
  const choices = [
    ["everything", {}],
    ["one kind of journey and one tag", { definition: ["create-order"], tag: ["partner.id=acme"] }],
  ] as const;
  for (const { file, json } of render()) {
    for (const { title, rawSql } of queriesIn(JSON.parse(json))) {
      test.each(choices)(`${file}, ${title}: answers with %s chosen`, async (name, variables) => {
        const rows = await ask(rawSql, { ...variables, trace: [TRACE] });
        // Nothing that carries the tag is stuck.
        expect(rows.length > 0).toBe(!(name !== "everything" && title.startsWith("Stuck")));
      });
    }
  }
});

test("a value with a quote in it stays a value", async () => {
  expect(await ask(sql("stuck"), { definition: ["it's"], tag: ["a=' OR 1=1"] })).toEqual([]);
});

test("the summary counts each journey once, by its newest row, and none that was merged", async () => {
  expect(await ask(sql("journeys_summary"))).toEqual([
    counts({
      started: 9,
      succeeded: 3,
      failed: 2,
      compensated: 1,
      open: 2,
      overdue: 1,
      late: 1,
      recovered: 1,
    }),
  ]);
});

test("the buckets of states add up to the summary", async () => {
  const rows = await ask(sql("journeys_by_state"));
  const total = (state: string) => rows.reduce((sum, row) => sum + Number(row[state]), 0);
  expect(["succeeded", "failed", "compensated", "open", "overdue"].map(total)).toEqual([3, 2, 1, 2, 1]);
});

test("an overdue journey counts as bad in the bucket of its deadline", async () => {
  const bucketMs = Math.floor((NOW_MS - 75 * 60_000) / 60_000) * 60_000;
  const rows = await ask(sql("success_ratio"), { definition: ["create-order"] });
  const bucket = rows.find((row) => Date.parse(`${row["time"]}Z`) === bucketMs);
  expect(bucket).toMatchObject({ success_ratio: 0 });
  expect(rows).toHaveLength(6);
});

test("only successes have a duration", async () => {
  const rows = await ask(sql("duration"));
  const pairs = rows.map((row) => [row["definition"], Math.round(Number(row["p50"]))]);
  expect(pairs).toEqual([
    ["create-order", 60],
    ["create-order", 1200],
    ["refund", 60],
  ]);
});

test("the funnel says how many of the started reached each step", async () => {
  const rows = await ask(sql("funnel_by_step"), { definition: ["create-order"] });
  expect(rows.map(({ step, reached, reached_ratio }) => [step, Number(reached), reached_ratio])).toEqual([
    ["placed", 7, 1],
    ["paid", 4, 4 / 7],
    ["shipped", 3, 3 / 7],
  ]);
});

test("stuck is what waits past a deadline or a step's own due time, with its owner", async () => {
  const rows = await ask(sql("stuck"));
  expect(rows.map(({ subject, next_step, step_owner }) => [subject, next_step, step_owner])).toEqual([
    ["ORD-3", "shipped", "checkout-team"],
    ["ORD-5", "paid", "payments-team"],
  ]);
  expect(Number(rows[0]?.["overdue_seconds"])).toBeGreaterThanOrEqual(75 * 60);
});

test("failing steps count failures and hangs apart and name the newest", async () => {
  const rows = await ask(sql("failing_steps"));
  expect(rows).toEqual([
    { ...failing("paid", 1, 0), common_reason: "card declined", newest: "ORD-2", newest_kind: "order.id" },
    { ...failing("placed", 1, 0), common_reason: "", newest: "C-2", newest_kind: "correlation.id" },
    { ...failing("shipped", 0, 1), common_reason: "", newest: "ORD-3", newest_kind: "order.id" },
  ]);
});

test("provisional journeys show under their own kind, and those that found their order beside them", async () => {
  const rows = await ask(sql("subject_kinds"), { definition: ["create-order"] });
  expect(rows).toEqual([
    {
      definition: "create-order",
      subject_kind: "order.id",
      ...counts({ journeys: 7, open: 3, found_their_subject: 0 }),
    },
    {
      definition: "create-order",
      subject_kind: "correlation.id",
      ...counts({ journeys: 1, open: 0, found_their_subject: 1 }),
    },
  ]);
});

test("the budget went to failures, hangs and late successes, each to its step", async () => {
  const rows = await ask(sql("burnt_by_step"));
  expect(
    rows.map(({ step, bad_journeys, share_ratio }) => [step, Number(bad_journeys), share_ratio]),
  ).toEqual([
    ["(late)", 1, 0.25],
    ["paid", 1, 0.25],
    ["placed", 1, 0.25],
    ["shipped", 1, 0.25],
  ]);
  const journeys = await ask(sql("burnt_by_journey"));
  expect(journeys.map(({ subject }) => subject)).toEqual(["ORD-6", "C-2", "ORD-3", "ORD-2"]);
});

test("the tags to choose from are pairs", async () => {
  expect(await ask(sql("tags"))).toEqual([{ tag: "partner.id=acme" }]);
});

test("a trace has the columns that Grafana's trace view reads, each span once", async () => {
  const rows = await ask(sql("trace"), { trace: [TRACE.toUpperCase()] });
  // Our own connection reads a map as pairs, Grafana's as an object.
  const tag = (key: string, value: string) => Object.entries({ key, value });
  expect(rows).toEqual([
    {
      traceID: TRACE,
      spanID: "eee19b7ec3c1b174",
      parentSpanID: "",
      operationName: "POST /orders",
      serviceName: "gateway",
      startTime: expect.any(String),
      duration: 12.5,
      statusCode: 2,
      tags: [tag("order.id", "ORD-2")],
      serviceTags: [tag("service.name", "gateway")],
    },
  ]);
});

test("a wrong column fails", async () => {
  await expect(ask("SELECT no_such_column FROM journeys FINAL")).rejects.toThrow("no_such_column");
});

type Answer = Record<string, unknown>;

async function ask(rawSql: string, variables: Record<string, readonly string[]> = {}): Promise<Answer[]> {
  const window = { fromMs: NOW_MS - 24 * HOUR_MS, toMs: NOW_MS + HOUR_MS, intervalSeconds: 60 };
  const rows = await store.query(expand(rawSql, { ...window, variables }));
  return rows as Answer[]; // rows of a query are objects
}

/** All SQL of a dashboard: its panels' targets and its variables. */
function queriesIn(board: {
  panels: { title: string; targets?: { rawSql?: string }[] }[];
  templating: { list: { name: string; query: { rawSql?: string } | string }[] };
}): { title: string; rawSql: string }[] {
  const panels = board.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ rawSql }) => ({ title, rawSql })),
  );
  const variables = board.templating.list.map(({ name, query }) => ({
    title: `variable ${name}`,
    rawSql: typeof query === "string" ? undefined : query.rawSql,
  }));
  return [...panels, ...variables].flatMap(({ title, rawSql }) =>
    rawSql === undefined ? [] : [{ title, rawSql }],
  );
}

/** Counts as the engine tells them: 64-bit integers are decimal strings. */
function counts(numbers: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(numbers).map(([name, count]) => [name, String(count)]));
}

function failing(step: string, failed: number, overdue: number) {
  return { definition: "create-order", step, ...counts({ failed, overdue }) };
}

function insertJourney(row: Row): string {
  const steps = row.steps ?? [];
  const values = {
    tenant: "'default'",
    definition: `'${row.definition ?? "create-order"}'`,
    subject_kind: `'${row.kind ?? "order.id"}'`,
    subject: `'${row.subject}'`,
    version: String(row.version ?? 3),
    owner: "'checkout-team'",
    state: `'${row.state}'`,
    started_at: row.started === null ? "toDateTime64(0, 9, 'UTC')" : at(row.started),
    ended_at: at(row.ended),
    deadline: at(row.deadline),
    late: String(row.late ?? false),
    recovered: String(row.recovered ?? false),
    reason: `'${row.reason ?? ""}'`,
    failed_step: `'${row.failedStep ?? ""}'`,
    next_step: `'${row.nextStep ?? ""}'`,
    next_due: at(row.nextDue),
    next_owner: row.nextDue === undefined ? "''" : "'payments-team'",
    verdict: `'${row.verdict ?? "none"}'`,
    counted_at: at(row.verdict === undefined ? undefined : row.ended),
    step_names: `[${["placed", "paid", "shipped"].slice(0, steps.length).map((name) => `'${name}'`)}]`,
    step_at: `[${steps.map((minutes) => at(minutes ?? undefined))}]`,
    folded_at: at(row.folded ?? row.started ?? 0),
    tags: row.partner === undefined ? "map()" : `map('partner.id', '${row.partner}')`,
  };
  return `INSERT INTO journeys (${Object.keys(values)}) SELECT ${Object.values(values)}`;
}

function at(minutes: number | undefined): string {
  return minutes === undefined ? "NULL" : `fromUnixTimestamp64Milli(${NOW_MS + minutes * 60_000}, 'UTC')`;
}

function insertSpan(): string {
  return `INSERT INTO hops (tenant, locality, at, kind, trace_id, span_id, duration, service, name, status, attributes, resource)
    SELECT 'default', 1, ${at(-119)}, 'span', unhex('${TRACE}'), unhex('eee19b7ec3c1b174'), 12500000, 'gateway',
      'POST /orders', 'error', map('order.id', 'ORD-2'), map('service.name', 'gateway')`;
}
