/**
 * Import rules: arrows point back along the flow, never forwards and never in a circle.
 *
 *   sources → [imports] → breaches
 */
import { at, type Import, imports, product, type Rule, type Source } from "./sources.ts";

/** The flow: a folder may import itself and those on earlier lines. The last line holds the doors of the house. */
export const FLOW: readonly (readonly string[])[] = [
  ["config.ts", "errors.ts", "group.ts", "nearest.ts"],
  ["collector"],
  ["ingest"],
  ["slo"],
  ["query"],
  ["dashboards"],
  ["demo", "bench", "serve.ts", "commands", "cli.ts"],
];

const VAGUE = /^(utils?|helpers?|common|misc|types|index)$/;

function stage(path: string): number {
  const top = path.split("/")[0] ?? path;
  return FLOW.findIndex((names) => names.includes(top));
}

function isOurs(link: Import): boolean {
  return /\.tsx?$/.test(link.to);
}

/** Every top-level folder and file has a place in the flow. */
export const placed: Rule = (files) =>
  product(files)
    .filter(({ path }) => stage(path) < 0)
    .map(({ path }) => `${path}:1 has no place in the flow`);

/** Imports run backwards along the flow. */
export const backwards: Rule = (files) =>
  product(files)
    .flatMap(imports)
    .filter(isOurs)
    .filter((link) => stage(link.to) > stage(link.from.path) || link.to.startsWith("test/"))
    .map((link) => `${at(link.from, link.node)} imports ${link.to}, which comes later in the flow`);

/** No file reaches itself through its imports. */
export const acyclic: Rule = (files) => {
  const sources = product(files);
  const links = new Map(
    sources.map((s) => [
      s.path,
      imports(s)
        .filter(isOurs)
        .map((link) => link.to),
    ]),
  );
  const done = new Set<string>();
  const breaches: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) breaches.push(`${path}:1 imports itself: ${[...trail.slice(seenAt), path].join(" → ")}`);
    if (seenAt >= 0 || done.has(path)) return;
    for (const next of links.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return breaches;
};

/** No folder or file whose name says nothing. */
export const named: Rule = (files) =>
  files
    .filter(({ path }) => path.split("/").some((part) => VAGUE.test(part.replace(/\.ts$/, ""))))
    .map(({ path }) => `${path}:1 has a name that says nothing`);

/** No barrels: what a file offers, it also defines. */
export const definedHere: Rule = (files) =>
  product(files)
    .flatMap(imports)
    .filter((link) => link.node.type.startsWith("Export"))
    .map((link) => `${at(link.from, link.node)} passes on what ${link.to} defines`);

/** The value imports of a file from the product itself. */
export function ownValueImports(source: Source): Import[] {
  return imports(source).filter((link) => isOurs(link) && !link.isTypeOnly);
}
