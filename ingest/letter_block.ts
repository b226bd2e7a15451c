/**
 * Letter block: dead letters as rows, and a stored one as a delivery again.
 *
 *   RejectedItem + Envelope → [letter_block] → table dead_letters → [letter_block] → decodeRequest
 *
 * Pure. A letter is a small delivery: its bytes, its headers and its content type are all that the decoder asks for.
 */
import { createHash } from "node:crypto";
import type { RejectedItem } from "../collector/decode.ts";
import type { Envelope } from "../collector/request.ts";
import { encodeBlock, type NativeColumn } from "./native.ts";

/** A refused record, or body, and the delivery it came in. */
export interface DeadLetter {
  readonly envelope: Envelope;
  readonly item: RejectedItem;
}

/** The reason of a whole body that could not be read. */
export const BODY_REASON = "body";

const ENCODING_HEADER = "content-encoding";

/** Rows of table `dead_letters`. The same record refused again for the same reason has the same id. */
export function deadLettersBlock(rows: readonly DeadLetter[]): Uint8Array {
  const low = (name: string, pick: (row: DeadLetter) => string): NativeColumn => ({
    name,
    type: "LowCardinality(String)",
    values: rows.map(pick),
  });
  const text = (name: string, pick: (row: DeadLetter) => string): NativeColumn => ({
    name,
    type: "String",
    values: rows.map(pick),
  });
  return encodeBlock([
    low("tenant", ({ envelope }) => envelope.tenant),
    { name: "id", type: "Bytes", values: rows.map(deadLetterId) },
    {
      name: "received_at",
      type: "DateTime64(3, 'UTC')",
      values: rows.map(({ envelope }) => BigInt(envelope.receivedMs)),
    },
    low("signal", ({ envelope }) => envelope.signal),
    low("reason", ({ item }) => item.reason),
    text("text", ({ item }) => item.text),
    text("position", ({ item }) => item.where),
    text("sender", ({ envelope }) => envelope.sender),
    low("content_type", typeOf),
    text("headers", (row) => JSON.stringify(headersOf(row))),
    { name: "bytes", type: "Bytes", values: rows.map(({ item }) => item.bytes) },
  ]);
}

/** Of a record that was too large to keep only its place tells it from others. */
function deadLetterId({ envelope, item }: DeadLetter): Uint8Array {
  const { signal, sender, receivedMs } = envelope;
  const place = item.bytes.length > 0 ? "" : `${sender}\n${receivedMs}\n${item.where}`;
  const hash = createHash("sha256").update(`${signal}\n${item.reason}\n${place}`).update(item.bytes);
  return hash.digest().subarray(0, 16);
}

/** A letter holds one event of a batch, which is then an event like any other. */
function typeOf({ envelope: { contentType }, item }: DeadLetter): string {
  if (item.reason === BODY_REASON) return contentType;
  return contentType.replace(/^(application\/cloudevents)-batch\+json\b/i, "$1+json");
}

/** Only whole bodies are still compressed; what was taken out of one is not. */
function headersOf({ envelope: { headers, contentEncoding }, item }: DeadLetter): Record<string, string> {
  const isCompressed = item.reason === BODY_REASON && contentEncoding !== "";
  return isCompressed ? { ...headers, [ENCODING_HEADER]: contentEncoding } : { ...headers };
}

/** The parts of a stored letter that the decoder needs. */
export interface StoredLetter {
  readonly signal: Envelope["signal"];
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** when it was first received; epoch milliseconds */
  readonly receivedMs: number;
  readonly sender: string;
}

/** The envelope of a stored letter. It keeps its first arrival: a record without a time of its own has that one. */
export function letterEnvelope(tenant: string, letter: StoredLetter): Envelope {
  const { [ENCODING_HEADER]: contentEncoding = "", ...headers } = letter.headers;
  const { signal, contentType, receivedMs, sender } = letter;
  return { signal, contentType, contentEncoding, receivedMs, tenant, sender, headers };
}
