/**
 * Clause: SQL whose shape depends on the request, composed without ever pasting text.
 *
 *   sql`… ${clause} …` → render → text with holes + values
 *
 * A hole of the tag takes only another clause, so a string from outside does not compile; values become
 * `{p0:Type}`, numbered from left to right, so that the same request always gives the same text.
 */
import type { z } from "zod";
import type { Param } from "./bind.ts";
import { paced } from "./pace.ts";
import type { Store } from "./store.ts";

/** A piece of a statement. Made only by the functions of this file. */
export interface Clause {
  readonly [CLAUSE]: readonly (string | { readonly type: string; readonly value: Param })[];
}

const CLAUSE: unique symbol = Symbol("clause");

/** SQL with clauses in its holes. */
export function sql(texts: TemplateStringsArray, ...clauses: readonly Clause[]): Clause {
  const parts = clauses.flatMap((clause, at) => [texts[at] ?? "", ...partsOf(clause)]);
  return { [CLAUSE]: [...parts, texts[clauses.length] ?? ""] };
}

/** A value, bound under its ClickHouse type: `value("String", id)`. */
export function value(type: string, bound: Param): Clause {
  return { [CLAUSE]: [{ type, value: bound }] };
}

/**
 * A column by a name that came from outside.
 *
 * @throws {RangeError} when it is not in the list: check it at the door
 */
export function column(name: string, allowed: readonly string[]): Clause {
  if (!allowed.includes(name)) throw new RangeError(`${name} is not one of ${allowed.join(", ")}`);
  return { [CLAUSE]: [name] };
}

/** Conditions that must all hold; none is always true. */
export function every(conditions: readonly Clause[]): Clause {
  if (conditions.length === 0) return sql`true`;
  return { [CLAUSE]: conditions.flatMap((one, at) => [at === 0 ? "(" : " AND (", ...one[CLAUSE], ")"]) };
}

function partsOf(clause: Clause) {
  if (!(clause instanceof Object && CLAUSE in clause))
    throw new RangeError("only a clause can be part of one");
  return clause[CLAUSE];
}

/** The text with holes, and what goes into them. */
export function render(clause: Clause): { readonly text: string; readonly params: Record<string, Param> } {
  const params: Record<string, Param> = {};
  const texts = clause[CLAUSE].map((part) => {
    if (typeof part === "string") return part;
    const name = `p${Object.keys(params).length}`;
    params[name] = part.value;
    return `{${name}:${part.type}}`;
  });
  return { text: texts.join(""), params };
}

/** Asks a composed question. */
export async function ask<R extends z.ZodType>(store: Store, clause: Clause, row: R): Promise<z.output<R>[]> {
  const { text, params } = render(clause);
  return paced(await store.query(text, params), (each) => row.parse(each));
}
