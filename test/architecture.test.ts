/**
 * The house keeps its own rules. Each rule is also fed a broken example and seen to fail:
 * a rule that cannot fail is a wish.
 */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as budgets from "./architecture/budgets.ts";
import * as imports from "./architecture/imports.ts";
import * as purity from "./architecture/purity.ts";
import { loadSources, type Rule, type Source } from "./architecture/sources.ts";

const tree = loadSources(fileURLToPath(new URL("..", import.meta.url)));

/** One line of the table: the law, the rule that holds us to it, and files that break it. */
interface Law {
  readonly law: string;
  readonly rule: Rule;
  readonly broken: Readonly<Record<string, string>>;
}

const deep = "if (a) { for (;;) { while (a) { try { a(); } finally { a(); } } } }";
const LAWS: readonly Law[] = [
  { law: "every folder has a place in the flow", rule: imports.placed, broken: { "attic/box.ts": "" } },
  {
    law: "imports run backwards along the flow",
    rule: imports.backwards,
    broken: { "collector/hop.ts": 'import type { Answer } from "../query/answer.ts";' },
  },
  {
    law: "a dynamic import is an import too",
    rule: imports.backwards,
    broken: { "ingest/store.ts": 'const page = await import("../query/page.ts");' },
  },
  {
    law: "the type of an imported module is an import too",
    rule: imports.backwards,
    broken: { "slo/burn.ts": 'let answer: import("../query/answer.ts").Answer;' },
  },
  {
    law: "the product never imports its tests",
    rule: imports.backwards,
    broken: { "cli.ts": 'import { x } from "./test/story.ts";' },
  },
  {
    law: "imports never run in a circle",
    rule: imports.acyclic,
    broken: {
      "ingest/a.ts": 'import "./b.ts";',
      "ingest/b.ts": 'import type { C } from "./c.ts";',
      "ingest/c.ts": 'import "./a.ts";',
    },
  },
  { law: "names say something", rule: imports.named, broken: { "query/utils/text.ts": "" } },
  {
    law: "there are no barrels",
    rule: imports.definedHere,
    broken: { "slo/all.ts": 'export * from "./burn.ts";' },
  },
  {
    law: "pure modules import no I/O",
    rule: purity.pureImports,
    broken: { "ingest/fold.ts": 'import { readFileSync } from "node:fs";' },
  },
  {
    law: "nor does what pure modules are made of",
    rule: purity.pureImports,
    broken: { "ingest/fold.ts": 'import { x } from "./walk.ts";', "ingest/walk.ts": 'import "node:net";' },
  },
  {
    law: "pure modules take no time",
    rule: purity.pureCalls,
    broken: { "ingest/stitch.ts": "const now = performance.now();" },
  },
  {
    law: "pure modules take no chance",
    rule: purity.pureCalls,
    broken: { "slo/burn.ts": "const x = Math.random();" },
  },
  {
    law: "time is passed in below the doors",
    rule: purity.timePassedIn,
    broken: { "query/http.ts": "const now = new Date();" },
  },
  {
    law: "only the command line reads the environment",
    rule: purity.environmentPassedIn,
    broken: { "demo/shop.ts": 'const port = process.env["PORT"];' },
  },
  { law: "files are short", rule: budgets.shortFiles, broken: { "cli.ts": "f();\n".repeat(301) } },
  {
    law: "functions are short",
    rule: budgets.shortFunctions,
    broken: { "cli.ts": `const f = () => {\n${"g();\n".repeat(60)}};` },
  },
  {
    law: "functions take few parameters",
    rule: budgets.fewParams,
    broken: { "cli.ts": "function f(a, b, c, d) {}" },
  },
  {
    law: "branches stand at most three deep",
    rule: budgets.shallow,
    broken: { "cli.ts": `function f(a) { ${deep} }` },
  },
  { law: "nothing is any", rule: budgets.noAny, broken: { "cli.ts": "let x: any;" } },
  {
    law: "every cast says why",
    rule: budgets.reasonedCasts,
    broken: { "cli.ts": "// not here\nconst x = y as string;\n" },
  },
  {
    law: "every export says what it is",
    rule: budgets.documentedExports,
    broken: { "cli.ts": "/** Header. */\nimport x from 'y';\nexport function f() {}" },
  },
  { law: "every module opens with a header", rule: budgets.moduleHeaders, broken: { "cli.ts": "f();" } },
  {
    law: "every statement opens with a header",
    rule: budgets.sqlHeaders,
    broken: { "query/sql/a.sql": "SELECT 1" },
  },
];

function asSources(files: Readonly<Record<string, string>>): Source[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

describe.each(LAWS.map((entry) => [entry.law, entry] as const))("%s", (_law, { rule, broken }) => {
  test("in our own tree", () => {
    expect(rule(tree)).toEqual([]);
  });

  test("and a breach of it is seen", () => {
    expect(rule(asSources(broken))).toHaveLength(1);
  });
});

test("the whole tree was read", () => {
  const paths = tree.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["errors.ts", "collector/hop.ts", "ingest/schema/001_hops.sql"]),
  );
});

test("a cast with its reason, an else-if chain and a passed-in date are fine", () => {
  const files = asSources({
    "ingest/fold.ts": [
      "/** Fold. */",
      'const NAMES = ["a"] as const;',
      "const x = y as string; // y came out of a string column",
      "const at = new Date(0);",
      "if (a) b(); else if (c) b(); else if (d) b(); else if (e) b();",
    ].join("\n"),
  });
  expect(LAWS.flatMap(({ rule }) => rule(files))).toEqual([]);
});
