import fc from "fast-check";
import { expect, test } from "vitest";
import { cursor, enter, fixed64, leave, length, skip, tag, varint } from "../../collector/decoder/wire.ts";
import { field, varint as varintBytes } from "./otlp.ts";

test("a varint is read in both halves, up to 64 bits", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
      const bytes: number[] = [];
      for (let rest = value; ; rest >>= 7n) {
        bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
        if (rest <= 127n) break;
      }
      const c = cursor(Uint8Array.from(bytes));
      const low = varint(c);
      expect((BigInt(c.high) << 32n) | BigInt(low)).toBe(value);
      expect(c.at).toBe(bytes.length);
    }),
  );
});

test("a varint of more than ten bytes is refused", () => {
  expect(() => varint(cursor(new Uint8Array(11).fill(0x80)))).toThrow("more than ten bytes");
});

test.each([
  ["a varint", Uint8Array.of(0x80), varint],
  ["a fixed number", new Uint8Array(7), fixed64],
  ["a string", Uint8Array.of(5, 1, 2, 3, 4), length],
  ["a message", Uint8Array.of(5, 1, 2, 3, 4), enter],
])("%s that leads past the end is refused", (_what, bytes, read) => {
  expect(() => read(cursor(bytes))).toThrow(/ at byte /);
});

test("a length of two to the thirty-one, or to the sixty-three, is refused", () => {
  expect(() => length(cursor(varintBytes(2 ** 31)))).toThrow("past the end");
  expect(() => length(cursor(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 127)))).toThrow(
    "past the end",
  );
});

test("inside a message nothing beyond its end can be read, although the body goes on", () => {
  const c = cursor(Buffer.concat([field(0x0a, Uint8Array.of(0x80)), Buffer.alloc(20, 1)]));
  tag(c);
  enter(c);
  expect(() => varint(c)).toThrow("ends in the middle");
});

test("leaving a message goes to its end, however much of it was read", () => {
  const c = cursor(Buffer.concat([field(0x0a, "unread"), field(0x10, "")]));
  tag(c);
  leave(c, enter(c));
  expect(c.at).toBe(8);
  expect(tag(c)).toBe(0x10);
});

test("groups nested a hundred thousand deep are stepped over", () => {
  const deep = 100_000;
  const body = Buffer.concat([Buffer.alloc(deep, 0x0b), Buffer.alloc(deep, 0x0c), Buffer.of(0x10)]);
  const c = cursor(body);
  skip(c, tag(c));
  expect(c.at).toBe(2 * deep);
});

test.each([
  ["a group that ends but never began", [0x0c]],
  ["a group that never ends", [0x0b, 0x10, 1]],
  ["wire type 6", [0x0e, 1]],
  ["wire type 7", [0x0f, 1]],
  ["field number 0", [0x02, 0]],
  ["a field number beyond 32 bits", [0x82, 0x80, 0x80, 0x80, 0x80, 0x01]],
])("%s is refused", (_what, bytes) => {
  const c = cursor(Uint8Array.from(bytes));
  expect(() => skip(c, tag(c))).toThrow(/ at byte /);
});
