import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Definition, Definitions } from "../../ingest/definitions.ts";
import { parseDefinitions, renderProblem } from "../../ingest/yaml.ts";

/** The definitions of a text that is expected to be fine. */
function parsed(text: string): Definitions {
  const outcome = parseDefinitions(text, "w.yaml");
  if ("problems" in outcome) throw new Error(outcome.problems.map(renderProblem).join("\n"));
  return outcome.definitions;
}

/** A journey with steps `a`, `b`, `c`, each reached by an event of its name, and what else a test says of it. */
function journey(more = "", steps = "{ a: { event: a }, b: { event: b }, c: { event: c } }"): Definition {
  const text = `journeys:\n  j:\n    subject: order.id\n    owner: us\n    steps: ${steps}\n${more}`;
  const [only] = parsed(text).journeys;
  if (!only) throw new Error("no journey");
  return only;
}

const WHOLE = readFileSync(new URL("./whole.yaml", import.meta.url), "utf8");

describe("the example of the design", () => {
  const whole = parsed(WHOLE);
  const order = whole.journeys[0];

  test("keeps its kinds of keys in order of authority, with every place to look", () => {
    expect(whole.keys.map(({ kind, role, many }) => [kind, role, many])).toEqual([
      ["order.id", "identifies", false],
      ["correlation.id", "identifies", false],
      ["item.id", "identifies", false],
      ["package.id", "shared", true],
    ]);
    expect(whole.keys[0]?.from.at(-1)).toEqual({ kind: "cloudevent", name: "orderid" });
    expect(whole.keys[1]?.from.at(-1)).toEqual({
      kind: "pointer",
      attribute: "app.payload",
      pointer: "/meta/cid",
    });
    const [body] = whole.keys[2]?.from ?? [];
    expect(body?.kind === "body" && body.pattern.find("packed item=PKG-7 now")).toBe("PKG-7");
  });

  test("keeps tags, contracts, retention and limits", () => {
    expect([...whole.tags]).toEqual([
      ["partner.id", ["partner.id"]],
      ["order.amount", ["app.order.amount"]],
    ]);
    expect(whole.contracts).toEqual([
      {
        name: "order.placed",
        owner: "orders-team",
        versions: [
          { version: "1.10", deprecated: "2026-09-01", sunset: "2027-03-31" },
          { version: "2.0", deprecated: null, sunset: null },
        ],
        producers: ["orders"],
        consumers: ["inventory", "billing"],
      },
    ]);
    expect(whole.retention).toEqual({ hopsDays: 14, journeysDays: 400, deadLettersDays: 30 });
    expect(whole.limits).toEqual({ hubSubjects: 50, aheadMs: 3_600_000 });
  });

  test("resolves its steps: who owns them, what they wait for, when they are due", () => {
    expect(order?.steps.map(({ match: _, ...step }) => step)).toEqual([
      { name: "placed", owner: "checkout-team", after: [], optional: false, withinMs: null },
      { name: "paid", owner: "payments-team", after: ["placed"], optional: false, withinMs: 30_000 },
      { name: "packed", owner: "checkout-team", after: ["paid"], optional: true, withinMs: null },
      { name: "shipped", owner: "checkout-team", after: ["paid"], optional: false, withinMs: null },
    ]);
    expect(order).toMatchObject({
      start: "placed",
      succeeds: "shipped",
      timeoutMs: 900_000,
      compensation: "keep",
    });
  });

  test("compiles its matchers", () => {
    const [paid] = order?.steps[1]?.match ?? [];
    expect(paid?.span?.test("capture card")).toBe(true);
    expect(paid?.service?.test("payments-eu")).toBe(false);
    expect(order?.fails.map(({ status }) => status)).toEqual(["error", undefined]);
    expect(order?.compensates).toHaveLength(1);
    expect(order?.entry[0]?.attributes?.get("http.response.status_code")?.test("504")).toBe(true);
  });

  test("keeps objectives as exact fractions", () => {
    const window = { kind: "rolling", lengthMs: 2_419_200_000 };
    expect(order?.objectives).toMatchObject([
      {
        name: "success",
        target: { numerator: 995, denominator: 1000 },
        window,
        measure: { kind: "success" },
        minBadEvents: { page: 2, ticket: 1 },
      },
      {
        name: "fast",
        target: { numerator: 99, denominator: 100 },
        window,
        measure: { kind: "latency", withinMs: 400 },
        minBadEvents: { page: 1, ticket: 1 },
      },
    ]);
  });
});

test("the definitions that ship with the product are fine", () => {
  const shipped = parsed(readFileSync(new URL("../../waybill.yaml", import.meta.url), "utf8"));
  expect(shipped.journeys.map(({ name }) => name)).toEqual(["create-order", "refund"]);
});

