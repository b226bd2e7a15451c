/** What is counted by the million is what each journey folds to, one by one: through real rows, on the real engine. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { journeysBlock } from "../../ingest/blocks.ts";
import type { Definition, Objective } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import type { Journey } from "../../ingest/journey.ts";
import { openBoard } from "../../slo/board.ts";
import { recount } from "../../slo/recount.ts";
import { at, CREATE_ORDER, event, step } from "../ingest/build.ts";
import { onBothShapes } from "../server.ts";
import { journeysTable } from "./journeys.ts";
import { outcomeOf } from "./outcomes.ts";
import { MINUTE_MS, someObjective } from "./promise.ts";

const NOW_MS = 30 * MINUTE_MS;
const TAGS = new Map([["partner", ["partner.id"]]]);

const ofStep = (name: string, withinMs: number) =>
  someObjective({ name: `${name} ${withinMs}`, measure: { kind: "step", step: name, withinMs } });

/** Steps side by side, optional ones behind optional ones, and one that waits for two of them. */
const definition: Definition = {
  ...CREATE_ORDER,
  steps: [
    step("placed"),
    step("scored", { after: ["placed"], optional: true }),
    step("paid", { after: ["scored"] }),
    step("wrapped", { after: ["paid"], optional: true }),
    step("labelled", { after: ["wrapped"], optional: true }),
    step("shipped", { after: ["labelled", "scored"] }),
  ],
  compensation: "exclude",
  objectives: [
    someObjective(),
    someObjective({ name: "fast", measure: { kind: "latency", withinMs: 300_000 } }),
    someObjective({ name: "acme", where: new Map([["partner", ["acme"]]]) }),
    ofStep("scored", 30_000),
    ofStep("paid", 30_000),
    ofStep("paid", 400_000),
    ofStep("labelled", 120_000),
    ofStep("shipped", 120_000),
  ],
};

/** One order's facts: which happened, and when, on both sides of every deadline. */
const someOrder = fc.record(
  Object.fromEntries(
    ["placed", "scored", "paid", "declined", "wrapped", "labelled", "shipped", "rejected", "refunded"].map(
      (name) => {
        const isRare = ["declined", "rejected", "refunded"].includes(name);
        const moment = fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: 1_200_000 }));
        return [name, fc.option(moment, { freq: isRare ? 1 : 4, nil: null })];
      },
    ),
  ),
);

/** Journeys as they stand now, out of every kind of history. */
function journeysNow(): Journey[] {
  const orders = fc.sample(someOrder, { numRuns: 600, seed: 20260310 });
  return orders.flatMap((moments, number) => {
    const id = `ORD-${number}`;
    const keys = { "partner.id": number % 2 === 0 ? "acme" : "globex" };
    const hops = Object.entries(moments).flatMap(([name, atMs]) => {
      if (atMs === null || atMs === undefined) return [];
      const isDeclined = name === "declined";
      return [
        event({
          name: isDeclined ? "paid" : name,
          atMs,
          keys,
          body: id,
          ...(isDeclined ? { status: "error" } : {}),
        }),
      ];
    });
    return fold({ definition, subject: { kind: "order.id", id }, hops, tags: TAGS }, at(NOW_MS)) ?? [];
  });
}

function byMinute(
  journeys: readonly Journey[],
  objective: Objective,
  watermarkMs: number,
): Map<number, string> {
  const counted = new Map<number, { good: number; bad: number }>();
  for (const journey of journeys) {
    const outcome = outcomeOf(journey, objective, definition);
    if (outcome === null || outcome.atNs >= BigInt(watermarkMs) * 1_000_000n) continue;
    const minute = Number(outcome.atNs / 60_000_000_000n);
    const { good, bad } = counted.get(minute) ?? { good: 0, bad: 0 };
    counted.set(minute, outcome.good ? { good: good + 1, bad } : { good, bad: bad + 1 });
  }
  return told([...counted].map(([minute, sides]) => ({ minute, ...sides })));
}

function told(minutes: Iterable<{ minute: number; good: number; bad: number }>): Map<number, string> {
  return new Map(
    [...minutes]
      .sort((a, b) => a.minute - b.minute)
      .map(({ minute, good, bad }) => [minute, `${good} good, ${bad} bad`]),
  );
}

onBothShapes("journeys of every kind", (open) => {
  test("count as each of them folds, for every objective, and a count from nothing agrees", async () => {
    const store = await open();
    await journeysTable(store);
    const journeys = journeysNow();
    await store.insertNative("journeys", [journeysBlock("", journeys, 1n)]);
    const nowMs = Number(at(NOW_MS) / 1_000_000n);
    const board = openBoard({ store, definitions: [definition], tenant: "" });
    const { watermarkMs } = await board.read(nowMs);
    for (const objective of definition.objectives) {
      const counted = await board.counted(`create-order.${objective.name}`, nowMs);
      const held = told(counted.minutes({ fromMs: 0, toMs: watermarkMs }));
      const folded = byMinute(journeys, objective, watermarkMs);
      expect([objective.name, held]).toEqual([objective.name, folded]);
      // Both sides, or the test would not tell them apart.
      const total = counted.count({ fromMs: watermarkMs - 30 * MINUTE_MS, toMs: watermarkMs });
      expect(Math.min(total.good, total.bad)).toBeGreaterThan(20);
    }
    const proof = await recount({ store, board, tenant: "", nowMs: () => nowMs });
    expect(proof.objectives.filter(({ differentMinutes }) => differentMinutes > 0)).toEqual([]);
  });
});
