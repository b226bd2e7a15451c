/** What a book holds: just the journeys that count late enough, or were written late enough, whatever came in between. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Book } from "../../slo/book.ts";
import type { Marks } from "../../slo/marks.ts";
import { OPEN } from "../../slo/reading.ts";
import { someDefinition, someObjective } from "./promise.ts";

const NAMES = ["order.id\n1", "order.id\n2", "order.id\n3", "cart.id\n1", "cart.id\n2"];
const MINUTES = 8;
const minute = fc.integer({ min: 1, max: MINUTES });

interface Row {
  readonly name: string;
  readonly version: number;
  readonly minutes: readonly number[];
}

const row: fc.Arbitrary<Row> = fc.record({
  name: fc.constantFrom(...NAMES),
  version: fc.integer({ min: 1, max: 20 }),
  minutes: fc.array(minute, { maxLength: 2 }),
});
const event = fc.oneof(
  fc.record({ row }),
  fc.record({ hotMinute: minute, hotVersion: fc.integer({ min: 1, max: 20 }) }),
);

test("what is held is what a look at every journey would leave", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 20, maxLength: 40 }), (events) => {
      const book = new Book(someDefinition([someObjective()]), 0, new Map());
      const model = new Map<string, Row>();
      let hot = 0;
      for (const happens of events) {
        if ("row" in happens) {
          book.revise(marksOf(happens.row), 0);
          const before = model.get(happens.row.name);
          if (before === undefined || before.version < happens.row.version)
            model.set(happens.row.name, happens.row);
        } else {
          hot = Math.max(hot, happens.hotMinute);
          book.forget(hot, happens.hotVersion);
          for (const each of model.values())
            if (each.name.startsWith("order.id\n") && isOver(each, hot, happens.hotVersion))
              model.delete(each.name);
        }
        for (const name of NAMES)
          expect(book.knows(name, model.get(name)?.version ?? 1)).toBe(model.has(name));
        expect(book.held).toBe(model.size);
      }
    }),
    { numRuns: 300 },
  );
});

function isOver({ version, minutes }: Row, hotMinute: number, hotVersion: number): boolean {
  return version < hotVersion && minutes.every((each) => each < hotMinute);
}

/** A row that knows of no moment before the largest there is: none is ever too old to be taken in. */
function marksOf({ name, version, minutes }: Row): Marks {
  const told = minutes.length === 0 ? [0] : minutes;
  const each = <T>(value: T) => told.map(() => value);
  return {
    names: each(name),
    versions: each(version),
    begun: each(4_294_967_295),
    minutes: told,
    codes: each(OPEN),
    picks: each(0),
    journeys: each(1),
  };
}
