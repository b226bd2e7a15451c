import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import type { Definition } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import { outOfOrder } from "../../ingest/sequence.ts";
import { at, CREATE_ORDER, event, pattern, span, step } from "./build.ts";
import { shuffled } from "./world.ts";

function contradictions(hops: readonly Hop[], definition: Definition = CREATE_ORDER): string[] {
  const journey = fold(
    { definition, subject: { kind: "order.id", id: "A" }, hops, tags: new Map() },
    at(2_000_000),
  );
  const found = outOfOrder(hops, { journeys: journey === null ? [] : [journey], definitions: [definition] });
  return [...found].map(([id, text]) => `${hops.find((hop) => hop.id === id)?.name}: ${text}`);
}

const placed = event({ name: "placed", atMs: 0 });
const said = (name: string, atMs: number) => event({ name, atMs });

describe("a step that came before one it waits for", () => {
  test("contradicts it", () => {
    expect(contradictions([placed, said("paid", -30_000), said("shipped", 5)])).toEqual([
      'paid: Step "paid" in shop came 30000 ms before "placed" in shop, which it waits for.',
    ]);
    expect(contradictions([placed, said("paid", 0), said("shipped", 5)])).toEqual([]);
  });

  test("is held against the nearest that were seen, over steps that were not", () => {
    expect(contradictions([placed, said("shipped", -5)])).toEqual([
      'shipped: Step "shipped" in shop came 5 ms before "placed" in shop, which it waits for.',
    ]);
    // The payment is what is odd; the shipment came well after it.
    expect(contradictions([placed, said("paid", -9), said("shipped", -5)])).toEqual([
      'paid: Step "paid" in shop came 9 ms before "placed" in shop, which it waits for.',
      "shipped: create-order ended 5 ms before it began, in shop.",
    ]);
  });

  test("may have come while that one was still going on", () => {
    const steps = CREATE_ORDER.steps.map((each) =>
      each.name === "paid" ? { ...each, match: [{ span: pattern("capture") }] } : each,
    );
    const capture = span({ trace: "t", id: "capture", fromMs: 10, toMs: 90 });
    const definition = { ...CREATE_ORDER, steps };
    expect(contradictions([placed, capture, said("shipped", 40)], definition)).toEqual([]);
    expect(contradictions([placed, capture, said("shipped", 9)], definition)).toEqual([
      'shipped: Step "shipped" in shop came 1 ms before "paid" in shop, which it waits for.',
    ]);
  });

  test("is none where steps run side by side, or where what it waits for failed", () => {
    const parallel: Definition = {
      ...CREATE_ORDER,
      steps: [
        step("placed"),
        step("paid", { after: ["placed"] }),
        step("reserved", { after: ["placed"] }),
        step("shipped", { after: ["paid", "reserved"] }),
      ],
    };
    expect(
      contradictions([placed, said("reserved", 3), said("paid", 9), said("shipped", 12)], parallel),
    ).toEqual([]);
    expect(
      contradictions([placed, said("reserved", 3), said("paid", 9), said("shipped", 5)], parallel),
    ).toEqual(['shipped: Step "shipped" in shop came 4 ms before "paid" in shop, which it waits for.']);
    const declined = event({ name: "paid", atMs: 9, status: "error" });
    expect(contradictions([placed, declined, said("shipped", 5)])).toEqual([]);
  });
});

describe("an end before the start", () => {
  test("is a contradiction of the hop that failed the journey", () => {
    expect(contradictions([placed, said("rejected", -30_000)])).toEqual([
      "rejected: create-order ended 30000 ms before it began, in shop.",
    ]);
    const declined = event({ name: "paid", atMs: -9, status: "error" });
    expect(contradictions([placed, declined])).toEqual([
      "paid: create-order ended 9 ms before it began, in shop.",
    ]);
  });

  test("is none where the journey recovered from it", () => {
    expect(contradictions([said("rejected", -30_000), placed, said("paid", 1), said("shipped", 2)])).toEqual(
      [],
    );
  });
});

test("contradictions are the same in whatever order the hops came", () => {
  const hops = [placed, said("paid", -9), said("gift-wrapped", -20), said("shipped", -5)];
  const wanted = contradictions(hops);
  expect(wanted).toHaveLength(3);
  for (let seed = 0; seed < 20; seed++) expect(contradictions(shuffled(hops, seed))).toEqual(wanted);
});
