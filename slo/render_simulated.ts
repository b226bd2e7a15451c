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

/** How a minute is told: by its number, or by the clock. */
type Told = (minute: number) => string;

/**
 * The table, ending in a line feed.
 *
 * @param startMs  when minute 0 was, for times; null for numbers; epoch ms UTC
 */
export function renderSimulated(simulated: Simulated, startMs: number | null = null): string {
  const { tiers, page, ticket, budget } = simulated;
  const told: Told = (minute) => (startMs === null ? `min ${minute}` : clockOf(startMs + minute * MINUTE_MS));
  const rows = [
    ["", "FIRES AT", "RESOLVES AT", "FIRING FOR"],
    ...Object.entries({ page, ticket, ...tiers }).flatMap(([name, turns]) => rowsOf(name, turns, told)),
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

/** `2026-11-24 19:03`, UTC. */
function clockOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

function rowsOf(name: string, turns: readonly Turn[], told: Told): string[][] {
  if (turns.length === 0) return [[name, "never", "", ""]];
  return turns.map(({ firesAtMinute, resolvesAtMinute }, i) => [
    i === 0 ? name : "",
    told(firesAtMinute),
    resolvesAtMinute === null ? "still firing" : told(resolvesAtMinute),
    resolvesAtMinute === null ? "" : renderLength((resolvesAtMinute - firesAtMinute) * MINUTE_MS),
  ]);
}

function budgetLine({ consumedRatio, remainingRatio }: Simulated["budget"]): string {
  if (consumedRatio === null || remainingRatio === null) return "No journey was counted: there is no budget.";
  const left = `${renderPercent(remainingRatio)} is left`;
  return `At the end ${renderPercent(consumedRatio)} of the error budget is spent; ${left}.`;
}
