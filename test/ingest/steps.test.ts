import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import type { Definition } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import type { Journey } from "../../ingest/journey.ts";
import { at, CREATE_ORDER, event, onEvent, pattern, span, step } from "./build.ts";

/** placed → paid and, beside it, reserved → packed (optional) → shipped, which waits for paid and packed. */
const PARALLEL: Definition = {
  ...CREATE_ORDER,
  steps: [
    step("placed"),
    step("paid", { after: ["placed"], withinMs: 60_000 }),
    step("reserved", { after: ["placed"], withinMs: 30_000 }),
    step("packed", { after: ["reserved"], optional: true }),
    step("shipped", { after: ["paid", "packed"], withinMs: 120_000 }),
  ],
};

function folded(definition: Definition, hops: readonly Hop[], nowMs: number): Journey {
  const journey = fold(
    { definition, subject: { kind: "order.id", id: "A" }, hops, tags: new Map() },
    at(nowMs),
  );
  if (journey === null) throw new Error("no milestone");
  return journey;
}

const done = (name: string, atMs: number) => event({ name, atMs });

describe("steps side by side", () => {
  test("the one that is due first comes next, wherever it is listed", () => {
    expect(folded(PARALLEL, [done("placed", 0)], 1).next).toMatchObject({
      step: "reserved",
      dueNs: at(30_000),
    });
  });

  test("a step is not next while another that it waits for is missing", () => {
    const hops = [done("placed", 0), done("reserved", 5_000)];
    expect(folded(PARALLEL, hops, 6_000).next).toMatchObject({ step: "paid", dueNs: at(60_000) });
  });

  test("an optional step that was skipped passes its clock on to the step behind it", () => {
    const hops = [done("placed", 0), done("paid", 10_000), done("reserved", 20_000)];
    expect(folded(PARALLEL, hops, 21_000).next).toMatchObject({ step: "shipped", dueNs: at(140_000) });
    const packed = [...hops, done("packed", 40_000)];
    expect(folded(PARALLEL, packed, 41_000).next).toMatchObject({ step: "shipped", dueNs: at(160_000) });
  });

  test("what the journey went past unseen is not waited for", () => {
    const hops = [done("reserved", 5_000), done("paid", 6_000)];
    expect(folded(PARALLEL, hops, 7_000).next?.step).toBe("shipped");
  });
});

describe("reasons", () => {
  const failing: Definition = { ...CREATE_ORDER, fails: [{ span: pattern("capture"), status: "error" }] };
  const capture = span({ trace: "t", id: "capture", status: "error", fromMs: 10, toMs: 20 });
  const exception = (keys: Record<string, string>) =>
    event({ name: "payments.capture.exception", in: "t/capture", keys, atMs: 15 });

  test("an exception that is a log event in the failed span gives its reason, as one on the span does", () => {
    const logged = exception({ "exception.type": "CardError", "exception.message": "card declined" });
    expect(folded(failing, [done("placed", 0), capture, logged], 30).reason).toBe(
      '"capture" failed in shop: card declined',
    );
    const onSpan = {
      ...capture,
      events: [
        { atNs: at(15), name: "exception", attributes: new Map([["exception.message", "card declined"]]) },
      ],
    };
    expect(folded(failing, [done("placed", 0), onSpan], 30).reason).toBe(
      '"capture" failed in shop: card declined',
    );
  });

  test("an exception without a message is named by its type", () => {
    expect(
      folded(failing, [done("placed", 0), capture, exception({ "exception.type": "CardError" })], 30).reason,
    ).toBe('"capture" failed in shop: CardError');
  });

  test("an exception logged in another span explains nothing", () => {
    const elsewhere = event({
      name: "x",
      in: "t/other",
      keys: { "exception.message": "disk full" },
      atMs: 15,
    });
    expect(folded(failing, [done("placed", 0), capture, elsewhere], 30).reason).toBe(
      '"capture" failed in shop',
    );
  });

  test("where no span shows an error the missing step is named, with its owner", () => {
    const journey = folded(CREATE_ORDER, [done("placed", 0)], 900_001);
    expect(journey).toMatchObject({ state: "overdue", failedStep: "paid" });
    expect(journey.reason).toBe('"paid" has not happened; paid-team owns it');
  });
});

test("a step may be reached by a log event, a span at its end, or a CloudEvent alike", () => {
  const definition: Definition = {
    ...CREATE_ORDER,
    steps: [
      step("placed", {
        match: [onEvent("placed"), { span: pattern("place") }, { cloudevent: pattern("placed") }],
      }),
      step("shipped", { after: ["placed"] }),
    ],
  };
  const forms: [Hop, number][] = [
    [done("placed", 40), 40],
    [span({ trace: "t", id: "place", fromMs: 10, toMs: 70 }), 70],
    [{ ...done("placed", 30), kind: "cloudevent" }, 30],
  ];
  for (const [hop, atMs] of forms)
    expect(folded(definition, [hop], 100).steps[0]).toMatchObject({ state: "done", atNs: at(atMs) });
});
