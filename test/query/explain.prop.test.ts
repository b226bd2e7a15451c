/** The law *explained*: whatever is said of a membership can be derived again from the answer, and lies cannot. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { keysOf } from "../../ingest/keys.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { Answer, type HopView } from "../../query/answer.ts";
import { explain, renderExplanation, summaryOf } from "../../query/explain.ts";
import { answerOf } from "../../query/view.ts";
import { at, DEFINITIONS } from "../ingest/build.ts";
import { Kept } from "../ingest/kept.ts";
import { worldOf } from "../ingest/world.ts";

const RUNS = Number(process.env["WAYBILL_WORLDS"] ?? 40);
const seeds = fc.integer({ min: 0, max: 0x7fffffff });

/** The answers about every order of a world, as they come over the wire. */
async function answersTo(seed: number): Promise<Answer[]> {
  const world = worldOf(seed);
  return answersAbout(
    world.facts.map(({ hop }) => hop),
    world.orders,
  );
}

async function answersAbout(hops: readonly Hop[], orders: readonly string[]): Promise<Answer[]> {
  const source = new Kept();
  source.add(
    "t",
    hops.map((hop) => ({ hop, keys: keysOf(hop, DEFINITIONS.keys) })),
  );
  const lookup = createLookup({
    source,
    definitions: DEFINITIONS,
    kindsOf: async () => [],
  });
  const answers: Answer[] = [];
  for (const id of orders) {
    const told = await lookup.tell("t", { kind: "order.id", id }, at(600_000));
    if (told === null) throw new Error(`${id} is not known`);
    const answer = answerOf(told, DEFINITIONS, { limit: 5_000, explain: true });
    answers.push(Answer.parse(JSON.parse(JSON.stringify(answer))));
  }
  return answers;
}

test("every membership of every order is derived again from its answer alone", () =>
  fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      for (const answer of await answersTo(seed))
        expect(explain(answer).filter(({ verdict }) => verdict !== "verified")).toEqual([]);
    }),
    { numRuns: RUNS },
  ));

interface Lie {
  readonly name: string;
  /** the hop as it would be shown, or null where this lie cannot be told */
  readonly tell: (hop: HopView, answer: Answer) => HopView | null;
}

const LIES: readonly Lie[] = [
  {
    name: "another order's key",
    tell: (hop) => withEvidence(hop, "key", (each) => ({ ...each, key: "order.id=ORD-OTHER" })),
  },
  {
    name: "a key that the hop does not carry",
    tell: (hop) => (hop.evidence[0]?.rule === "key" ? { ...hop, keys: {} } : null),
  },
  {
    name: "a shared key that only one side carries",
    tell: (hop) => {
      const kind = hop.evidence[0]?.key?.split("=")[0] ?? "";
      const lied = withEvidence(hop, "identifies", (each) => ({ ...each, key: `${kind}=made-up` }));
      return lied === null ? null : { ...lied, keys: { ...lied.keys, [kind]: ["made-up"] } };
    },
  },
  {
    name: "a cause that caused nothing",
    tell: (hop, { hops }) => {
      const stranger = hops.find((each) => each.kind === "log" && each.evidence[0]?.rule === "key");
      if (stranger === undefined) return null;
      return withEvidence(hop, "cause", (each) => ({ ...each, through: stranger.id }));
    },
  },
  {
    name: "something below that is not below",
    tell: (hop, { hops }) => {
      const stranger = hops.find((each) => each.kind === "log" && each.traceId === "");
      return stranger === undefined
        ? null
        : withEvidence(hop, "climb", (each) => ({ ...each, through: stranger.id }));
    },
  },
  {
    name: "a fact it led to that only has a cause in common with it",
    tell: (hop) =>
      hop.evidence[0]?.beside === undefined
        ? null
        : withEvidence(hop, "climb", ({ rule, through = "" }) => ({ rule, through })),
  },
  {
    name: "a fact that is not there",
    tell: (hop) => withEvidence(hop, "cause", (each) => ({ ...each, through: "0".repeat(48) })),
  },
  {
    name: "a trace that lost its root, where none did",
    tell: (hop, { hops }) => {
      const kin = hops.find((each) => each !== hop && each.traceId === hop.traceId && hop.traceId !== "");
      if (kin === undefined || hop.kind !== "span" || hop.parentId === "") return null;
      const trace = hops.filter((each) => each.traceId === hop.traceId);
      // Where the span around is another order's, nobody can see from here that it is not lost.
      const isWhole = trace.every(
        ({ kind, parentId }) =>
          kind === "span" && (parentId === "" || trace.some(({ spanId }) => spanId === parentId)),
      );
      return isWhole ? { ...hop, evidence: [{ rule: "trace", through: kin.id }] } : null;
    },
  },
  { name: "no reason at all", tell: (hop) => ({ ...hop, evidence: [] }) },
];

type Evidence = HopView["evidence"][number];

function withEvidence(
  hop: HopView,
  rule: Evidence["rule"],
  change: (each: Evidence) => Evidence,
): HopView | null {
  return hop.evidence[0]?.rule === rule ? { ...hop, evidence: hop.evidence.map(change) } : null;
}

const TOLD = await Promise.all([1, 2, 3, 4, 5, 6].map(answersTo)).then((all) => all.flat());

test.each(LIES)("$name is noticed, on that hop and in the summary", ({ tell }) => {
  let told = 0;
  for (const answer of TOLD) {
    for (const [index, hop] of answer.hops.entries()) {
      const lie = tell(hop, answer);
      if (lie === null) continue;
      told += 1;
      const lied = { ...answer, hops: answer.hops.with(index, lie) };
      const verdicts = explain(lied);
      expect(verdicts[index]?.verdict, JSON.stringify(lie)).toBe("broken");
      expect(summaryOf(verdicts)).toContain("do not hold");
      expect(renderExplanation(lied, verdicts)[index]).toContain("DOES NOT HOLD");
    }
  }
  expect(told).toBeGreaterThan(5);
});

test("a page alone does not say that a fact on another page is not there", async () => {
  const [answer] = await answersTo(3);
  if (answer === undefined) throw new Error("there is an order");
  const inherited = answer.hops.filter(({ evidence }) => evidence[0]?.through !== undefined);
  const page = { ...answer, hops: inherited.slice(0, 1), nextCursor: "more" };
  expect(explain(page)).toMatchObject([{ verdict: "open" }]);
  expect(explain({ ...page, nextCursor: undefined })).toMatchObject([{ verdict: "broken" }]);
});
