import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import type { Definition } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import type { Journey } from "../../ingest/journey.ts";
import { at, CREATE_ORDER, event, span } from "./build.ts";
import { shuffled } from "./world.ts";

const SUBJECT = { kind: "order.id", id: "ORD-1" };
const DEADLINE_MS = 900_000;

function folded(hops: readonly Hop[], nowMs = 1_000_000, definition: Definition = CREATE_ORDER): Journey {
  const journey = fold({ definition, subject: SUBJECT, hops, tags: new Map() }, at(nowMs));
  if (journey === null) throw new Error("no milestone");
  return journey;
}

const placed = event({ name: "placed", atMs: 0 });
const paid = event({ name: "paid", atMs: 1_000 });
const shipped = event({ name: "shipped", atMs: 5_000 });
const declined = event({
  name: "paid",
  atMs: 1_000,
  service: "payments",
  status: "error",
  body: "card declined",
});
const states = (journey: Journey) => journey.steps.map((step) => `${step.name} ${step.state}`);

describe("a journey", () => {
  test("does not exist before its first milestone", () => {
    const hops = [event({ name: "browsed" })];
    expect(fold({ definition: CREATE_ORDER, subject: SUBJECT, hops, tags: new Map() }, at(0))).toBeNull();
  });

  test("is open before its deadline, overdue behind it, read off the clock alone", () => {
    const hops = [placed, paid];
    expect(folded(hops, DEADLINE_MS).state).toBe("open");
    expect(folded(hops, DEADLINE_MS).verdict).toBeNull();
    const overdue = folded(hops, DEADLINE_MS + 1);
    expect(overdue.state).toBe("overdue");
    expect(overdue.verdict).toEqual({ atNs: at(DEADLINE_MS), good: false, excluded: false });
    expect(overdue.reason).toContain('"shipped" has not happened; shipped-team owns it');
  });

  test("succeeds when its last required step is reached, and counts in that minute", () => {
    const journey = folded([placed, paid, shipped]);
    expect(journey).toMatchObject({
      state: "succeeded",
      late: false,
      recovered: false,
      next: null,
      reason: null,
    });
    expect(journey.verdict).toEqual({ atNs: at(5_000), good: true, excluded: false });
    expect(states(journey)).toEqual(["placed done", "paid done", "gift-wrapped skipped", "shipped done"]);
  });

  test("that fails names the step and the error", () => {
    const journey = folded([placed, declined], 2_000);
    expect(journey).toMatchObject({ state: "failed", failedStep: "paid", endedNs: at(1_000) });
    expect(journey.reason).toBe('"paid" failed in payments: card declined');
    expect(states(journey)).toEqual([
      "placed done",
      "paid failed",
      "gift-wrapped skipped",
      "shipped skipped",
    ]);
    expect(journey.verdict).toEqual({ atNs: at(1_000), good: false, excluded: false });
  });

  test("that succeeds in time after a failure is recovered and good", () => {
    const journey = folded([placed, declined, event({ name: "paid", atMs: 2_000 }), shipped]);
    expect(journey).toMatchObject({ state: "succeeded", recovered: true, late: false });
    expect(journey.verdict).toEqual({ atNs: at(5_000), good: true, excluded: false });
  });

  test("that succeeds after its deadline is late, and stays bad in the minute of the deadline", () => {
    const journey = folded(
      [placed, paid, event({ name: "shipped", atMs: DEADLINE_MS + 60_000 })],
      DEADLINE_MS + 90_000,
    );
    expect(journey).toMatchObject({ state: "succeeded", late: true });
    expect(journey.verdict).toEqual({ atNs: at(DEADLINE_MS), good: false, excluded: false });
  });

  test("that failed first and succeeded too late counts where it failed", () => {
    const journey = folded(
      [placed, declined, event({ name: "shipped", atMs: DEADLINE_MS + 1 })],
      DEADLINE_MS + 2,
    );
    expect(journey.verdict).toEqual({ atNs: at(1_000), good: false, excluded: false });
  });

  test("starts at the begin of its start step, though other milestones are older", () => {
    const start = span({ trace: "t", id: "place", name: "placed", fromMs: 100, toMs: 400 });
    const definition = {
      ...CREATE_ORDER,
      steps: CREATE_ORDER.steps.map((s) =>
        s.name === "placed"
          ? { ...s, match: [{ span: { source: "placed", test: (n: string) => n === "placed" } }] }
          : s,
      ),
    };
    const journey = folded([event({ name: "paid", atMs: 50 }), start], 500, definition);
    expect(journey.startedNs).toBe(at(100));
    expect(journey.steps[0]?.atNs).toBe(at(400));
  });

  test.each([
    ["keep", { good: true, excluded: false }],
    ["exclude", { good: true, excluded: true }],
    ["bad", { good: false, excluded: false }],
    ["good", { good: true, excluded: false }],
  ] as const)(
    "compensated after success is its own state; %s decides what it does to the budget",
    (compensation, verdict) => {
      const hops = [placed, paid, shipped, event({ name: "refunded", atMs: 9_000 })];
      const journey = folded(hops, 10_000, { ...CREATE_ORDER, compensation });
      expect(journey).toMatchObject({ state: "compensated", compensatedNs: at(9_000), endedNs: at(5_000) });
      expect(journey.verdict).toEqual({ atNs: at(5_000), ...verdict });
    },
  );

  test("is not compensated by what came before its success", () => {
    const journey = folded([placed, event({ name: "refunded", atMs: 500 }), shipped]);
    expect(journey.state).toBe("succeeded");
  });

  test("says what comes next, when it is due and who owns it", () => {
    expect(folded([placed], 1_000).next).toEqual({ step: "paid", dueNs: at(30_000), owner: "paid-team" });
    expect(folded([placed, paid], 2_000).next).toEqual({
      step: "shipped",
      dueNs: at(DEADLINE_MS),
      owner: "shipped-team",
    });
    expect(states(folded([placed], 31_000))[1]).toBe("paid overdue");
  });

  test("tells what the caller got last, apart from how the journey went", () => {
    const post = (fromMs: number, code: string) =>
      span({
        trace: `t${code}`,
        id: "g",
        name: "POST /orders",
        service: "gateway",
        fromMs,
        toMs: fromMs + 30,
        keys: { "http.response.status_code": code },
      });
    const journey = folded([post(0, "504"), placed, paid, shipped]);
    expect(journey.state).toBe("succeeded");
    expect(journey.seenByCaller).toMatchObject({
      status: "504",
      error: "HTTP 504",
      durationMs: 30,
      service: "gateway",
    });
    expect(folded([post(0, "504"), post(90, "200"), placed]).seenByCaller).toMatchObject({
      status: "200",
      error: null,
    });
  });

  test("is the same in whatever order its facts came", () => {
    const hops = [
      placed,
      declined,
      event({ name: "paid", atMs: 2_000 }),
      shipped,
      event({ name: "refunded", atMs: 9_000 }),
    ];
    for (let seed = 0; seed < 50; seed++) expect(folded(shuffled(hops, seed))).toEqual(folded(hops));
  });
});
