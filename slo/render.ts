/**
 * Render: objectives as a table for a terminal.
 *
 *   /v1/slos → [render] → `waybill slo`
 *
 * Pure. One line an objective, then a sentence for each that needs one.
 */
import { renderLength, renderPercent, renderWindow } from "./phrase.ts";
import { firingText } from "./sentences.ts";
import type { SloList, SloView } from "./view.ts";

const HEADINGS = [
  "OBJECTIVE",
  "TARGET",
  "WINDOW",
  "STATE",
  "GOOD",
  "BAD",
  "BURN 1h",
  "BUDGET LEFT",
  "ONE FAILURE",
];

/** The table, ending in a line feed. */
export function renderSlos(list: SloList): string {
  if (list.slos.length === 0) return "No objectives are configured.\n";
  const lines = [...renderTable([HEADINGS, ...list.slos.map(cellsOf)]), ...renderAlerts(list)];
  return `${lines.join("\n")}\n`;
}

function cellsOf(slo: SloView): string[] {
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
    renderBudget(slo),
    slo.budget === null ? "-" : renderPercent(slo.budget.oneFailureRatio),
  ];
}

function renderBudget({ budget }: SloView): string {
  if (budget === null) return "-";
  const journeys = Math.floor(budget.remainingJourneys);
  const unit = Math.abs(journeys) === 1 ? "journey" : "journeys";
  const length = renderLength(budget.remainingMinutes * 60_000);
  return `${renderPercent(budget.remainingRatio)}, ${journeys} ${unit}, ${length}`;
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
