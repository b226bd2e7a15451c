/**
 * Sources: the tree as the architecture rules see it, each file parsed once.
 *
 *   disk → [sources] → imports, purity, budgets
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { parseSync } from "rolldown/utils";

/** One file of the tree: its path from the root and what it says. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A rule reads all files at once and names every breach as `path:line what`. */
export type Rule = (files: readonly Source[]) => string[];

/** A node of the syntax tree (ESTree with TypeScript). */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A comment of the source text. */
export interface Comment {
  readonly type: "Line" | "Block";
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The syntax tree of one file. */
export interface Tree {
  readonly program: Node;
  readonly comments: readonly Comment[];
}

const trees = new WeakMap<Source, Tree>();
const ASIDE = new Set(["node_modules", "dist", "coverage"]);

/** The syntax tree of a TypeScript file; throws when it does not parse. */
export function tree(source: Source): Tree {
  const known = trees.get(source);
  if (known) return known;
  const { program, comments, errors } = parseSync(source.path, source.text);
  if (errors.length > 0) throw new Error(`${source.path} does not parse: ${errors[0]?.message}`);
  const made = { program: program as unknown as Node, comments }; // the parser's own node union names no fields
  trees.set(source, made);
  return made;
}

/** Every `.ts` and `.sql` file under a folder, paths from there with forward slashes. */
export function loadSources(root: string): Source[] {
  const entries = readdirSync(root, { withFileTypes: true });
  const kept = entries.filter((entry) => !entry.name.startsWith(".") && !ASIDE.has(entry.name));
  const paths = kept.flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: "utf8" }).map((p) =>
          join(entry.name, p),
        )
      : [entry.name],
  );
  return paths
    .filter((path) => /\.(ts|sql)$/.test(path) && !path.endsWith(".d.ts"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** Whether a value of a syntax tree is a node of it. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The nodes directly below a node, in no particular order. */
export function children(node: Node): Node[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
}

/** A node and everything below it. */
export function* descend(node: Node): Generator<Node> {
  yield node;
  for (const child of children(node)) yield* descend(child);
}

/** Line of an offset, from 1. */
export function lineOf(source: Source, offset: number): number {
  return source.text.slice(0, offset).split("\n").length;
}

/** `path:line`, as an editor opens it. */
export function at(source: Source, node: { readonly start: number }): string {
  return `${source.path}:${lineOf(source, node.start)}`;
}

/** One import, export-from or dynamic import of a file. `to` is a path from the root, or a package as written. */
export interface Import {
  readonly from: Source;
  readonly to: string;
  readonly node: Node;
  readonly isTypeOnly: boolean;
}

/** Every import of a TypeScript file, dynamic ones and `import("…")` types too. */
export function imports(source: Source): Import[] {
  const found: Import[] = [];
  for (const node of descend(tree(source).program)) {
    const specifier = isNode(node["source"]) ? node["source"]["value"] : undefined;
    if (typeof specifier !== "string") continue;
    const isTypeOnly =
      node["importKind"] === "type" || node["exportKind"] === "type" || node.type === "TSImportType";
    const to = specifier.startsWith(".") ? normalize(join(dirname(source.path), specifier)) : specifier;
    found.push({ from: source, to, node, isTypeOnly });
  }
  return found;
}

/** The TypeScript files that make up the product: no tests, no tool settings. */
export function product(files: readonly Source[]): Source[] {
  return files.filter(
    ({ path }) => path.endsWith(".ts") && !path.startsWith("test/") && !path.endsWith(".config.ts"),
  );
}
