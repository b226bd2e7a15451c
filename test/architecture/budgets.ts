/**
 * Budgets: how long, deep and wide a piece of code may be, and what it owes its reader.
 *
 *   sources → [budgets] → breaches
 */
import {
  at,
  type Comment,
  children,
  descend,
  isNode,
  lineOf,
  type Node,
  product,
  type Rule,
  type Source,
  tree,
} from "./sources.ts";

/** The caps. What we aim for is far below: 90 lines a file, 12 a function. */
export const BUDGET = { fileLines: 300, functionLines: 60, nesting: 3, params: 3 } as const;

const BRANCHES = new Set([
  "IfStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "SwitchStatement",
  "TryStatement",
]);

function isFunction(node: Node): boolean {
  return /Function(Declaration|Expression)$/.test(node.type) && isNode(node["body"]);
}

/** A rule over the syntax of each product file on its own. */
function perFile(breaches: (source: Source, nodes: readonly Node[]) => string[]): Rule {
  return (files) => product(files).flatMap((source) => breaches(source, [...descend(tree(source).program)]));
}

/** A file is short enough to be one idea. */
export const shortFiles: Rule = (files) =>
  product(files)
    .map((source) => ({ source, lines: source.text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > BUDGET.fileLines)
    .map(({ source, lines }) => `${source.path}:1 has ${lines} lines, more than ${BUDGET.fileLines}`);

/** A function is short enough to be read in one go. */
export const shortFunctions: Rule = perFile((source, nodes) =>
  nodes
    .filter(isFunction)
    .map((node) => ({ node, lines: lineOf(source, node.end) - lineOf(source, node.start) + 1 }))
    .filter(({ lines }) => lines > BUDGET.functionLines)
    .map(
      ({ node, lines }) =>
        `${at(source, node)} a function of ${lines} lines, more than ${BUDGET.functionLines}`,
    ),
);

/** More than three parameters are one object. */
export const fewParams: Rule = perFile((source, nodes) =>
  nodes
    .filter(isFunction)
    .map((node) => ({ node, count: Array.isArray(node["params"]) ? node["params"].length : 0 }))
    .filter(({ count }) => count > BUDGET.params)
    .map(({ node, count }) => `${at(source, node)} takes ${count} parameters, more than ${BUDGET.params}`),
);

/** The branches of a function that stand deeper than allowed; a nested function starts from zero. */
function* tooDeep(node: Node, depth: number): Generator<Node> {
  for (const child of children(node)) {
    const isElseIf =
      node.type === "IfStatement" && node["alternate"] === child && child.type === "IfStatement";
    const below = isFunction(child) ? 0 : depth + (BRANCHES.has(child.type) && !isElseIf ? 1 : 0);
    if (below > BUDGET.nesting && below > depth) yield child;
    yield* tooDeep(child, below);
  }
}

/** Branches and loops stand at most three deep. */
export const shallow: Rule = (files) =>
  product(files).flatMap((source) =>
    [...tooDeep(tree(source).program, 0)].map(
      (node) => `${at(source, node)} nests deeper than ${BUDGET.nesting}`,
    ),
  );

/** Nothing is `any`. */
export const noAny: Rule = perFile((source, nodes) =>
  nodes.filter((node) => node.type === "TSAnyKeyword").map((node) => `${at(source, node)} says any`),
);

function hasReason(source: Source, cast: Node): boolean {
  const { expression } = cast;
  const from = lineOf(source, isNode(expression) ? expression.end : cast.start);
  const to = lineOf(source, cast.end);
  const isOnLine = (comment: Comment) => {
    const line = lineOf(source, comment.start);
    return line >= from && line <= to;
  };
  return tree(source).comments.some(isOnLine);
}

function isCast(node: Node): boolean {
  const to = node["typeAnnotation"];
  const target = isNode(to) && isNode(to["typeName"]) ? to["typeName"]["name"] : undefined;
  return node.type === "TSTypeAssertion" || (node.type === "TSAsExpression" && target !== "const");
}

/** Every cast says on its line why it is right. */
export const reasonedCasts: Rule = perFile((source, nodes) =>
  nodes
    .filter((node) => isCast(node) && !hasReason(source, node))
    .map((node) => `${at(source, node)} casts without a reason on its line`),
);

function isDocumented(source: Source, node: Node): boolean {
  return tree(source).comments.some(
    ({ type, value, end }) =>
      type === "Block" &&
      value.startsWith("*") &&
      end <= node.start &&
      source.text.slice(end, node.start).trim() === "",
  );
}

/** The names an export statement declares. */
function declared(node: Node): string[] {
  const declaration = node["declaration"];
  if (!isNode(declaration)) return [];
  const { id, declarations } = declaration;
  if (isNode(id)) return [String(id["name"])];
  const ids = Array.isArray(declarations) ? declarations.map((d: unknown) => isNode(d) && d["id"]) : [];
  return ids.filter(isNode).map((pattern) => String(pattern["name"]));
}

/** Every export says what it is; a type that shares its name with a documented value is covered by it. */
export const documentedExports: Rule = perFile((source, nodes) => {
  const exported = nodes.filter(
    (node) => node.type === "ExportNamedDeclaration" && isNode(node["declaration"]),
  );
  const told = new Set(exported.filter((node) => isDocumented(source, node)).flatMap(declared));
  return exported
    .filter((node) => declared(node).some((name) => !told.has(name)))
    .map((node) => `${at(source, node)} exports ${declared(node).join(", ")} without a docstring`);
});

/** Every module opens with a header that says its place and its promise. */
export const moduleHeaders: Rule = (files) =>
  product(files)
    .filter(({ text }) => !text.replace(/^#!.*\n/, "").startsWith("/**"))
    .map(({ path }) => `${path}:1 opens without a header`);

/** Every statement opens with a header that says which question it answers. */
export const sqlHeaders: Rule = (files) =>
  files
    .filter(({ path, text }) => path.endsWith(".sql") && !text.startsWith("-- "))
    .map(({ path }) => `${path}:1 opens without a header`);
