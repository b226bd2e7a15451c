import { expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { keysOf } from "../../ingest/keys.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { explain, renderExplanation } from "../../query/explain.ts";
import { answerOf } from "../../query/view.ts";
import { at, DEFINITIONS, span } from "../ingest/build.ts";
import { Kept } from "../ingest/kept.ts";

/** What an answer about the package says of each fact, by its name; with what connects them, or without. */
async function reasons(hops: readonly Hop[]): Promise<Record<string, string>> {
  const source = new Kept();
  source.add(
    "t",
    hops.map((hop) => ({ hop, keys: keysOf(hop, DEFINITIONS.keys) })),
  );
  const lookup = createLookup({ source, definitions: DEFINITIONS, kindsOf: async () => [] });
  const told = await lookup.tell("t", { kind: "package.id", id: "P" }, at(600_000));
  if (told === null) throw new Error("the package is not known");
  const answer = answerOf(told, DEFINITIONS, { limit: 100, explain: true });
  expect(explain(answer).map(({ verdict }) => verdict)).toEqual(answer.hops.map(() => "verified"));
  const lines = renderExplanation(answer);
  const said = answer.hops.map(({ name }, n) => [name, lines[n]?.split(": ")[1]?.split(" [")[0] ?? ""]);
  const plain = answerOf(told, DEFINITIONS).hops.map(({ evidence }) => evidence);
  expect(plain).toEqual(answer.hops.map(({ evidence }) => evidence));
  return Object.fromEntries(said);
}

/** Fulfilment takes a message of the checkout, packs, and hands on to delivery 2.4 s later. */
const STORY = [
  span({ trace: "web", id: "checkout", fromMs: 0 }),
  span({ trace: "web", id: "publish", parent: "checkout", fromMs: 10 }),
  span({ trace: "work", id: "consume", links: [{ to: "web/publish" }], fromMs: 20 }),
  span({ trace: "work", id: "pack", parent: "consume", keys: { "package.id": "P" }, fromMs: 100 }),
  span({ trace: "work", id: "notify", parent: "consume", fromMs: 2_500 }),
];

test("a fact led to what is below it, also by way of a message", async () => {
  expect(await reasons(STORY)).toMatchObject({
    checkout: "led to `pack` in shop.",
    publish: "led to `pack` in shop.",
    consume: "led to `pack` in shop.",
  });
});

test("a fact did not lead to what was there before it: both have a common cause", async () => {
  expect(await reasons(STORY)).toMatchObject({ notify: "has a common cause with `pack` in shop." });
});
