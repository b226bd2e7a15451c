import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Entry,
  encodeRecord,
  type Finding,
  piecesOf,
  readSegment,
  SALT_BYTES,
} from "../../ingest/segment.ts";

const someBytes = fc.uint8Array({ minLength: SALT_BYTES, maxLength: SALT_BYTES });
const someSalt = someBytes.map((bytes) => Buffer.from(bytes));
const someEntry: fc.Arbitrary<Entry> = fc.record({
  envelope: fc.record({
    signal: fc.constantFrom("traces", "logs", "events"),
    contentType: fc.string(),
    contentEncoding: fc.string(),
    receivedMs: fc.nat(),
    tenant: fc.string({ unit: "grapheme" }),
    sender: fc.string(),
    headers: fc.dictionary(fc.stringMatching(/^ce-[a-z]+$/), fc.string()),
  }),
  body: fc.uint8Array({ maxLength: 300 }),
});
const someEntries = fc.array(someEntry, { minLength: 1, maxLength: 8 });

/** A record as it stands behind a salt. */
function recordOf(entry: Entry, salt: Buffer): Buffer {
  const record = encodeRecord(entry);
  const bytes = Buffer.concat(piecesOf([record], salt));
  expect(record.length).toBe(bytes.length);
  return bytes;
}

/** A whole segment, and where each record of it begins and ends. */
function segmentOf(entries: readonly Entry[], salt: Buffer) {
  const records = entries.map((entry) => recordOf(entry, salt));
  let end = 0;
  const spans = records.map(({ length }) => {
    end += length;
    return { start: end - length, end };
  });
  return { bytes: Buffer.concat(records), spans };
}

function found(findings: Iterable<Finding>) {
  const all = [...findings];
  const entries = all.flatMap((one) => (one.kind === "record" ? [plain(one.entry)] : []));
  const lostBytes = all.reduce((sum, one) => sum + (one.kind === "damage" ? one.bytes : 0), 0);
  return { entries, lostBytes };
}

const plain = ({ envelope, body }: Entry) => ({ envelope, body: [...body] });

describe("a segment", () => {
  test("gives back what was put in", () => {
    fc.assert(
      fc.property(someEntries, someSalt, (entries, salt) => {
        const { bytes } = segmentOf(entries, salt);
        expect(found(readSegment(bytes, salt))).toEqual({ entries: entries.map(plain), lostBytes: 0 });
      }),
    );
  });

  test("cut anywhere gives every record before the cut and counts the rest", () => {
    fc.assert(
      fc.property(someEntries, someSalt, fc.nat(), (entries, salt, nat) => {
        const { bytes, spans } = segmentOf(entries, salt);
        const cut = nat % (bytes.length + 1);
        const whole = spans.filter(({ end }) => end <= cut).length;
        expect(found(readSegment(bytes.subarray(0, cut), salt))).toEqual({
          entries: entries.slice(0, whole).map(plain),
          lostBytes: cut - (spans[whole - 1]?.end ?? 0),
        });
      }),
    );
  });

  test("with any bytes changed gives every record that was not touched", () => {
    const someFlips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(someEntries, someSalt, someFlips, (entries, salt, flips) => {
        const { bytes, spans } = segmentOf(entries, salt);
        const before = Buffer.from(bytes);
        for (const [nat, bits] of flips) bytes[nat % bytes.length] = (bytes[nat % bytes.length] ?? 0) ^ bits;
        const intact = entries.filter((_, at) => {
          const { start = 0, end = 0 } = spans[at] ?? {};
          return bytes.subarray(start, end).equals(before.subarray(start, end));
        });
        const lost = bytes.length - segmentOf(intact, salt).bytes.length;
        expect(found(readSegment(bytes, salt))).toEqual({ entries: intact.map(plain), lostBytes: lost });
      }),
      { numRuns: 500 },
    );
  });

  test("never takes a record out of a body, even when the record around it is broken", () => {
    fc.assert(
      fc.property(someEntry, someSalt, someSalt, (entry, salt, guess) => {
        fc.pre(!salt.equals(guess));
        const forged = recordOf(entry, guess);
        const { bytes } = segmentOf([{ ...entry, body: forged }], salt);
        bytes[SALT_BYTES] = (bytes[SALT_BYTES] ?? 0) ^ 1;
        expect(found(readSegment(bytes, salt)).entries).toEqual([]);
      }),
    );
  });

  test("of anything at all is read to its end without a fault", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), someSalt, (bytes, salt) => {
        expect(found(readSegment(Buffer.from(bytes), salt)).lostBytes).toBe(bytes.length);
      }),
    );
  });
});
