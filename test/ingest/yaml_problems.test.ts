import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDefinitions, renderProblem } from "../../ingest/yaml.ts";

/** The problems of a text as a person reads them. */
function problems(text: string): string[] {
  const outcome = parseDefinitions(text, "w.yaml");
  return "problems" in outcome ? outcome.problems.map(renderProblem) : [];
}

/** The problems of a journey that is fine but for these lines, which begin on line 6. */
function ofJourney(more: string, steps = "{ a: { event: a }, b: { event: b, optional: true } }"): string[] {
  return problems(`journeys:\n  j:\n    subject: order.id\n    owner: us\n    steps: ${steps}\n${more}`);
}

/** The problems of one key, which stands on line 2. */
function ofKey(written: string): string[] {
  return problems(
    `keys:\n  order.id: ${written}\njourneys: { j: { subject: order.id, owner: us, steps: { a: { event: a } } } }`,
  );
}

describe("a slip is found with its line and the name that was meant", () => {
  test.each([
    ["    timeuot: 15m", 'w.yaml:6 journeys/j/timeuot: unknown name "timeuot"; did you mean "timeout"?'],
    ["    succeeds: aa", 'w.yaml:6 journeys/j/succeeds: unknown step "aa"; did you mean "a"?'],
    ["    starts: bb", 'w.yaml:6 journeys/j/starts: unknown step "bb"; did you mean "b"?'],
    [
      "    compensation: keeep",
      'w.yaml:6 journeys/j/compensation: unknown value "keeep"; did you mean "keep"?',
    ],
    [
      "    fails:\n      - { event: x }\n      - { evnt: y }",
      'w.yaml:8 journeys/j/fails/1/evnt: unknown name "evnt"; did you mean "event"?',
    ],
    [
      "    fails: { event: x, status: err }",
      'w.yaml:6 journeys/j/fails/status: unknown value "err"; known: ok, error, unset',
    ],
  ])("%j", (more, line) => {
    expect(ofJourney(more)).toEqual([line]);
  });

  test("in the name of a subject's kind", () => {
    const text = "journeys:\n  j:\n    subject: ordr.id\n    owner: us\n    steps: { a: { event: a } }";
    expect(problems(text)).toEqual([
      'w.yaml:3 journeys/j/subject: unknown kind of key "ordr.id"; did you mean "order.id"?',
    ]);
  });

  test("in the name of a step to wait for", () => {
    expect(ofJourney("", "\n      paid: { event: a }\n      sent: { event: b, after: [payd] }")).toEqual([
      'w.yaml:7 journeys/j/steps/sent/after/0: unknown step "payd"; did you mean "paid"?',
    ]);
  });

  test("in the name of a section", () => {
    expect(problems("journies: {}\n")).toEqual([
      'w.yaml:1 journies: unknown name "journies"; did you mean "journeys"?',
      "w.yaml:1 journeys: is missing",
    ]);
  });
});

test("every problem is told in one go, in order of lines", () => {
  const text = `
keys:
  order.id: { role: owns, from: [order.id] }
journeys:
  first: { owner: us, steps: { a: { event: a } } }
  second:
    subject: order.id
    owner: us
    steps: { a: { event: a }, b: { event: b, after: [z] } }
    timeout: soon
    colour: red
  third: { subject: package.id, owner: us, steps: { a: { event: a, after: [q] } } }
retention: { hops: 36h }
`;
  expect(problems(text).map((line) => line.split(": ")[0])).toEqual([
    "w.yaml:3 keys/order.id/role",
    "w.yaml:5 journeys/first/subject",
    "w.yaml:10 journeys/second/timeout",
    "w.yaml:11 journeys/second/colour",
    "w.yaml:12 journeys/third/subject",
    "w.yaml:12 journeys/third/steps/a/after/0",
    "w.yaml:13 retention/hops",
  ]);
});

describe("a journey", () => {
  test.each([
    ["    timeout: 15 minutes", "must be a duration such as 400ms, 30s, 15m, 12h, 28d or 4w"],
    ["    timeout: 0s", "must be a duration such as"],
    ["    timeout: 999999999999999w", "must be a duration such as"],
    ["    timeout: [15m]", "must be a duration such as 30s"],
    ["    fails: {}", "says nothing: it would match everything"],
    ["    fails: []", "must not be an empty list"],
    ["    entry: { span: x, event: y }", "can never match: span and event are on different hops"],
    ["    entry: { attributes: {} }", "must not be empty"],
    [
      "    entry: { log: '(x' }",
      "is not a pattern that can be run in linear time (RE2): error parsing regexp",
    ],
    ["    entry: { span: '' }", "must not be empty"],
    ["    succeeds: b", '"b" is optional: what may be skipped cannot mean success'],
    ["    objectives: { name: o }", "must be a list of objectives"],
    ["    objectives: [{ name: o, target: 100% }]", "must be below 100%"],
    ["    objectives: [{ name: o, target: 0.0% }]", "0% promises nothing"],
    ["    objectives: [{ name: o, target: 0.995 }]", "must be a percentage such as 99.5%"],
    ["    objectives: [{ name: o }]", "target: is missing"],
    [
      "    objectives: [{ name: o, target: 99% }, { name: o, target: 98% }]",
      'objectives/1/name: "o" is there already',
    ],
    [
      "    objectives: [{ name: o, target: 99%, window: 401d }]",
      "looks further back than journeys are kept (retention/journeys: 400d)",
    ],
    ["    subject: order.id", "Map keys must be unique"],
  ])("with %s is refused", (more, why) => {
    const told = ofJourney(more);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^w\.yaml:6 /);
    expect(told[0]).toContain(why);
  });

  test.each([
    ["{}", "needs at least one step that is not optional"],
    ["{ a: { event: a, optional: true } }", "needs at least one step that is not optional"],
    ["{ a: { event: a, optional: maybe } }", 'unknown value "maybe"; known: true, false'],
    ["{ a: { owner: them } }", "says nothing: it would match everything"],
    ["{ a: { event: a, match: { event: b } } }", "give one or the other"],
    ["{ a: order.placed }", "must be a mapping of names to values"],
    ["{ 1: { event: a } }", "names start with a letter"],
    ["{ a: { event: a, after: a } }", "steps wait for each other: a → a"],
    [
      "{ a: { event: a, after: c }, b: { event: b }, c: { event: c } }",
      "steps wait for each other: a → c → b → a",
    ],
  ])("with steps %s is refused", (steps, why) => {
    const told = ofJourney("", steps);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^w\.yaml:5 /);
    expect(told[0]).toContain(why);
  });

  test("is about a key that identifies, not one that is shared", () => {
    expect(ofKey("{ role: shared, from: order.id }")).toEqual([
      'w.yaml:3 journeys/j/subject: "order.id" is a shared key: a journey is about a key that identifies',
    ]);
  });
});

