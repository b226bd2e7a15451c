/** Numbers and ids of OTLP/JSON are read by hand: here against what the platform reads. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { uint64 } from "../../collector/decoder/json_fields.ts";
import { putHexId } from "../../collector/decoder/row.ts";

const MAX = 2n ** 64n - 1n;
const anyNumber = fc.oneof(
  fc.bigInt(0n, MAX),
  fc.bigInt(MAX - 3n, MAX),
  fc.bigInt(2n ** 32n - 3n, 2n ** 32n + 3n),
  fc.bigInt(0n, 3n),
);

test("any unsigned number of 64 bits, as text, with zeros before it or as a number, is its two halves", () => {
  fc.assert(
    fc.property(anyNumber, (number) => {
      const halves = { low: Number(number & 0xffff_ffffn), high: Number(number >> 32n) };
      for (const given of [`${number}`, `${number}`.padStart(20, "0"), number])
        expect(uint64(given, "n")).toEqual(halves);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  "",
  "18446744073709551616",
  "99999999999999999999",
  "000000000000000000001",
  "1e3",
  "-1",
  "1 ",
  "١",
])('the text "%s" is none', (given) =>
  expect(() => uint64(given, "n")).toThrow("n must be an unsigned 64-bit integer"),
);

const anyDigit = fc.constantFrom(..."0123456789abcdefABCDEF");

test("an id is the bytes that its digits say, and zeros when one of them is no digit", () => {
  const anyId = fc.string({ unit: anyDigit, minLength: 32, maxLength: 32 });
  const anyFault = fc.record({
    at: fc.nat(31),
    wrong: fc.constantFrom("g", "/", ":", "@", "`", "é", "\0", ""),
  });
  fc.assert(
    fc.property(anyId, anyFault, (hex, { at, wrong }) => {
      const words = new Uint32Array(12).fill(7);
      const isId = putHexId(hex, { words, width: 4, row: 1 });
      expect(Buffer.from(words.buffer, 16, 16).toString("hex")).toBe(hex.toLowerCase());
      expect([isId, words[3], words[8]]).toEqual([/[^0]/.test(hex), 7, 7]);
      const spoilt = hex.slice(0, at) + wrong + hex.slice(at + 1);
      expect(putHexId(spoilt, { words, width: 4, row: 1 })).toBe(false);
      if (wrong !== "") expect([...words.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
    }),
    { numRuns: 1_000 },
  );
});
