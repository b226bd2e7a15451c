/**
 * Page: a YAML text that knows where everything in it stands, and collects what is wrong with it.
 *
 *   waybill.yaml → [page] → keys, journeys → Definitions
 *
 * Pure. Every scalar is read as text (YAML's failsafe schema), so that `1.10` stays `1.10` and `no` stays a name;
 * yaml_scalars.ts gives the texts their meaning.
 */
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { nearest } from "../nearest.ts";
import { snakeCase } from "./yaml_shapes.ts";

/** Where something stands. */
export interface Place {
  readonly file: string;
  /** from 1 */
  readonly line: number;
  /** from 1 */
  readonly column: number;
  /** where in the structure, `journeys/create-order/steps/paid`; "" for the file as a whole */
  readonly path: string;
}

/** One thing that is wrong, and where. */
export interface Problem extends Place {
  readonly text: string;
  /** the name that was probably meant */
  readonly suggestion?: string;
}

/** Where in the structure: names of mappings, places in lists. */
export type Path = readonly (string | number)[];

/** An opened text with its problems so far. */
export interface Page {
  readonly file: string;
  readonly document: Document;
  /** the document as plain text, lists and mappings */
  readonly plain: unknown;
  readonly lines: LineCounter;
  readonly problems: Problem[];
}

/** An unknown name as a problem: what was written, and the names that would have been known. */
export interface Unknown {
  readonly what: string;
  readonly written: string;
  readonly known: Iterable<string>;
}

/** Reads a text; anything that is not YAML, or a name given twice, is a problem on the page. */
export function openPage(text: string, file: string): Page {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: "failsafe", prettyErrors: false });
  const misread = [...document.errors, ...document.warnings];
  const flaws = [
    ...misread.map(({ message, pos }) => ({ offset: pos[0], text: message })),
    ...oddNames(document),
  ];
  const { plain, flaw } = flaws.length > 0 ? { plain: {} } : plainOf(document);
  const page: Page = { file, document, plain, lines, problems: [] };
  for (const { offset, text } of flaw ? [flaw] : flaws) report(page, offset, { text });
  return page;
}

/** Something wrong with the text as a text. */
interface Flaw {
  readonly offset: number;
  readonly text: string;
}

/** Names that YAML allows and we do not. */
function oddNames(document: Document): Flaw[] {
  const flaws: Flaw[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      const offset = startOf(key, 0);
      if (!isScalar(key)) flaws.push({ offset, text: "names must be plain text" });
      // zod passes over this one name in silence
      else if (key.value === "__proto__") flaws.push({ offset, text: '"__proto__" cannot be a name' });
    },
  });
  return flaws;
}

/** An alias that leads nowhere, or to far too much, only shows when it is followed. */
function plainOf(document: Document): { plain: unknown; flaw?: Flaw } {
  try {
    return { plain: document.toJS() };
  } catch (error) {
    return { plain: {}, flaw: { offset: 0, text: error instanceof Error ? error.message : String(error) } };
  }
}

function report(
  page: Page,
  offset: number,
  problem: Pick<Problem, "text" | "suggestion"> & { path?: string },
): void {
  page.problems.push({ ...placeAt(page, offset), ...problem });
}

function placeAt(page: Page, offset: number): Place {
  const { line, col } = page.lines.linePos(offset);
  return { file: page.file, line: Math.max(line, 1), column: Math.max(col, 1), path: "" };
}

/** Where what stands at a path is written: its name when it has one, else its value. */
export function placeOf(page: Page, path: Path): Place {
  const { offset, walked } = locate(page, path);
  return { ...placeAt(page, offset), path: walked.join("/") };
}

/** Adds a problem with what stands at a path: at its name when it has one, else at its value. */
export function complain(page: Page, path: Path, text: string): void {
  const { offset, walked } = locate(page, path);
  report(page, offset, { path: walked.join("/"), text });
}

/** Adds the problem of a name that nobody declared, with the known one that comes closest. */
export function complainUnknown(page: Page, path: Path, { what, written, known }: Unknown): void {
  const { offset, walked } = locate(page, path);
  const names = [...known];
  const suggestion = nearest(written, names);
  const list = names.length > 0 && names.length <= 20 ? `; known: ${names.join(", ")}` : "";
  const text = `unknown ${what} "${written}"`;
  const hint = suggestion === undefined ? { text: text + list } : { text, suggestion };
  report(page, offset, { path: walked.join("/"), ...hint });
}

/** The value at a path as plain text, lists and mappings; undefined when nothing stands there. */
export function valueAt(page: Page, path: Path): unknown {
  return path.reduce<unknown>((value, name) => {
    const holder = Object(value);
    return Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
  }, page.plain);
}

/** The value at a path in the form a schema gives it; undefined, with problems on the page, when it does not fit. */
export function read<T extends z.ZodType>(page: Page, path: Path, schema: T): z.output<T> | undefined {
  const outcome = schema.safeParse(valueAt(page, path), { reportInput: true });
  if (outcome.success) return outcome.data;
  for (const issue of outcome.error.issues) complainAbout(page, path, issue);
  return undefined;
}

function complainAbout(page: Page, path: Path, issue: z.core.$ZodIssue): void {
  const place = [...path, ...issue.path.map((name) => (typeof name === "symbol" ? String(name) : name))];
  if (issue.code === "custom" && Array.isArray(issue.params?.["known"])) {
    complainUnknown(page, place, {
      what: "name",
      written: String(place.at(-1)),
      known: issue.params["known"],
    });
  } else if (issue.code === "invalid_value" && typeof issue.input === "string" && issue.input !== "") {
    complainUnknown(page, place, { what: "value", written: issue.input, known: issue.values.map(String) });
  } else if (issue.code === "invalid_key") {
    complain(page, place, issue.issues[0]?.message ?? issue.message);
  } else {
    complain(page, place, issue.input === undefined ? "is missing" : issue.message);
  }
}

/** Where a path leads, as far as it leads; without the places and names that a shorthand leaves out. */
function locate(page: Page, path: Path): { offset: number; walked: Path } {
  let node: unknown = page.document.contents;
  let offset = startOf(node, 0);
  const walked: (string | number)[] = [];
  for (const name of path) {
    // one entry for a list of one, a bare list for what holds it: the path is of the long form, the text is not
    if (isSeq(node) !== (typeof name === "number") && node !== undefined) continue;
    const next = below(node, name);
    walked.push(name);
    offset = startOf(next?.label, offset);
    node = next?.value;
  }
  return { offset, walked };
}

function below(node: unknown, name: string | number): { label: unknown; value: unknown } | undefined {
  if (isSeq(node)) return { label: node.items[Number(name)], value: node.items[Number(name)] };
  if (!isMap(node)) return undefined;
  const pair =
    node.items.find(({ key }) => isScalar(key) && key.value === String(name)) ??
    node.items.find(({ key }) => isScalar(key) && snakeCase(String(key.value)) === String(name));
  return pair && { label: pair.key, value: pair.value };
}

function startOf(node: unknown, otherwise: number): number {
  const ranged = node as Partial<Node> | null | undefined; // anything in a parsed document is a node or nothing
  return ranged?.range?.[0] ?? otherwise;
}
