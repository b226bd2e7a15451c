/** Rules for Prometheus, checked and run by Prometheus' own tool where there is one. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { type RulesOptions, renderInhibition, renderRules } from "../../slo/rules.ts";
import { HOUR_MS, somePromise } from "./promise.ts";

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
if (!hasPromtool) console.warn("skipped: promtool is not here (Debian: apt-get install prometheus)");

const folder = mkdtempSync(join(tmpdir(), "waybill-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

const Rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          record: z.string().optional(),
          alert: z.string().optional(),
          expr: z.string(),
          labels: z.record(z.string(), z.string()).optional(),
          annotations: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});

const RUNBOOK = "https://git.example.com/waybill/docs/runbook.md";
const OPTIONS = { slothLabels: false, runbookUrl: RUNBOOK, nowMs: Date.parse("2026-03-10T12:00:00Z") };
const promised = somePromise({ expectTraffic: { min: 10, perMs: HOUR_MS } });
const rulesOf = (options: RulesOptions = OPTIONS) => Rules.parse(parse(renderRules([promised], options)));
const alertsOf = (options?: RulesOptions) =>
  rulesOf(options).groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined));

test("the recorded series have Sloth's names", () => {
  const names = rulesOf().groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
  expect(names).toEqual([
    "slo:sli_error:ratio_rate5m",
    "slo:sli_error:ratio_rate30m",
    "slo:sli_error:ratio_rate1h",
    "slo:sli_error:ratio_rate2h",
    "slo:sli_error:ratio_rate6h",
    "slo:sli_error:ratio_rate1d",
    "slo:sli_error:ratio_rate3d",
    "slo:sli_error:ratio_rate30d",
    "slo:objective:ratio",
    "slo:error_budget:ratio",
    "slo:time_period:days",
    "slo:current_burn_rate:ratio",
    "slo:period_burn_rate:ratio",
    "slo:period_error_budget_remaining:ratio",
  ]);
});

test("they carry Sloth's labels when they are wanted", () => {
  const [first] = rulesOf({ ...OPTIONS, slothLabels: true }).groups[0]?.rules ?? [];
  expect(first?.labels).toEqual({
    sloth_id: "create-order.success",
    sloth_service: "checkout-team",
    sloth_slo: "success",
    sloth_window: "5m",
  });
});

test("there is a page, a ticket, and one alert each for an empty budget, silence of journeys and our own", () => {
  expect(
    alertsOf().map(({ alert, labels }) => [alert, labels?.["slo_severity"], labels?.["severity"]]),
  ).toEqual([
    ["ErrorBudgetBurn", "page", "critical"],
    ["ErrorBudgetBurn", "ticket", "warning"],
    ["ErrorBudgetExhausted", "ticket", "warning"],
    ["SLONoData", "ticket", "warning"],
    ["SLOStale", "page", "critical"],
  ]);
});

test("silence of journeys is an alert only where some were promised", () => {
  const text = renderRules([somePromise()], OPTIONS);
  expect(text).not.toContain("SLONoData");
});

test("every alert says in a line what it is, in more what to do, and where the rest is written", () => {
  const texts = alertsOf().map(({ annotations }) => annotations ?? {});
  expect(texts.map(({ runbook_url }) => runbook_url)).toEqual([
    `${RUNBOOK}#errorbudgetburn`,
    `${RUNBOOK}#errorbudgetburn`,
    `${RUNBOOK}#errorbudgetexhausted`,
    `${RUNBOOK}#slonodata`,
    `${RUNBOOK}#slostale`,
  ]);
  for (const { summary, description } of texts) {
    expect(summary).toMatch(/\.$/);
    expect(description?.length).toBeGreaterThan(summary?.length ?? 0);
  }
  expect(texts[0]?.["description"]).toContain("over 1h and 5m, or 6h and 30m");
});

test("without the address of a runbook no alert leads to one", () => {
  const names = alertsOf({ ...OPTIONS, runbookUrl: null }).flatMap(({ annotations }) =>
    Object.keys(annotations ?? {}),
  );
  expect(new Set(names)).toEqual(new Set(["summary", "description", "budget_remaining"]));
});

test("thresholds are whole numbers: 14.4 at 99.9 % is bad × 5,000 against total × 72", () => {
  const page = rulesOf().groups[0]?.rules.find(({ alert }) => alert === "ErrorBudgetBurn");
  expect(page?.expr.replaceAll(/max by \([^)]*\) \(waybill_slo_(\w+)\{[^}]*\}\)/g, "$1")).toContain(
    "(total - good) * 5000 > total * 72",
  );
});

test("the inhibition names the labels that the alerts have", () => {
  expect(renderInhibition()).toBe(
    [
      "inhibit_rules:",
      "  - source_matchers:",
      '      - slo_severity="page"',
      "    target_matchers:",
      '      - slo_severity="ticket"',
      '      - alertname!="SLONoData"',
      "    equal:",
      "      - slo_id",
      "",
    ].join("\n"),
  );
});

describe.skipIf(!hasPromtool)("by promtool", () => {
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const promtool = (...args: string[]) => execFileSync("promtool", args, { encoding: "utf8", stdio: "pipe" });

  test.each([false, true])("the rules are rules (Sloth's labels: %s)", (slothLabels) => {
    const other = somePromise({ name: "fast", measure: { kind: "latency", withinMs: 400 } });
    const path = write("checked.yml", renderRules([promised, other], { ...OPTIONS, slothLabels }));
    expect(promtool("check", "rules", "--lint=all", "--lint-fatal", path)).toContain("SUCCESS");
  });

  const labels = '{slo_id="create-order.success",slo_service="checkout-team",slo_name="success"';
  const minutes = 30;
  const still = (metric: string, value: number, more = "") => ({
    series: `waybill_slo_${metric}${labels}${more}}`,
    values: `${value}x${minutes}`,
  });

  /** Every window holds 10,000 journeys; `bad` of them missed in all windows up to a day from minute 5 to 15. */
  function unit(
    bad: number,
    told: { missing?: number; muted?: number; remaining?: number; frozen?: boolean } = {},
  ) {
    const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"].flatMap((window) => {
      const misses = window === "30d" || window === "3d" ? 0 : bad;
      const values = `10000x4 ${10_000 - misses}x9 10000x${minutes}`;
      return [
        still("total", 10_000, `,slo_window="${window}"`),
        { series: `waybill_slo_good${labels},slo_window="${window}"}`, values },
      ];
    });
    return [
      ...windows,
      still("objective_ratio", 0.999),
      still("muted", told.muted ?? 0),
      still("traffic_missing", told.missing ?? 0),
      still("error_budget_remaining_ratio", told.remaining ?? 0.5),
      {
        series: `waybill_slo_watermark_timestamp_seconds${labels}}`,
        values: told.frozen ? `0x${minutes}` : `0+60x${minutes}`,
      },
    ];
  }

  const page = (firing: boolean) => [
    {
      eval_time: "10m",
      alertname: "ErrorBudgetBurn",
      exp_alerts: firing ? ["page", "ticket"].map(expected) : [],
    },
    { eval_time: "20m", alertname: "ErrorBudgetBurn", exp_alerts: [] },
  ];
  const then =
    "`waybill slo show create-order.success` says since when, at which step, and names three orders. Undo or reroute first, understand afterwards.";
  const BURNS: Readonly<Record<string, string>> = {
    page: `More of its journeys miss than was planned, over 1h and 5m, or 6h and 30m. ${then}`,
    ticket: `More of its journeys miss than was planned, over 1d and 2h, or 3d and 6h. ${then}`,
  };
  const expected = (slo_severity: string) => ({
    exp_labels: {
      severity: slo_severity === "page" ? "critical" : "warning",
      slo_severity,
      slo_id: "create-order.success",
      slo_service: "checkout-team",
      slo_name: "success",
    },
    exp_annotations: {
      summary: "create-order.success spends its error budget too fast.",
      description: BURNS[slo_severity],
      budget_remaining: "50%",
      runbook_url: `${RUNBOOK}#errorbudgetburn`,
    },
  });

  test.each([
    { name: "fires above the factor in both windows, and clears", series: unit(145), firing: true },
    {
      name: "is quiet below every factor",
      series: unit(9),
      firing: false,
    },
    { name: "is quiet while the objective is muted", series: unit(145, { muted: 1 }), firing: false },
  ])("the page $name", ({ series, firing }) => {
    const rules = write("unit-rules.yml", renderRules([promised], OPTIONS));
    const suite = { interval: "1m", input_series: series, alert_rule_test: page(firing) };
    const path = write(
      "unit.yml",
      stringify({ rule_files: [rules], evaluation_interval: "1m", tests: [suite] }),
    );
    expect(promtool("test", "rules", path)).toContain("SUCCESS");
  });

  test("an old watermark is an alert of its own, and silences the others", () => {
    const rules = write("stale-rules.yml", renderRules([promised], OPTIONS));
    const stale = {
      exp_labels: { severity: "critical", slo_severity: "page", slo_service: "waybill" },
      exp_annotations: {
        summary: "Waybill evaluates no objective: no other alert would reach anybody.",
        description:
          "Its store does not answer, or its /metrics cannot be read. Ask it /readyz?verbose first; if it does not answer, it is gone.",
        runbook_url: `${RUNBOOK}#slostale`,
      },
    };
    const suite = {
      interval: "1m",
      input_series: unit(145, { frozen: true }),
      alert_rule_test: [
        { eval_time: "9m", alertname: "SLOStale", exp_alerts: [] },
        { eval_time: "12m", alertname: "SLOStale", exp_alerts: [stale] },
        { eval_time: "12m", alertname: "ErrorBudgetBurn", exp_alerts: [] },
      ],
    };
    const path = write(
      "stale.yml",
      stringify({ rule_files: [rules], evaluation_interval: "1m", tests: [suite] }),
    );
    expect(promtool("test", "rules", path)).toContain("SUCCESS");
  });

  test("the recorded error ratio, budget and burn are what the counts say", () => {
    const rules = write("record-rules.yml", renderRules([promised], OPTIONS));
    const own = 'slo_id="create-order.success", slo_name="success", slo_service="checkout-team"';
    const suite = {
      interval: "1m",
      input_series: unit(100),
      promql_expr_test: [
        {
          expr: "slo:sli_error:ratio_rate1h",
          eval_time: "10m",
          exp_samples: [{ labels: `slo:sli_error:ratio_rate1h{${own}, slo_window="1h"}`, value: 0.01 }],
        },
        {
          expr: "round(slo:current_burn_rate:ratio, 0.001)",
          eval_time: "10m",
          exp_samples: [{ labels: `{${own}}`, value: 10 }],
        },
        {
          expr: "slo:period_error_budget_remaining:ratio",
          eval_time: "10m",
          exp_samples: [{ labels: `slo:period_error_budget_remaining:ratio{${own}}`, value: 0.5 }],
        },
      ],
    };
    const path = write(
      "record.yml",
      stringify({ rule_files: [rules], evaluation_interval: "1m", tests: [suite] }),
    );
    expect(promtool("test", "rules", path)).toContain("SUCCESS");
  });
});
