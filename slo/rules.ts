/**
 * Rules: recording and alerting rules for Prometheus, from the objectives as configured.
 *
 *   objectives → [rules] → `waybill slo rules` → Prometheus
 *
 * Pure. For those who let Prometheus do the alerting: the same tiers as here, over the counts on /metrics, decided on
 * whole numbers like here. The recorded series have Sloth's public names, so its dashboards work. What rules cannot do:
 * freeze while data is missing, hold a ticket back after its page, or name orders.
 */
import { stringify } from "yaml";
import { idOf, type Promised } from "./evaluate.ts";
import { type Incident, STALE_AFTER_MS } from "./incidents.ts";
import { renderWindow } from "./phrase.ts";
import { runbookUrlOf } from "./runbook.ts";
import { type Tier, tiersOf } from "./tiers.ts";
import { labelOf, lookbacksOf, periodAt } from "./windows.ts";

/** How the rules are written. */
export interface RulesOptions {
  /** label the recorded series as Sloth does, `sloth_id`, rather than `slo_id` */
  readonly slothLabels: boolean;
  /** where the runbook is read; null: nobody said, and no alert leads there */
  readonly runbookUrl: string | null;
  /** decides how long a calendar period is; epoch ms UTC */
  readonly nowMs: number;
}

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;
const STALE_SECONDS = STALE_AFTER_MS / 1_000;
const BY = "slo_id, slo_service, slo_name";

/** The rules of all objectives as a rule file, ending in a line feed. */
export function renderRules(promises: readonly Promised[], options: RulesOptions): string {
  const groups = promises.map((promised) => ({
    name: `waybill-slo-${idOf(promised)}`,
    rules: [...recordings(promised, options), ...alerts(promised, options)],
  }));
  const own = { name: "waybill-slo", rules: [stale(options)] };
  const head =
    "# Made by `waybill slo rules`. Either these notify or Waybill itself does (notify in waybill.yaml), not both.\n";
  return head + stringify({ groups: [...groups, own] }, { lineWidth: 0 });
}

/**
 * What Alertmanager needs to know so that a page takes the place of tickets, but of that which says that journeys do not
 * come; part of its configuration.
 */
export function renderInhibition(): string {
  return stringify({
    inhibit_rules: [
      {
        source_matchers: ['slo_severity="page"'],
        target_matchers: ['slo_severity="ticket"', 'alertname!="SLONoData"'],
        equal: ["slo_id"],
      },
    ],
  });
}

/** Our own silence. It has no series when Waybill is gone, hence `absent`. */
function stale({ runbookUrl }: RulesOptions): Rule {
  return {
    alert: "SLOStale",
    expr: `abs(time() - min(waybill_slo_watermark_timestamp_seconds)) > ${STALE_SECONDS} or absent(waybill_slo_watermark_timestamp_seconds)`,
    for: "1m",
    labels: { severity: "critical", slo_severity: "page", slo_id: "", slo_service: "waybill" },
    annotations: {
      summary: "Waybill evaluates no objective: no other alert would reach anybody.",
      description:
        "Its store does not answer, or its /metrics cannot be read. Ask it /readyz?verbose first; if it does not answer, it is gone.",
      ...linkTo("SLOStale", runbookUrl),
    },
  };
}

/** No annotation rather than an empty one. */
function linkTo(name: Incident["name"], runbookUrl: string | null): { runbook_url?: string } {
  return runbookUrl === null ? {} : { runbook_url: runbookUrlOf(name, runbookUrl) };
}

/** One series of one objective, whoever exports it: replicas count the same journeys, so the largest is all of them. */
function series(promised: Promised, metric: string, window: string | null): string {
  const chosen = window === null ? "" : `,slo_window="${window}"`;
  return `max by (${BY}) (waybill_slo_${metric}{slo_id="${idOf(promised)}"${chosen}})`;
}

function recordings(promised: Promised, { slothLabels, nowMs }: RulesOptions): Rule[] {
  const { objective } = promised;
  const base = labelsOf(promised, slothLabels);
  const ratio = (window: string) => {
    const total = series(promised, "total", window);
    return `(${total} - ${series(promised, "good", window)}) / (${total} > 0)`;
  };
  const strip = slothLabels ? (expr: string) => `sum without (${BY}) (${expr})` : (expr: string) => expr;
  const record = (name: string, expr: string, labels: Record<string, string> = {}): Rule => ({
    record: name,
    expr: strip(expr),
    labels: { ...base, ...labels },
  });
  const windowLabel = slothLabels ? "sloth_window" : "slo_window";
  const ratios = lookbacksOf(objective, nowMs).map(({ label }) =>
    record(`slo:sli_error:ratio_rate${label}`, ratio(label), { [windowLabel]: label }),
  );
  const own = labelOf(objective.window);
  const shortest = lookbacksOf(objective, nowMs)[0]?.label ?? own;
  const target = series(promised, "objective_ratio", null);
  const days = periodAt(objective.window, nowMs).lengthMs / DAY_MS;
  return [
    ...ratios,
    record("slo:objective:ratio", target),
    record("slo:error_budget:ratio", `1 - ${target}`),
    { record: "slo:time_period:days", expr: `vector(${days})`, labels: base },
    record("slo:current_burn_rate:ratio", `${ratio(shortest)} / (1 - ${target})`),
    record("slo:period_burn_rate:ratio", `${ratio(own)} / (1 - ${target})`),
    record("slo:period_error_budget_remaining:ratio", series(promised, "error_budget_remaining_ratio", null)),
  ];
}

