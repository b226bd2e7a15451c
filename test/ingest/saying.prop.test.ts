import fc from "fast-check";
import { expect, test } from "vitest";
import type { Journey } from "../../ingest/journey.ts";
import { sayingOf, sayingText } from "../../ingest/saying.ts";
import { at } from "./build.ts";
import { columnsOf, HOUR_LATER_NS, nameOf, readIn } from "./rows.ts";
import { shuffled, worldOf } from "./world.ts";

const seeds = fc.integer({ min: 0, max: 0x7fffffff });
const RUNS = { numRuns: 40 };
const textOf = (journey: Journey) => sayingText(sayingOf(journey));

/** How each journey of a world stands after each of a few steps in which its facts came in. */
function chapters(seed: number, nowNs: bigint): Map<string, Journey[]> {
  const hops = shuffled(worldOf(seed).facts, seed).map(({ hop }) => hop);
  const told = new Map<string, Journey[]>();
  for (let share = 1; share <= 8; share++) {
    for (const journey of readIn(hops.slice(0, (hops.length * share) / 8), nowNs)) {
      const name = nameOf(journey);
      told.set(name, [...(told.get(name) ?? []), journey]);
    }
  }
  return told;
}

test("two rows of a journey say the same exactly when all their columns are the same", () => {
  let changes = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      for (const journeys of chapters(seed, HOUR_LATER_NS).values()) {
        journeys.slice(1).forEach((journey, n) => {
          const before = journeys[n] ?? journey;
          const isSame = columnsOf(before) === columnsOf(journey);
          expect(textOf(before) === textOf(journey), `${nameOf(journey)} ${journey.state}`).toBe(isSame);
          changes += isSame ? 0 : 1;
        });
      }
    }),
    RUNS,
  );
  expect(changes).toBeGreaterThan(50);
});

test("the clock alone changes nothing that a row says", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const facts = worldOf(seed).facts.map(({ hop }) => hop);
      const texts = (nowNs: bigint) => readIn(facts, nowNs).map(textOf);
      expect(texts(HOUR_LATER_NS)).toEqual(texts(at(0)));
    }),
    RUNS,
  );
});
