import { describe, expect, test } from "vitest";
import { byJourney, type Elder, keptSinceNs, saysMore } from "../../ingest/elder.ts";
import { fold } from "../../ingest/fold.ts";
import { journeyName } from "../../ingest/subject.ts";
import { at, CREATE_ORDER, DEFINITIONS, event, TEN_NS } from "./build.ts";

const DAY_MS = 86_400_000;
const SUBJECT = { kind: "order.id", id: "ORD-1" };
const NOW_NS = at(40 * DAY_MS);

/** What happened before hops are kept; a millisecond after ten each is. */
const EARLY = {
  placed: event({ name: "placed", atMs: 0 }),
  paid: event({ name: "paid", atMs: 1_000 }),
  rejected: event({ name: "rejected", atMs: 2_000, body: "no stock" }),
  shipped: event({ name: "shipped", atMs: 3_000 }),
  tooLate: event({ name: "shipped", atMs: 1_000_000 }),
  refunded: event({ name: "refunded", atMs: 2_000_000 }),
};
/** What is told today. */
const LATE = {
  placed: event({ name: "placed", atMs: 39 * DAY_MS }),
  paid: event({ name: "paid", atMs: 39 * DAY_MS + 1_000 }),
  rejected: event({ name: "rejected", atMs: 39 * DAY_MS + 2_000, body: "gone" }),
  shipped: event({ name: "shipped", atMs: 39 * DAY_MS + 3_000 }),
  refunded: event({ name: "refunded", atMs: 39 * DAY_MS + 4_000 }),
};
type Early = keyof typeof EARLY;
type Late = keyof typeof LATE;

const folded = (hops: Parameters<typeof fold>[0]["hops"], more: { elder?: Elder; bad?: true } = {}) => {
  const definition = more.bad ? { ...CREATE_ORDER, compensation: "bad" as const } : CREATE_ORDER;
  return fold({ definition, subject: SUBJECT, hops, tags: DEFINITIONS.tags, elder: more.elder }, NOW_NS);
};

/** The row of a journey, as it was before its hops were dropped. */
function rowOf(...early: Early[]): Elder {
  const journey = folded(early.map((name) => EARLY[name]));
  if (journey === null) throw new Error("no milestone");
  const { state, verdict, steps } = journey;
  return {
    ...journey,
    state: state === "overdue" ? "open" : state,
    countedNs: state === "open" || state === "overdue" ? null : (verdict?.atNs ?? null),
    reached: new Map(
      steps.flatMap((step) => (step.state === "done" && step.atNs !== null ? [[step.name, step.atNs]] : [])),
    ),
  };
}

/** What lists and objectives see of a journey. */
const outcome = (journey: ReturnType<typeof fold>) => {
  const { state, startedNs, endedNs, deadlineNs, late, recovered, verdict, next, failedStep } = journey ?? {};
  const steps = journey?.steps.map((step) => [step.name, step.state, step.atNs, step.dueNs]);
  return { state, startedNs, endedNs, deadlineNs, late, recovered, verdict, next, failedStep, steps };
};

const COURSES: Early[][] = [
  ["placed"],
  ["placed", "paid"],
  ["placed", "paid", "shipped"],
  ["placed", "rejected"],
  ["placed", "paid", "rejected"],
  ["placed", "paid", "rejected", "shipped"],
  ["placed", "paid", "tooLate"],
  ["placed", "rejected", "tooLate"],
  ["placed", "paid", "shipped", "refunded"],
];
const NEWS: Late[][] = [
  [],
  ["placed"],
  ["paid"],
  ["rejected"],
  ["shipped"],
  ["refunded"],
  ["placed", "paid", "shipped"],
  ["shipped", "refunded"],
];

describe.each(COURSES.map((course) => [course.join(", "), course] as const))("after %s", (_, course) => {
  test.each(NEWS.map((news) => [news.join(", ") || "nothing", news] as const))(
    "%s says what it would if all hops were kept",
    (_, news) => {
      const elder = rowOf(...course);
      const late = news.map((name) => LATE[name]);
      const whole = folded([...course.map((name) => EARLY[name]), ...late]);
      const told = folded(late, { elder });
      expect(outcome(told)).toEqual(outcome(whole));
      // Whether anything changed at all is known without the hops that are gone.
      const before = outcome(folded(course.map((name) => EARLY[name])));
      const isNews = JSON.stringify(before, asText) !== JSON.stringify(outcome(whole), asText);
      expect(told !== null && saysMore(told, elder)).toBe(isNews);
    },
  );
});

function asText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

test("a start that is told only now moves no journey that was counted long ago", () => {
  const elder = rowOf("paid", "shipped");
  expect(elder.startedNs).toBe(at(1_000));
  const { state, startedNs, verdict } = folded([LATE.placed], { elder }) ?? {};
  expect({ state, startedNs, counted: verdict?.atNs }).toEqual({
    state: "succeeded",
    startedNs: at(1_000),
    counted: at(3_000),
  });
});

test("a failure keeps the words it was stored with", () => {
  const elder = rowOf("placed", "rejected");
  expect(folded([LATE.paid], { elder })?.reason).toBe('"rejected" failed in shop: no stock');
});

test("a refund counts as the definition says, whenever it comes", () => {
  const elder = rowOf("placed", "paid", "shipped");
  expect(folded([LATE.refunded], { elder, bad: true })?.verdict).toMatchObject({ good: false });
});

test("hops that begin where the row does tell everything, and the row is not asked", () => {
  const elder = { ...rowOf("placed"), state: "failed" as const, endedNs: at(5), reason: "hearsay" };
  expect(folded([EARLY.placed, EARLY.paid, EARLY.shipped], { elder })).toMatchObject({ state: "succeeded" });
});

test("without a milestone left the row alone speaks", () => {
  const elder = rowOf("placed", "paid", "shipped");
  expect(folded([], { elder })).toMatchObject({ state: "succeeded", startedNs: at(0), endedNs: at(3_000) });
  expect(folded([])).toBeNull();
});

test("tags of the row stay, those that come late are added", () => {
  const elder = { ...rowOf("placed"), tags: new Map([["partner", "P-1"]]) };
  const late = event({ name: "paid", atMs: 39 * DAY_MS, keys: { "partner.id": "P-2" } });
  expect([...(folded([late], { elder })?.tags ?? [])]).toEqual([["partner", "P-1"]]);
  expect([...(folded([late], { elder: rowOf("placed") })?.tags ?? [])]).toEqual([["partner", "P-2"]]);
});

test("hops are kept from the begin of a day on", () => {
  const retention = DEFINITIONS.retention;
  expect(keptSinceNs(retention, TEN_NS)).toBe(BigInt(Date.UTC(2026, 7, 2)) * 1_000_000n);
});

test("an elder is found by its definition and subject", () => {
  const elder = rowOf("placed");
  expect(byJourney([elder]).get(journeyName("create-order", SUBJECT))).toBe(elder);
});
