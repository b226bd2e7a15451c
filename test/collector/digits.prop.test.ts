/** Integers keep their digits through JSON, and nothing else differs from what JSON.parse reads. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../collector/decoder/json_digits.ts";
import { jsonText } from "../../collector/decoder/json_text.ts";

const LONG = "1234567890123456781";

/** JSON as no program writes it, but all read it: blanks between everything. */
const anyBlanks = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

/** Strings full of what a reader of JSON trips over. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', "\\", "[", "]", "{", "}", ",", ":", "9", "-", "\n", "\u2028") }),
  fc.constantFrom("__proto__", "constructor", LONG, `:${LONG}`),
);

const anyTree = fc.jsonValue({ stringUnit: "binary" });
const anyHardTree = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    anyTree,
    fc.array(tie("tree")),
    fc.array(fc.tuple(anyText, tie("tree"))).map(Object.fromEntries),
  ),
})).tree;

const anyBigInteger = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
  fc.bigInt(-(2n ** 63n), 2n ** 64n),
);

/** The same, with its integers as far as a double can say them. */
function rounded(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rounded(inner)]));
}

test("rounded, it is what JSON.parse reads, also beside an integer that no double holds", () => {
  fc.assert(
    fc.property(anyHardTree, anyBlanks, (tree, blanks) => {
      const text = JSON.stringify(tree, null, blanks);
      const long = `${blanks}[${blanks}${text}${blanks},${LONG}${blanks},${text}]${blanks}`;
      expect(rounded(parseJson(text))).toEqual(JSON.parse(text));
      expect(rounded(parseJson(long))).toEqual(JSON.parse(long));
    }),
    { numRuns: 1_000 },
  );
});

test("a number that a double holds is a number", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.maxSafeInteger(), fc.double({ min: -1e15, max: 1e15, noNaN: true })),
      (number) => {
        const text = JSON.stringify(number);
        expect(parseJson(`[${text},${LONG}]`)).toEqual([JSON.parse(text), BigInt(LONG)]);
      },
    ),
  );
});

test("an integer of any size comes out with the digits that went in", () => {
  fc.assert(
    fc.property(anyBigInteger, anyText, anyBlanks, (integer, name, blanks) => {
      const text = `{${JSON.stringify(name)}${blanks}:${blanks}[${integer}${blanks}]}`;
      expect(jsonText(parseJson(text))).toBe(`{${JSON.stringify(name)}:[${integer}]}`);
      expect(String(parseJson(`${blanks}${integer}`))).toBe(`${integer}`);
    }),
    { numRuns: 1_000 },
  );
});

test("what JSON.parse does not read is refused", () => {
  fc.assert(
    fc.property(anyHardTree, fc.nat(), fc.constantFrom("", ...'[]{},:"\\-+.e09x'), (tree, at, wrong) => {
      const text = JSON.stringify([tree, "@"]).replace('"@"', LONG);
      const cut = at % text.length;
      const spoilt = text.slice(0, cut) + wrong + text.slice(cut + 1);
      const reads = (parse: (text: string) => unknown) => {
        try {
          parse(spoilt);
          return true;
        } catch (cause) {
          return !(cause instanceof SyntaxError);
        }
      };
      expect(reads(parseJson)).toBe(reads(JSON.parse));
    }),
    { numRuns: 1_000 },
  );
});

describe("read to the digit:", () => {
  test.each<[text: string, value: unknown]>([
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["9007199254740993", 9007199254740993n],
    ["-9007199254740993", -9007199254740993n],
    [`[${LONG},1]`, [1234567890123456781n, 1]],
    [`[-0,${LONG}]`, [-0, 1234567890123456781n]],
    [
      `[1234567890123456781.5,1234567890123456781e2,1e400,${LONG}]`,
      [1234567890123456800, 1.2345678901234568e20, Infinity, 1234567890123456781n],
    ],
    [`{"a":{"b":1},"a":${LONG},"b":"\\"${LONG}\\\\"}`, { a: 1234567890123456781n, b: `"${LONG}\\` }],
    [`"${LONG}"`, LONG],
    [`[true,false,null,"",[],{},${LONG}]`, [true, false, null, "", [], {}, 1234567890123456781n]],
    ["9".repeat(512), BigInt("9".repeat(512))],
    ["9".repeat(513), Infinity],
  ])("%s", (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test.each([
    `{${LONG}:1}`,
    `0${LONG}`,
    `+${LONG}`,
    `[${LONG}`,
    `"${LONG}`,
    `${LONG} ${LONG}`,
    `${LONG},`,
    "",
  ])("%s is no JSON", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test("a member named __proto__ is a member", () => {
    const value = parseJson(`{"__proto__":${LONG},"a":{"__proto__":{"polluted":1}}}`);
    expect(jsonText(value)).toBe(`{"__proto__":${LONG},"a":{"__proto__":{"polluted":1}}}`);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

test.each<[what: string, text: string]>([
  ["a million levels", `${"[".repeat(1_000_000)}${LONG}${"]".repeat(1_000_000)}`],
  ["a string of a million escaped quotes", `[${LONG},"${'\\"'.repeat(1_000_000)}"]`],
  ["a string of two million backslashes", `[${LONG},"${"\\\\".repeat(1_000_000)}"]`],
  ["a million blanks", `[${LONG},${" ".repeat(1_000_000)}1]`],
  ["a million digits", `[${LONG},${"9".repeat(1_000_000)}]`],
  ["a string of a million digits", `[${LONG},"${"9".repeat(1_000_000)}"]`],
  ["a hundred thousand long integers", `[${`${LONG},`.repeat(100_000)}1]`],
])("%s cost no more than their length", (_what, text) => {
  const beganMs = performance.now();
  expect(parseJson(text)).toBeDefined();
  expect(performance.now() - beganMs).toBeLessThan(10_000);
});
