/** The law of pages: what was here when the first page was given is on exactly one page, whatever arrives in between. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { keysOf } from "../../ingest/keys.ts";
import { createLookup } from "../../ingest/lookup.ts";
import type { Told } from "../../ingest/told.ts";
import type { Answer } from "../../query/answer.ts";
import { answerOf } from "../../query/view.ts";
import { at, DEFINITIONS, span } from "../ingest/build.ts";
import { Kept } from "../ingest/kept.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** Spans of one order that began in one of two instants, each in another or in none; in the order of arrival. */
const someSpans = fc
  .record({
    names: fc.shuffledSubarray([...NAMES], { minLength: 2 }),
    parents: fc.array(fc.option(fc.constantFrom(...NAMES)), { minLength: 8, maxLength: 8 }),
    instants: fc.array(fc.nat(1), { minLength: 8, maxLength: 8 }),
  })
  .map(({ names, parents, instants }) =>
    names.map((id, n) => {
      const parent = parents[n];
      const around = parent == null || parent === id ? {} : { parent };
      return span({ trace: "t", id, ...around, fromMs: instants[n] ?? 0, keys: { "order.id": "O" } });
    }),
  );

async function told(hops: readonly Hop[]): Promise<Told> {
  const source = new Kept();
  source.add(
    "t",
    hops.map((hop) => ({ hop, keys: keysOf(hop, DEFINITIONS.keys) })),
  );
  const lookup = createLookup({ source, definitions: DEFINITIONS, kindsOf: async () => [] });
  const found = await lookup.tell("t", { kind: "order.id", id: "O" }, at(600_000));
  if (found === null) throw new Error("the order is not known");
  return found;
}

const namesOn = ({ hops }: Answer) => hops.map(({ name }) => name);

/** The names on each page, while one more hop arrives after each of them. */
async function paged(hops: readonly Hop[], here: number, limit: number): Promise<string[]> {
  const seen: string[] = [];
  let arrived = here;
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const answer = answerOf(await told(hops.slice(0, arrived)), DEFINITIONS, { limit, cursor });
    seen.push(...namesOn(answer));
    cursor = answer.nextCursor;
    arrived += 1;
  }
  return seen;
}

test("every hop that was here is on one page, and none on two, while others arrive", () =>
  fc.assert(
    fc.asyncProperty(
      someSpans,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (hops, here, limit) => {
        const seen = await paged(hops, here, limit);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toEqual(expect.arrayContaining(hops.slice(0, here).map(({ name }) => name)));
      },
    ),
    { numRuns: 300 },
  ));

test("on a page what began in the same instant is told by cause, a parent before its children", async () => {
  const chain = ["c", "a", "d", "b"];
  const hops = chain.map((id, n) => {
    const parent = chain[n - 1];
    return span({ trace: "t", id, ...(parent === undefined ? {} : { parent }), keys: { "order.id": "O" } });
  });
  const all = await told(hops);
  expect(namesOn(answerOf(all, DEFINITIONS))).toEqual(chain);
  const first = answerOf(all, DEFINITIONS, { limit: 2 });
  const second = answerOf(all, DEFINITIONS, { limit: 2, cursor: first.nextCursor });
  for (const page of [first, second])
    expect(namesOn(page)).toEqual(chain.filter((id) => namesOn(page).includes(id)));
  expect([...namesOn(first), ...namesOn(second)].sort()).toEqual([...chain].sort());
});