describe("what is left out has a default", () => {
  test("keys: the names that order and correlation ids have in the wild", () => {
    const { keys, retention, limits, tags } = parsed(
      "journeys: { j: { subject: order.id, owner: us, steps: { a: { event: a } } } }",
    );
    const names = keys.map(({ from }) =>
      from.map((source) => source.kind !== "body" && "name" in source && source.name),
    );
    expect(names).toEqual([
      ["order.id", "order_id", "orderId", "app.order.id", "demo.order.id", "orderid"],
      [
        "correlation.id",
        "correlation_id",
        "correlationId",
        "app.correlation.id",
        "demo.correlation.id",
        "x-correlation-id",
        "http.request.header.x-correlation-id",
        "correlationid",
      ],
    ]);
    expect(retention).toEqual({ hopsDays: 30, journeysDays: 400, deadLettersDays: 30 });
    expect(limits).toEqual({ hubSubjects: 100, aheadMs: 86_400_000 });
    expect(tags.size).toBe(0);
  });

  test("journeys: fifteen minutes, the first step starts, the last required one means success", () => {
    const { entry, fails, compensates, objectives, ...rest } = journey(
      "",
      "{ a: { event: a }, b: { event: b }, c: { event: c, optional: true } }",
    );
    expect([entry, fails, compensates, objectives]).toEqual([[], [], [], []]);
    expect(rest).toMatchObject({ start: "a", succeeds: "b", timeoutMs: 900_000, compensation: "keep" });
  });

  test("steps: each waits for the required one before it, whatever is optional in between", () => {
    const steps =
      "{ o: { event: o, optional: true }, a: { event: a }, p: { event: p, optional: true }, b: { event: b }, c: { event: c, after: [] } }";
    expect(journey("", steps).steps.map(({ after }) => after)).toEqual([[], [], ["a"], ["a"], []]);
  });
});

test("one entry may stand for a list of one, and a bare list for the matchers of a step", () => {
  const { steps, fails } = journey(
    "    fails: { event: no }",
    "{ a: [{ event: a }, { event: z }], b: { event: b, after: a }, c: { match: { event: c }, owner: them } }",
  );
  expect(steps.map(({ match, after }) => [match.length, after])).toEqual([
    [2, []],
    [1, ["a"]],
    [1, ["b"]],
  ]);
  expect(steps[2]?.owner).toBe("them");
  expect(fails).toHaveLength(1);
});

test("another step may start the journey, and another one mean success", () => {
  expect(journey("    starts: b\n    succeeds: b")).toMatchObject({ start: "b", succeeds: "b" });
});

test("what looks like a number, a truth or a day in YAML stays the text it is", () => {
  const [match] =
    journey("", "{ a: { event: no, attributes: { n: 1.10, b: true, d: 2026-01-01, z: 0x10 } } }").steps[0]
      ?.match ?? [];
  expect(match?.event?.source).toBe("no");
  expect([...(match?.attributes ?? [])].map(([, { source }]) => source)).toEqual([
    "1.10",
    "true",
    "2026-01-01",
    "0x10",
  ]);
});

test.each([
  ["400ms", 400],
  ["30s", 30_000],
  ["15m", 900_000],
  ["12h", 43_200_000],
  ["28d", 2_419_200_000],
  ["4w", 2_419_200_000],
])("%s is %i ms", (written, ms) => {
  expect(journey(`    timeout: ${written}`).timeoutMs).toBe(ms);
});

test.each([
  ["99.5%", 995, 1_000],
  ["99%", 99, 100],
  ["99.999%", 99_999, 100_000],
  ["0.1%", 1, 1_000],
  ["99.123456789%", 99_123_456_789, 100_000_000_000],
])("a target of %s is %i of %i", (written, numerator, denominator) => {
  const [objective] = journey(`    objectives: [{ name: o, target: ${written} }]`).objectives;
  expect(objective).toMatchObject({ target: { numerator, denominator } });
});

describe("the version of a definition", () => {
  const plain = journey().version;

  test("is eight hex digits", () => {
    expect(plain).toMatch(/^[0-9a-f]{8}$/);
  });

  test.each([
    [
      "defaults written out",
      journey("    timeout: 15m\n    compensation: keep\n    starts: a\n    succeeds: c"),
    ],
    ["objectives", journey("    objectives: [{ name: o, target: 99% }]")],
    ["who owns a step", journey("", "{ a: { event: a }, b: { event: b, owner: them }, c: { event: c } }")],
    ["spelling", journey("", "{ a: [{ event: a }], b: { event: b, after: [a] }, c: { event: c } }")],
  ])("stays the same under %s", (_, changed) => {
    expect(changed.version).toBe(plain);
  });

  test.each([
    ["the timeout", journey("    timeout: 16m")],
    ["a matcher", journey("", "{ a: { event: a }, b: { event: b }, c: { event: c* } }")],
    ["the order of steps", journey("", "{ b: { event: b }, a: { event: a }, c: { event: c } }")],
    ["what fails it", journey("    fails: { event: no }")],
    ["a pattern inside attributes", journey("    fails: { attributes: { x: y } }")],
  ])("changes with %s", (_, changed) => {
    expect(changed.version).not.toBe(plain);
  });

  test("does not depend on the order in which the parts of a matcher are written", () => {
    const one = journey("", "{ a: { event: a, attributes: { x: 1, y: 2 } } }");
    const other = journey("", "{ a: { attributes: { y: 2, x: 1 }, event: a } }");
    expect(one.version).toBe(other.version);
  });
});
