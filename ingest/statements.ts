/**
 * Statements: a question is a .sql file plus two schemas.
 *
 *   file + params + row → [statement] → (store, values) → rows
 *
 * Refuses to load when the holes of the file and the params differ, so a misspelt name is found at start, not when
 * the question is asked. Composes nothing: questions whose shape depends on the request are clause.ts's.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { holesOf, type Params } from "./bind.ts";
import { paced } from "./pace.ts";
import type { Store } from "./store.ts";

/** What goes into a question and what comes out. */
export interface StatementSchemas<P extends z.ZodObject, R extends z.ZodType> {
  /** one field per hole; its output is what is bound */
  readonly params: P & z.ZodType<Params>;
  readonly row: R;
}

/** A question, ready to be asked. */
export interface Statement<P extends z.ZodObject, R extends z.ZodType> {
  (store: Store, params: z.input<P>): Promise<z.output<R>[]>;
  /** as in the file, for EXPLAIN and documents */
  readonly sql: string;
}

/**
 * Loads a question.
 *
 *   const kindsOfValue = statement(new URL("./sql/kinds_of_value.sql", import.meta.url), {
 *     params: z.object({ tenant: z.string(), value: z.string() }),
 *     row: z.object({ kind: z.string() }),
 *   });
 *
 * @throws {RangeError} when the holes of the file are not the fields of the params
 */
export function statement<P extends z.ZodObject, R extends z.ZodType>(
  file: URL,
  { params, row }: StatementSchemas<P, R>,
): Statement<P, R> {
  const sql = readFileSync(file, "utf8").trim();
  const holes = [...holesOf(sql).keys()].sort().join(", ");
  const fields = Object.keys(params.shape).sort().join(", ");
  if (holes !== fields) throw new RangeError(`${file.pathname} asks for (${holes}) and is given (${fields})`);
  const bound: z.ZodType<Params> = params;
  const ask = async (store: Store, values: z.input<P>) =>
    paced(await store.query(sql, bound.parse(values)), (each) => row.parse(each));
  return Object.assign(ask, { sql });
}

/** A 64-bit integer, which the store sends as decimal text. */
export const Int64 = z.string().transform((text) => BigInt(text));
