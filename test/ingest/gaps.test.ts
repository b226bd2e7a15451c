/** What an answer cannot be sure of: facts from a time to come, and facts without a name. */
import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { gapsOf } from "../../ingest/gaps.ts";
import { graphOf } from "../../ingest/graph.ts";
import { stitch } from "../../ingest/stitch.ts";
import { at, event, KINDS, span } from "./build.ts";

const HOUR_MS = 3_600_000;
const KEYS = { "order.id": "A" };

/** The doubts about order A, asked an hour after ten unless said. */
function doubts(hops: readonly Hop[], nowMs = HOUR_MS): string[] {
  const graph = graphOf(hops, KINDS);
  const members = stitch(graph, { kinds: KINDS, subjectKind: "order.id", hubSubjects: 100 }).get(
    "order.id=A",
  );
  const asked = { truncated: false, outOfOrder: new Map<string, string>(), nowNs: at(nowMs) };
  return gapsOf(graph, members ?? [], asked).map(({ kind, text }) => `${kind}: ${text}`);
}

/** An event told at ten that is dated so much later. */
function shipped(aheadMs: number): Hop {
  return { ...event({ name: "shipped", keys: KEYS, atMs: aheadMs }), receivedNs: at(0) };
}

describe("a fact that is dated ahead of its arrival", () => {
  test("has a suspect clock, also once its time has come", () => {
    const wanted = ['clock-suspect: shop "shipped" is dated 60 min after it arrived.'];
    expect(doubts([shipped(HOUR_MS)], 0)).toEqual(wanted);
    expect(doubts([shipped(HOUR_MS)], 2 * HOUR_MS)).toEqual(wanted);
  });

  test("by up to a minute has not, for clocks differ", () => {
    expect(doubts([shipped(60_000)])).toEqual([]);
    expect(doubts([shipped(60_001)])).toEqual([
      'clock-suspect: shop "shipped" is dated 1 min after it arrived.',
    ]);
  });

  test("as a span counts by its end", () => {
    const sent = span({ trace: "T", id: "send", keys: KEYS, fromMs: -10, toMs: 2 * HOUR_MS });
    expect(doubts([{ ...sent, receivedNs: at(0) }])).toEqual([
      'clock-suspect: shop "send" is dated 120 min after it arrived.',
    ]);
  });
});

test("a fact of a time to come has a suspect clock, though it arrived later still by a clock that was ahead as well", () => {
  const ahead = { ...shipped(HOUR_MS), receivedNs: at(HOUR_MS) };
  expect(doubts([ahead], 0)).toEqual(['clock-suspect: shop "shipped" lies in the future.']);
  expect(doubts([ahead], HOUR_MS - 60_000)).toEqual([]);
});

describe("a log line without a name", () => {
  const line = (service: string): Hop => ({
    ...event({ name: "", service, keys: KEYS, body: "reserved" }),
    receivedNs: at(HOUR_MS),
  });

  test("is called by what it is", () => {
    expect(doubts([line("inventory")])).toEqual([
      "late: A log line in inventory arrived 60 min after it happened.",
    ]);
    expect(doubts([line("")])).toEqual([
      "late: A log line in an unnamed service arrived 60 min after it happened.",
    ]);
  });

  test("is so within a sentence too", () => {
    const parent = span({ trace: "T", id: "reserve", keys: KEYS, fromMs: 9_000 });
    const inside = {
      ...event({ name: "", service: "inventory", keys: KEYS, in: "T/reserve" }),
      receivedNs: at(0),
    };
    expect(doubts([inside])).toContain(
      "parent-missing: The span around a log line in inventory never arrived.",
    );
    expect(doubts([inside, parent]).join()).toContain("A log line in inventory begins 9000 ms before");
  });
});
