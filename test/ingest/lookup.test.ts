/** Searches by trace: every subject that a trace leads to, and what is in it that leads to none. */
import { expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import type { Definition, Definitions, KeyKind } from "../../ingest/definitions.ts";
import { keysOf } from "../../ingest/keys.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { at, CREATE_ORDER, DEFINITIONS, KINDS, span, trace } from "./build.ts";
import { Kept } from "./kept.ts";

const REFUND: Definition = { ...CREATE_ORDER, name: "refund", subject: "refund.id" };
const REFUND_FIRST: Definitions = { ...DEFINITIONS, journeys: [REFUND, CREATE_ORDER] };

/** What a search for the trace `t` finds. */
async function search(hops: readonly Hop[], definitions = REFUND_FIRST) {
  const kept = new Kept();
  kept.add(
    "acme",
    hops.map((hop) => ({ hop, keys: keysOf(hop, definitions.keys) })),
  );
  const lookup = createLookup({
    source: kept,
    definitions,
    kindsOf: async (tenant, value, kinds) => kept.kindsOf(tenant, value, kinds),
  });
  const found = await lookup.find("acme", trace("t").toUpperCase(), at(1_000));
  return found.map(({ kind, subjects, unclaimed }) => ({
    kind,
    subjects: subjects.map((subject) => `${subject.kind}=${subject.id}`),
    unclaimed: unclaimed?.map(({ name }) => name),
  }));
}

test("a trace leads to the subjects of every definition, whichever comes first", async () => {
  const hops = [
    span({ trace: "t", id: "checkout", keys: { "order.id": "O-1" } }),
    span({ trace: "t", id: "pay back", keys: { "refund.id": "R-1" } }),
  ];
  const subjects = ["order.id=O-1", "refund.id=R-1"];
  for (const journeys of [
    [REFUND, CREATE_ORDER],
    [CREATE_ORDER, REFUND],
  ]) {
    const [found, ...others] = await search(hops, { ...DEFINITIONS, journeys });
    expect([found?.kind, found?.subjects.toSorted(), found?.unclaimed, others]).toEqual([
      "trace",
      subjects,
      [],
      [],
    ]);
  }
});

test("a provisional subject that moved is not named beside the one it moved to", async () => {
  const hops = [span({ trace: "t", id: "checkout", keys: { "order.id": "O-1", "correlation.id": "c-1" } })];
  expect(await search(hops)).toEqual([{ kind: "trace", subjects: ["order.id=O-1"], unclaimed: [] }]);
});

test("a provisional subject that did not move is found once", async () => {
  const hops = [span({ trace: "t", id: "checkout", keys: { "correlation.id": "c-1" } })];
  expect(await search(hops)).toEqual([{ kind: "trace", subjects: ["correlation.id=c-1"], unclaimed: [] }]);
});

test("facts without a key are told, in order of time and each once", async () => {
  const late = span({ trace: "t", id: "b", fromMs: 20 });
  const hops = [late, span({ trace: "t", id: "a", fromMs: 10 }), { ...late, digest: 7 }];
  expect(await search(hops)).toEqual([{ kind: "trace", subjects: [], unclaimed: ["a", "b"] }]);
});

test("facts that the keys of others do not reach are told beside the subjects of those", async () => {
  const hops = [
    span({ trace: "t", id: "one", keys: { "order.id": "O-1" } }),
    span({ trace: "t", id: "two", keys: { "order.id": "O-2" } }),
    span({ trace: "t", id: "below", parent: "one" }),
    span({ trace: "t", id: "aside" }),
  ];
  expect(await search(hops)).toEqual([
    { kind: "trace", subjects: ["order.id=O-1", "order.id=O-2"], unclaimed: ["aside"] },
  ]);
});

test("a shared key that nobody claims stands for itself", async () => {
  const hops = [
    span({ trace: "t", id: "carry", keys: { "package.id": "P-1" } }),
    span({ trace: "t", id: "weigh", keys: { "package.id": "P-1" } }),
  ];
  expect(await search(hops)).toEqual([{ kind: "trace", subjects: ["package.id=P-1"], unclaimed: [] }]);
});

test("a key above all that journeys are about leads nowhere, and its facts are told", async () => {
  const account: KeyKind = {
    kind: "account.id",
    role: "identifies",
    many: false,
    from: [{ kind: "attribute", name: "account.id" }],
  };
  const hops = [span({ trace: "t", id: "log in", keys: { "account.id": "A-1" } })];
  expect(await search(hops, { ...REFUND_FIRST, keys: [account, ...KINDS] })).toEqual([
    { kind: "trace", subjects: [], unclaimed: ["log in"] },
  ]);
});
