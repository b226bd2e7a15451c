import { describe, expect, test } from "vitest";
import { NO_SLOT, Slots } from "../../ingest/slots.ts";

const COUNT = 200_000;
const WORDS = 4;

/** Writes a number into the last word of a slot of its own, before a chain. */
function put(slots: Slots, chain: number, number: number): number {
  const slot = slots.take(chain);
  slots.piece(slot)[slots.start(slot) + WORDS - 1] = number;
  return slot;
}

const numberIn = (slots: Slots, slot: number) => slots.piece(slot)[slots.start(slot) + WORDS - 1];

function numbersOn(slots: Slots, chain: number): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  for (let slot = chain; slot !== NO_SLOT; slot = slots.next(slot)) found.push(numberIn(slots, slot));
  return found;
}

describe("slots", () => {
  test("grow without V8 taking it for pressure", () => {
    const slots = new Slots(WORDS);
    const before = process.memoryUsage();
    for (let n = 0; n < COUNT; n++) slots.take(NO_SLOT);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeGreaterThan(COUNT * WORDS * 4 * 0.9);
    expect(after.external - before.external).toBeLessThan(COUNT);
  });

  test("stay where they are while others come: growing moves nothing", () => {
    const slots = new Slots(WORDS);
    const first = put(slots, NO_SLOT, 7);
    const piece = slots.piece(first);
    const others = Array.from({ length: 10_000 }, (_, n) => put(slots, NO_SLOT, n));
    expect(slots.piece(first)).toBe(piece);
    expect(others.map((slot) => numberIn(slots, slot))).toEqual(others.map((_, n) => n));
    expect(new Set([first, ...others]).size).toBe(10_001);
  });

  test("are on the chain that they were put on, whatever others do", () => {
    const slots = new Slots(WORDS);
    let [even, odd] = [NO_SLOT, NO_SLOT];
    for (let n = 0; n < 3_000; n += 2) {
      even = put(slots, even, n);
      odd = put(slots, odd, n + 1);
    }
    expect(numbersOn(slots, even)).toEqual(Array.from({ length: 1_500 }, (_, n) => 2_998 - 2 * n));
    slots.link(even, odd);
    expect(numbersOn(slots, even)).toEqual([2_998, ...numbersOn(slots, odd)]);
  });

  test("are used again once their chain was given back", () => {
    const slots = new Slots(WORDS);
    const [kept, chains] = [put(slots, NO_SLOT, 1), new Set<number>()];
    for (let n = 0; n < 5_000; n++) chains.add(put(slots, NO_SLOT, n));
    for (const chain of chains) slots.giveBack(chain);
    expect(slots.used).toBe(1);
    expect(new Set(Array.from(chains, () => slots.take(NO_SLOT)))).toEqual(chains);
    expect([slots.used, numbersOn(slots, kept)]).toEqual([5_001, [1]]);
  });

  test("that do not exist are a mistake", () => {
    expect(() => new Slots(WORDS).piece(0)).toThrow(RangeError);
    expect(() => new Slots(WORDS).next(NO_SLOT)).toThrow(RangeError);
  });
});
