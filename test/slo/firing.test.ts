/** What a tier decides, evaluation after evaluation. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, type Firing, NEVER_FIRED } from "../../slo/firing.ts";
import type { TierVerdict } from "../../slo/tiers.ts";
import { MINUTE_MS } from "./promise.ts";

const VERDICTS: Readonly<Record<string, TierVerdict>> = { B: "burning", q: "quiet", "-": "no_data" };

/** One evaluation a minute, from minute 1; `B` burning, `q` quiet, `-` no data. */
function run(verdicts: string, afterMinutes = 0): Firing[] {
  let firing = NEVER_FIRED;
  return [...verdicts].map((letter, i) => {
    const verdict = VERDICTS[letter] ?? "no_data";
    firing = decide(firing, { verdict, watermarkMs: (i + 1) * MINUTE_MS, afterMs: afterMinutes * MINUTE_MS });
    return firing;
  });
}

const shape = (states: readonly Firing[]) => states.map(({ firing }) => (firing ? "F" : ".")).join("");

describe("a tier", () => {
  test.each([
    ["qBBq", ".FFF", "fires at once, and has to be quiet twice to clear"],
    ["BqBqBqq", "FFFFFF.", "is not split by single quiet minutes"],
    ["B--q--q-qq", "FFFFFFFFF.", "stays as it is without data, and its quiet minutes begin anew"],
    ["---", "...", "does not fire without data"],
    ["qq-B", "...F", "fires after a silence as ever"],
  ])("%s decides %s: %s", (verdicts, expected) => {
    expect(shape(run(verdicts))).toBe(expected);
  });

  test("that waits fires once it burnt for so long without a break", () => {
    expect(shape(run("BBqBBBB", 2))).toBe(".....FF");
    expect(shape(run("BB-BBB", 2))).toBe(".....F");
  });

  test("clears as of the first quiet minute", () => {
    expect(run("BBqq").at(-1)).toEqual({ firing: false, sinceMs: 3 * MINUTE_MS, turningMs: null });
    expect(run("qB").at(-1)).toEqual({ firing: true, sinceMs: 2 * MINUTE_MS, turningMs: null });
  });

  test("never turns at an evaluation without data, and never on a verdict that says what it says already", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("B", "q", "-"), { maxLength: 60 }),
        fc.nat(3),
        (letters, after) => {
          const states = run(letters.join(""), after);
          states.forEach((state, i) => {
            const before = states[i - 1] ?? NEVER_FIRED;
            if (state.firing !== before.firing) expect(letters[i]).toBe(state.firing ? "B" : "q");
          });
        },
      ),
    );
  });
});
