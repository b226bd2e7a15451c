/**
 * Render: objectives as a table for a terminal.
 *
 *   /v1/slos → [render] → `waybill slo`
 *
 * Pure. One line an objective, then a sentence for each that needs one.
 */
import { renderCount, renderLength, renderPercent, renderWindow } from "./phrase.ts";
import { budgetText, firingText } from "./sentences.ts";
import { sparkline } from "./series.ts";
import type { Recount, SloChart, SloItem, SloList, SloView } from "./view.ts";

const HEADINGS = [
  "OBJECTIVE",
  "TARGET",
  "WINDOW",
  "STATE",
  "GOOD",
  "BAD",
  "BURN 1h",
  "LAST 24 h",
  "BUDGET LEFT",
  "ONE FAILURE",
];

/** The table, ending in a line feed. */
export function renderSlos(list: SloList): string {
  if (list.slos.length === 0) return "No objectives are configured.\n";
  const table = renderTable([HEADINGS, ...list.slos.map(cellsOf)]);
  const lines = [...table, ...renderAlerts(list), ...renderDoubts(list)];
  return `${lines.join("\n")}\n`;
}

function cellsOf(slo: SloItem): string[] {
  const burn = slo.windows.find((window) => window.windowMs === 3_600_000)?.burn ?? null;
  return [
    slo.id,
    slo.withinMs === null
      ? renderPercent(slo.targetRatio)
      : `${renderPercent(slo.targetRatio)} ≤ ${renderWindow(slo.withinMs)}`,
    slo.window,
    slo.state.replace("_", " "),
    String(slo.good),
    String(slo.bad),
    burn === null ? "-" : burn.toFixed(2),
    sparkline(slo.hourlyBurn),
    renderBudget(slo),
    slo.budget === null ? "-" : renderPercent(slo.budget.oneFailureRatio),
  ];
}

function renderBudget({ budget }: SloView): string {
  if (budget === null) return "-";
  const journeys = Math.floor(budget.remainingJourneys);
  const length = renderLength(budget.remainingMinutes * 60_000);
  return `${renderPercent(budget.remainingRatio)}, ${renderCount(journeys, "journey")}, ${length}`;
}

function renderTable(rows: readonly string[][]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function renderAlerts(list: SloList): string[] {
  const lines = list.slos.flatMap((slo) => firingText(slo) ?? []);
  return lines.length === 0 ? [] : ["", ...lines.sort()];
}

/** What the counts say against an objective; one line each. */
function renderDoubts({ slos }: SloList): string[] {
  const lines = slos.flatMap(({ id, doubts }) => doubts.map((doubt) => `doubt: ${id}: ${doubt}.`));
  return lines.length === 0 ? [] : ["", ...lines];
}

/** One objective in words, with its chart and what spent its budget. */
export function renderSlo(slo: SloChart): string {
  const spent = slo.burntByStep.map(({ step, bad, consumedRatio }) => {
    return `  ${step ?? "(no single step)"}: ${bad}, ${renderPercent(consumedRatio)} of the budget`;
  });
  const tags = slo.burntByTag.map(({ tag, value, bad }) => `  ${tag}=${value}: ${bad}`);
  const examples = slo.examples.map(
    ({ id, step, url }) => `  ${id}${step === null ? "" : ` at ${step}`}  ${url}`,
  );
  const notes = slo.annotations.map(({ at, kind, text }) => `  ${at.slice(0, 19)}Z ${kind}: ${text}`);
  const part = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [title, ...lines]);
  return [
    `${slo.id}: ${renderPercent(slo.targetRatio)} over ${slo.window}, ${slo.state.replace("_", " ")}`,
    `${slo.good} good, ${slo.bad} bad, up to ${slo.watermark.slice(0, 19)}Z. ${budgetText(slo)}`,
    `burn  ${sparkline(slo.series.map(({ burn }) => burn))}`,
    ...part(
      "Doubts:",
      slo.doubts.map((doubt) => `  ${doubt}`),
    ),
    ...part("Spent at:", spent),
    ...part("Spent under:", tags),
    ...part("For example:", examples),
    ...part("Meanwhile:", notes),
    `Late facts took back ${renderCount(slo.revisions.takenBack, "failure")} since ${slo.revisions.since.slice(0, 19)}Z.`,
    "",
  ].join("\n");
}

/** Whether the counts that are held are those of the table. */
export function renderRecount({ equal, objectives }: Recount): string {
  const lines = objectives.map(({ id, counted, recounted, differentMinutes }) => {
    const same = `${counted.good} good, ${counted.bad} bad`;
    if (differentMinutes === 0) return `${id}: ${same}`;
    return `${id}: held ${same}; counted anew ${recounted.good} good, ${recounted.bad} bad; ${differentMinutes} minutes differ`;
  });
  return [...lines, equal ? "Every minute is the same." : "They differ.", ""].join("\n");
}