function labelsOf(promised: Promised, slothLabels: boolean): Record<string, string> {
  const { definition, objective } = promised;
  const id = idOf(promised);
  return slothLabels
    ? { sloth_id: id, sloth_service: definition.owner, sloth_slo: objective.name }
    : { slo_id: id, slo_service: definition.owner, slo_name: objective.name };
}

function alerts(promised: Promised, options: RulesOptions): Rule[] {
  const { objective } = promised;
  const tiers = tiersOf(objective, periodAt(objective.window, options.nowMs).lengthMs);
  const groups = [...new Set(tiers.map(groupOf))].map((name) =>
    tiers.filter((tier) => groupOf(tier) === name),
  );
  const burns = groups.map((group) => burn(promised, group, options));
  const remaining = series(promised, "error_budget_remaining_ratio", null);
  const exhausted = alert(promised, options, {
    name: "ErrorBudgetExhausted",
    severity: "ticket",
    expr: `${remaining} <= 0`,
    summary: `${idOf(promised)} has spent its error budget.`,
    description:
      "Nothing is left of the budget of its whole window. Stop risky changes to that journey until it recovers, or agree that the target is wrong.",
  });
  const { expectTraffic } = objective;
  if (expectTraffic === null) return [...burns, exhausted];
  const noData = alert(promised, options, {
    name: "SLONoData",
    severity: "ticket",
    expr: `${series(promised, "traffic_missing", null)} == 1`,
    summary: `${idOf(promised)} gets fewer journeys than expected.`,
    description: `Fewer than ${expectTraffic.min} came in ${renderWindow(expectTraffic.perMs)}: either customers do not come, or their telemetry does not. Without any, nothing else about it fires or clears.`,
  });
  return [...burns, exhausted, noData];
}

/** Tiers that wake the same people in the same way are one alert. */
function groupOf({ severity, afterMs, labels }: Tier): string {
  return JSON.stringify([severity, afterMs, [...labels]]);
}

function burn(promised: Promised, tiers: readonly Tier[], options: RulesOptions): Rule {
  const [first] = tiers;
  if (first === undefined) throw new RangeError("a group has a tier");
  const windows = tiers.map(({ longMs, shortMs }) => `${renderWindow(longMs)} and ${renderWindow(shortMs)}`);
  const one = alert(promised, options, {
    name: "ErrorBudgetBurn",
    severity: first.severity,
    expr: tiers.map((tier) => tierExpr(promised, tier)).join("\nor\n"),
    summary: `${idOf(promised)} spends its error budget too fast.`,
    description: `More of its journeys miss than was planned, over ${windows.join(", or ")}. \`waybill slo show ${idOf(promised)}\` says since when, at which step, and names three orders. Undo or reroute first, understand afterwards.`,
  });
  const labels = {
    ...one.labels,
    ...Object.fromEntries(first.labels),
    ...identity(promised, first.severity),
  };
  return { ...one, labels, ...(first.afterMs === 0 ? {} : { for: renderWindow(first.afterMs) }) };
}

/** Both windows above the factor, strictly, and enough failures: bad × a > total × b, in whole numbers. */
function tierExpr(promised: Promised, tier: Tier): string {
  const { target, minBadEvents } = promised.objective;
  const times = target.denominator * tier.factor.denominator;
  const against = (target.denominator - target.numerator) * tier.factor.numerator;
  const burns = (windowMs: number) => {
    const window = renderWindow(windowMs);
    const total = series(promised, "total", window);
    return `(${total} - ${series(promised, "good", window)}) * ${times} > ${total} * ${against}`;
  };
  const long = renderWindow(tier.longMs);
  const enough = `${series(promised, "total", long)} - ${series(promised, "good", long)} >= ${minBadEvents[tier.severity]}`;
  return `(${burns(tier.longMs)} and ${burns(tier.shortMs)} and ${enough})`;
}

interface Alerting {
  readonly name: Incident["name"];
  readonly severity: Tier["severity"];
  readonly expr: string;
  readonly summary: string;
  /** what it means and what to do first, for who has nothing else at hand */
  readonly description: string;
}

/** Only on fresh numbers, and not while the objective is muted. */
function alert(promised: Promised, { runbookUrl }: RulesOptions, alerting: Alerting): Rule {
  const { name, severity, expr, summary, description } = alerting;
  const { objective } = promised;
  const id = idOf(promised);
  const fresh = `abs(time() - ${series(promised, "watermark_timestamp_seconds", null)}) < ${STALE_SECONDS}`;
  const muted = `${series(promised, "muted", null)} == 1`;
  return {
    alert: name,
    expr: `(${expr})\nand (${fresh})\nunless (${muted})`,
    labels: { ...Object.fromEntries(objective.labels), ...identity(promised, severity) },
    annotations: {
      summary,
      description,
      budget_remaining: `{{ with query "waybill_slo_error_budget_remaining_ratio{slo_id='${id}'}" }}{{ . | first | value | humanizePercentage }}{{ end }}`,
      ...linkTo(name, runbookUrl),
    },
  };
}

/** What the alert is known by. The series say whose it is already; without it here, promtool takes two objectives for one. */
function identity(promised: Promised, severity: Tier["severity"]) {
  const { severities } = promised.objective;
  return { severity: severities[severity], slo_severity: severity, ...labelsOf(promised, false) };
}