describe("a key", () => {
  test.each([
    ["{ from: order.id }", "role: is missing"],
    ["{ role: identifies, from: [] }", "must not be an empty list"],
    ["{ role: identifies, from: [{}] }", "needs exactly one of attribute, cloudevent, body"],
    [
      "{ role: identifies, from: [{ attribute: a, body: b }] }",
      "needs exactly one of attribute, cloudevent, body",
    ],
    [
      "{ role: identifies, from: [{ cloudevent: order.id }] }",
      "CloudEvents attribute names are lowercase letters and digits",
    ],
    ["{ role: identifies, from: [{ attribute: a, pointer: b/c }] }", "must be a JSON pointer"],
    [
      "{ role: identifies, from: [{ body: x, pointer: /c }] }",
      "pointer needs the attribute that holds the JSON",
    ],
    [
      "{ role: identifies, from: [{ body: '(a)\\1' }] }",
      "is not a pattern that can be run in linear time (RE2)",
    ],
  ])("that is %s is refused", (written, why) => {
    const told = ofKey(written);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^w\.yaml:2 keys\/order\.id/);
    expect(told[0]).toContain(why);
  });

  test("cannot be called trace", () => {
    expect(
      problems(
        "keys: { trace: { role: identifies, from: x } }\njourneys: { j: { subject: trace, owner: us, steps: { a: { event: a } } } }",
      ),
    ).toEqual(['w.yaml:1 keys/trace: "trace" is how a trace id is looked up: choose another name']);
  });
});

test.each([
  ["version: 2", 'unknown value "2"'],
  ["tags: { a: [] }", "must not be an empty list"],
  ["tags: [a]", "must be a mapping of names to entries"],
  ["privacy: { erase: [order.id] }", "privacy: is not supported yet: leave it empty or out"],
  ["notify: { webhook: [] }", 'did you mean "webhooks"?'],
  ["limits: { hub_subjects: 0 }", "must be a whole number from 1"],
  ["limits: { hub_subject: 5 }", 'did you mean "hub_subjects"?'],
  ["retention: { hops: 36h }", "must be whole days, such as 30d"],
  ["contracts: { c: { owner: us } }", "versions: is missing"],
  ["contracts: { c: { owner: us, versions: {} } }", "needs at least one version"],
  ["contracts: { c: { owner: us, versions: { 1: { sunset: soon } } } }", "must be a day such as 2026-12-31"],
  [
    "contracts: { c: { owner: us, versions: { 1: { deprecated: 2027-01-01, sunset: 2026-01-01 } } } }",
    "must be deprecated before its sunset",
  ],
])("%s is refused", (section, why) => {
  const told = problems(
    `${section}\njourneys: { j: { subject: order.id, owner: us, steps: { a: { event: a } } } }`,
  );
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^w\.yaml:1 /);
  expect(told[0]).toContain(why);
});

test.each([
  ["nothing at all", ""],
  ["a list", "- a\n- b"],
  ["a bare word", "hello"],
  ["a tab for an indent", "journeys:\n\tj: {}"],
  ["an open list", "keys: [a"],
  ["two documents", "journeys: {}\n---\njourneys: {}"],
  ["an alias that leads nowhere", "journeys: *nowhere"],
  ["a list for a name", "? [a, b]\n: c"],
  [
    "a name that JavaScript keeps for itself",
    "__proto__: { journeys: {} }\njourneys: { j: { subject: order.id, owner: us, steps: { a: { event: a } } } }",
  ],
  ["journeys without journeys", "journeys: {}"],
  [
    "an alias for every alias",
    `a: &a [x]\n${[..."bcdefgh"].map((c, i) => `${c}: &${c} [${`*${"abcdefgh"[i]},`.repeat(9)}]`).join("\n")}`,
  ],
])("%s is not a waybill.yaml, and that is said with a line", (_, text) => {
  const told = problems(text);
  expect(told.length).toBeGreaterThan(0);
  expect(told[0]).toMatch(/^w\.yaml:\d+ \S/);
});

test("any text gives definitions or problems, never a crash", () => {
  const word = fc.constantFrom(
    "journeys",
    "keys",
    "steps",
    "from",
    "a",
    "order.id",
    ":",
    "-",
    "{",
    "}",
    "[",
    "]",
    " ",
    "\n",
    "  ",
    "&x",
    "*x",
    "!!",
    "|",
    "'",
    "%",
    "<<",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      expect(Array.isArray(problems(words.join("")))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
