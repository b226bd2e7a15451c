/**
 * Render simulated: what would have fired, as a table for a terminal.
 *
 *   simulate → [render] → `waybill slo simulate`
 *
 * Pure. One line for each time that a tier, or the page and the ticket that it is part of, would have fired.
 */
import { renderLength, renderPercent } from "./phrase.ts";
import type { Simulated, Turn } from "./simulate.ts";

const MINUTE_MS = 60_000;

/** The table, ending in a line feed. */
export function renderSimulated({ tiers, page, ticket, budget }: Simulated): string {
  const rows = [
    ["", "FIRES AT", "RESOLVES AT", "FIRING FOR"],
    ...Object.entries({ page, ticket, ...tiers }).flatMap(([name, turns]) => rowsOf(name, turns)),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${[...lines, "", budgetLine(budget)].join("\n")}\n`;
}

function rowsOf(name: string, turns: readonly Turn[]): string[][] {
  if (turns.length === 0) return [[name, "never", "", ""]];
  return turns.map(({ firesAtMinute, resolvesAtMinute }, i) => [
    i === 0 ? name : "",
    `min ${firesAtMinute}`,
    resolvesAtMinute === null ? "still firing" : `min ${resolvesAtMinute}`,
    resolvesAtMinute === null ? "" : renderLength((resolvesAtMinute - firesAtMinute) * MINUTE_MS),
  ]);
}

function budgetLine({ consumedRatio, remainingRatio }: Simulated["budget"]): string {
  if (consumedRatio === null || remainingRatio === null) return "No journey was counted: there is no budget.";
  const left = `${renderPercent(remainingRatio)} is left`;
  return `At the end ${renderPercent(consumedRatio)} of the error budget is spent; ${left}.`;
}
