import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BROKEN } from "./broken.ts";
import { LAWS, REAL } from "./laws.ts";

/** Worlds over all laws: 2,000, the same ones each time; any number of others with WAYBILL_WORLDS. */
const LONG = Number(process.env["WAYBILL_WORLDS"] ?? 0);
const TOTAL = LONG > 0 ? LONG : 2_000;
/** `same-read` settles after every request, which costs ten times what any other law does: it gets fewer worlds. */
const SHARES: Readonly<Record<string, number>> = { "same-read": 0.055 };
const OTHERS = (1 - 0.055) / (Object.keys(LAWS).length - 1);
const runsOf = (law: string) => ({
  numRuns: Math.ceil(TOTAL * (SHARES[law] ?? OTHERS)),
  ...(LONG > 0 ? {} : { seed: 42 }),
});
const seeds = fc.integer({ min: 0, max: 0x7fffffff });

/** Far more than they take, for machines that do other things besides; ms. */
const PATIENCE_MS = LONG > 0 ? 36_000_000 : 120_000;

describe("the laws of the stitch rule", { timeout: PATIENCE_MS }, () => {
  test.each(Object.entries(LAWS))("%s holds in every world", (name, law) =>
    fc.assert(
      fc.asyncProperty(seeds, seeds, async (seed, other) => law(REAL, seed, other)),
      runsOf(name),
    ),
  );
});

describe("a law catches a mistake", () => {
  test.each(BROKEN)("$law: $mistake", async ({ law, rules, seed, other }) => {
    const check = async (of: typeof rules) => LAWS[law](of, seed, other);
    await expect(check(rules)).rejects.toThrow();
    await check(REAL);
  });
});
