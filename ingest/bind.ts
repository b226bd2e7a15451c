/**
 * Bind: a statement with `{name:Type}` holes and its values in, plain SQL out.
 *
 * For the embedded engine only. Its own binding keeps one set of parameters for the whole process, so its driver runs
 * parameterised queries one after the other, over all connections: a slow list would hold up every order lookup.
 * A server binds by itself and never sees this.
 *
 * Values travel as hexadecimal literals: nothing that a caller sends can leave the quotes, because nothing but 0-9a-f
 * is ever between them. The types come from our own statements.
 */

/** One value. Times are epoch integers; a 64-bit integer may be decimal text unless it is in a list. */
export type Scalar = string | number | bigint | boolean | null;

/** What a hole takes. */
export type Param = Scalar | readonly Scalar[];

/** Values by the name of their hole. */
export type Params = Readonly<Record<string, Param>>;

const HOLE = /\{(\w+)\s*:\s*([^{}]+?)\s*\}/g;

/** The names of the holes of a statement with their types, in order of first appearance. Comments have none. */
export function holesOf(sql: string): ReadonlyMap<string, string> {
  const holes = new Map<string, string>();
  for (const [, name = "", type = ""] of withoutComments(sql).matchAll(HOLE)) {
    const known = holes.get(name);
    if (known !== undefined && known !== type) throw new RangeError(`{${name}} is both ${known} and ${type}`);
    holes.set(name, type);
  }
  return holes;
}

/**
 * The statement with its holes filled, without comments.
 *
 * @throws {RangeError} when a hole has no value, or a value no hole: a bug of ours
 */
export function bind(sql: string, params: Params): string {
  const unused = new Set(Object.keys(params));
  const bound = withoutComments(sql).replace(HOLE, (_, name: string, type: string) => {
    const value = params[name];
    if (value === undefined) throw new RangeError(`no value for {${name}:${type}}`);
    unused.delete(name);
    // _CAST is what the engine itself makes of a hole, so keys are pruned just as well.
    return value === null ? "NULL" : `_CAST(x'${hex(textOf(value))}', '${type.replace(/[\\']/g, "\\$&")}')`;
  });
  if (unused.size > 0) throw new RangeError(`no hole for ${[...unused].join(", ")}`);
  return bound;
}

/** Line comments dropped, as long as they are not inside a string. */
export function withoutComments(sql: string): string {
  return sql.replace(/('(?:[^'\\]|\\.|'')*')|--[^\n]*/g, (_, string?: string) => string ?? "");
}

function hex(text: string): string {
  return Buffer.from(text, "utf8").toString("hex");
}

/** A value as the engine reads it from text. Only strings inside arrays are quoted. */
function textOf(value: Param): string {
  return Array.isArray(value) ? `[${value.map(elementOf).join(",")}]` : String(value);
}

function elementOf(value: Scalar): string {
  if (value === null) return "NULL";
  return typeof value === "string" ? `'${value.replace(/[\\']/g, "\\$&")}'` : String(value);
}
