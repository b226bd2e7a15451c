/**
 * Purity rules: who may read the clock, the environment and the disk.
 *
 *   sources → [purity] → breaches
 */
import { ownValueImports } from "./imports.ts";
import { at, descend, imports, isNode, type Node, product, type Rule, type Source, tree } from "./sources.ts";

/** Modules that are functions of their arguments: no I/O, no clock, no chance. So is all they import values from. */
export const PURE: readonly string[] = [
  "ingest/fold.ts",
  "ingest/keys.ts",
  "ingest/match.ts",
  "ingest/outcome.ts",
  "ingest/stitch.ts",
  "ingest/yaml.ts",
  "query/story.ts",
  "slo/budget.ts",
  "slo/burn.ts",
  "slo/evaluate.ts",
  "slo/openslo_export.ts",
  "slo/openslo_import.ts",
  "slo/sanity.ts",
  "slo/scenario.ts",
  "slo/simulate.ts",
];

const HARMLESS = new Set(["node:buffer", "node:crypto", "node:path", "node:url", "node:util"]);
const MAY_TAKE_TIME = /^(cli\.ts|serve\.ts|commands\/|demo\/|bench\/)/;
const CLOCK = /^(Date\.now|performance\.now|process\.hrtime)$/;
const CHANCE = /^(Math\.random|crypto\.(randomUUID|randomBytes|getRandomValues))$/;

function dotted(node: Node): string {
  const { object, property } = node;
  if (node.type !== "MemberExpression" || !isNode(object) || !isNode(property)) return "";
  return `${object["name"]}.${property["name"] ?? property["value"]}`;
}

/** What a node takes from outside its arguments: the clock, chance, or nothing. */
function taken(node: Node): "the time" | "chance" | null {
  const name = dotted(node);
  if (CLOCK.test(name)) return "the time";
  if (CHANCE.test(name)) return "chance";
  const { callee, arguments: given } = node;
  const isDate = isNode(callee) && callee["name"] === "Date";
  const isBare = Array.isArray(given) && given.length === 0;
  return isDate && (isBare || node.type === "CallExpression") ? "the time" : null;
}

function takings(source: Source): { node: Node; what: string }[] {
  const found: { node: Node; what: string }[] = [];
  for (const node of descend(tree(source).program)) {
    const what = taken(node);
    if (what) found.push({ node, what });
  }
  return found;
}

/** The pure modules and everything of ours that runs when they do. */
function pureModules(files: readonly Source[]): Source[] {
  const byPath = new Map(product(files).map((source) => [source.path, source]));
  const pure = new Set<Source>();
  const visit = (path: string): void => {
    const source = byPath.get(path);
    if (!source || pure.has(source)) return;
    pure.add(source);
    for (const { to } of ownValueImports(source)) visit(to);
  };
  PURE.forEach(visit);
  return [...pure];
}

/** Pure modules, and what they are made of, import no I/O. */
export const pureImports: Rule = (files) =>
  pureModules(files)
    .flatMap(imports)
    .filter(({ to }) => to.startsWith("node:") && !HARMLESS.has(to))
    .map((link) => `${at(link.from, link.node)} imports ${link.to}, but is pure or part of something pure`);

/** Pure modules, and what they are made of, take neither the time nor chance: both are passed in. */
export const pureCalls: Rule = (files) =>
  pureModules(files).flatMap((source) =>
    takings(source).map(
      ({ node, what }) => `${at(source, node)} takes ${what}, but is pure or part of something pure`,
    ),
  );

/** Below the doors nobody takes the wall-clock time: it is passed in. */
export const timePassedIn: Rule = (files) =>
  product(files)
    .filter(({ path }) => !MAY_TAKE_TIME.test(path))
    .flatMap((source) =>
      takings(source)
        .filter(({ node, what }) => what === "the time" && !dotted(node).startsWith("performance"))
        .map(({ node }) => `${at(source, node)} takes the time; let it be passed in`),
    );

/** Only the command line reads the environment. */
export const environmentPassedIn: Rule = (files) =>
  product(files)
    .filter(({ path }) => path !== "cli.ts")
    .flatMap((source) =>
      [...descend(tree(source).program)]
        .filter((node) => dotted(node) === "process.env")
        .map((node) => `${at(source, node)} reads process.env; only cli.ts does`),
    );
