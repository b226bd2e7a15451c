/** Minutes of one objective: however they are added, every span of them sums up to the same. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Cells } from "../../slo/cells.ts";
import { MINUTE_MS } from "./promise.ts";

const DAYS = 4 * 1_440;
const minute = fc.integer({ min: 0, max: DAYS });
const counted = fc.record({ minute, journeys: fc.integer({ min: 1, max: 9 }) });

test("taken by the day they are what they are one by one, whole days and parts of them", () => {
  fc.assert(
    fc.property(
      fc.array(counted),
      fc.array(counted),
      fc.array(fc.tuple(minute, minute), { minLength: 1 }),
      (goods, bads, spans) => {
        const [single, whole] = [new Cells(), new Cells()];
        for (const [side, list] of [
          ["good", goods],
          ["bad", bads],
        ] as const) {
          const sum = new Cells();
          for (const one of list) {
            sum.add(one.minute, { good: one.journeys, bad: 0 });
            single.add(one.minute, { good: 0, bad: 0, [side]: one.journeys });
          }
          whole.take(sum, side);
        }
        for (const [from, to] of [...spans, [0, DAYS], [1_440, 4_320]] as const) {
          const tally = (cells: Cells) => cells.tally(from * MINUTE_MS, to * MINUTE_MS);
          expect(tally(whole)).toEqual(tally(single));
        }
      },
    ),
    { numRuns: 50 },
  );
});
