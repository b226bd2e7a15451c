/**
 * Macros: what Grafana and its ClickHouse plugin (4.20) make of a panel's SQL before it reaches the server.
 *
 *   rawSql → [expand] → statement
 *
 * Only what our panels use; anything else is left standing and refused, as the server would refuse it.
 */

/** What the reader of a dashboard has chosen. */
export interface Chosen {
  /** epoch milliseconds UTC */
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalSeconds: number;
  /** per variable the chosen values; none chosen means All */
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

/** The statement that the server gets. */
export function expand(rawSql: string, chosen: Chosen): string {
  const { fromMs, toMs, intervalSeconds } = chosen;
  const statement = withoutAll(rawSql, chosen)
    .replace(/\$\{(\w+):singlequote\}/g, (_, name: string) => quoted(chosen, name))
    .replace(
      /\$__timeFilter_ms\((\w+)\)/g,
      `$1 >= fromUnixTimestamp64Milli(${fromMs}) AND $1 <= fromUnixTimestamp64Milli(${toMs})`,
    )
    .replace(
      /\$__timeInterval\(((?:\w|\(|\))+?)\)(?= AS)/g,
      `toStartOfInterval(toDateTime($1), INTERVAL ${intervalSeconds} second)`,
    );
  if (/\$/.test(statement)) throw new RangeError(`left unexpanded: ${/\$.{0,40}/.exec(statement)?.[0]}`);
  return statement;
}

/** `$__conditionalAll(condition, $variable)`: the condition when something is chosen, else `1=1`. */
function withoutAll(rawSql: string, chosen: Chosen): string {
  const macro = "$__conditionalAll(";
  const start = rawSql.lastIndexOf(macro);
  if (start === -1) return rawSql;
  const open = start + macro.length;
  const end = closing(rawSql, open);
  const inside = rawSql.slice(open, end);
  const [, condition = "", name = ""] = /^(.*), \$(\w+)$/s.exec(inside) ?? [];
  const kept = chosenOf(chosen, name).length === 0 ? "1=1" : condition;
  return withoutAll(rawSql.slice(0, start) + kept + rawSql.slice(end + 1), chosen);
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")") depth--;
    if (depth === 0) return at;
  }
  throw new RangeError("a macro is not closed");
}

function quoted(chosen: Chosen, name: string): string {
  return chosenOf(chosen, name)
    .map((value) => `'${value.replace(/'/g, "\\'")}'`)
    .join(",");
}

function chosenOf(chosen: Chosen, name: string): readonly string[] {
  return chosen.variables[name] ?? [];
}
