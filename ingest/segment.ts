/**
 * Segment: one file of the journal, as bytes.
 *
 *   deliveries → encodeRecord, piecesOf → file → readSegment → deliveries
 *
 * Pure. A record is the segment's salt, two lengths, a checksum, the envelope as JSON and the body as received. The
 * salt is eight random bytes from the file's name, so that after a damaged spot the next record can be found by
 * looking for it, and no sender can have put one into a body.
 */
import { crc32 } from "node:zlib";
import { z } from "zod";
import type { Envelope } from "../collector/request.ts";

/** A delivery as it stands in the journal. */
export interface Entry {
  readonly envelope: Envelope;
  /** as received, still compressed; a view into the segment */
  readonly body: Uint8Array;
}

/** One finding in a segment: an intact record, or bytes between records that are none. */
export type Finding =
  | { readonly kind: "record"; readonly entry: Entry; readonly end: number }
  | { readonly kind: "damage"; readonly bytes: number };

/** Bytes of a salt. */
export const SALT_BYTES = 8;

/** salt, envelope length, body length, checksum */
const HEADER_BYTES = SALT_BYTES + 4 + 4 + 4;

const NAME = /^(\d{12})-([0-9a-f]{16})\.segment$/;

/** What a segment's file is called. */
export function segmentName(number: number, salt: Buffer): string {
  return `${String(number).padStart(12, "0")}-${salt.toString("hex")}.segment`;
}

/** The number and the salt in the name of a segment's file; null for the name of anything else. */
export function readSegmentName(name: string): { readonly number: number; readonly salt: Buffer } | null {
  const [, number, salt] = NAME.exec(name) ?? [];
  if (number === undefined || salt === undefined) return null;
  return { number: Number(number), salt: Buffer.from(salt, "hex") };
}

const EnvelopeJson = z.object({
  signal: z.enum(["traces", "logs", "events"]),
  contentType: z.string(),
  contentEncoding: z.string(),
  receivedMs: z.number(),
  tenant: z.string(),
  sender: z.string(),
  headers: z.record(z.string(), z.string()),
});

/** A record on its way to a segment, in two pieces: a body is not copied on its way to the disk. */
export interface SegmentRecord {
  /** all before the body; the first bytes are for the salt, which is known once it is known which segment takes it */
  readonly head: Buffer;
  readonly body: Uint8Array;
  /** of both; bytes */
  readonly length: number;
}

/** A delivery as a record. */
export function encodeRecord({ envelope, body }: Entry): SegmentRecord {
  const text = JSON.stringify(envelope);
  const textBytes = Buffer.byteLength(text);
  const head = Buffer.allocUnsafe(HEADER_BYTES + textBytes);
  head.writeUInt32LE(textBytes, SALT_BYTES);
  head.writeUInt32LE(body.length, SALT_BYTES + 4);
  head.write(text, HEADER_BYTES, "utf8");
  head.writeUInt32LE(crc32(body, checksum(head.subarray(SALT_BYTES))), SALT_BYTES + 8);
  return { head, body, length: head.length + body.length };
}

/** Records as they stand in the segment of a salt, one after the other. */
export function piecesOf(records: readonly SegmentRecord[], salt: Buffer): Uint8Array[] {
  return records.flatMap(({ head, body }) => {
    head.set(salt);
    return [head, body];
  });
}

/** Everything in a segment, in order: each intact record, and how much lies between them that is not. */
export function* readSegment(segment: Buffer, salt: Buffer): Generator<Finding> {
  let at = 0;
  while (at < segment.length) {
    const found = recordAt(segment, at, salt);
    if (found === null) {
      const next = segment.indexOf(salt, at + 1);
      const end = next === -1 ? segment.length : next;
      yield { kind: "damage", bytes: end - at };
      at = end;
    } else {
      yield { kind: "record", ...found };
      at = found.end;
    }
  }
}

function recordAt(segment: Buffer, at: number, salt: Buffer): { entry: Entry; end: number } | null {
  const start = at + SALT_BYTES;
  if (at + HEADER_BYTES > segment.length || !segment.subarray(at, start).equals(salt)) return null;
  const headEnd = at + HEADER_BYTES + segment.readUInt32LE(start);
  const end = headEnd + segment.readUInt32LE(start + 4);
  if (end > segment.length) return null;
  const record = segment.subarray(start, end);
  if (record.readUInt32LE(8) !== checksum(record)) return null;
  const envelope = envelopeOf(segment.toString("utf8", at + HEADER_BYTES, headEnd));
  return envelope === null ? null : { entry: { envelope, body: segment.subarray(headEnd, end) }, end };
}

/** Of the lengths and everything behind the checksum itself. */
function checksum(record: Buffer): number {
  return crc32(record.subarray(12), crc32(record.subarray(0, 8)));
}

function envelopeOf(text: string): Envelope | null {
  try {
    return EnvelopeJson.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
