/**
 * Letter view: one dead letter for a person to look at.
 *
 *   letter → [letter_view] → /v1/dead-letters/{id}, page, command line
 *
 * Bodies and attribute values may be secret, and whoever looks at a letter mostly wants its shape: values are shown
 * only of the attributes that waybill.yaml reads and of who sent it, until all of them are asked for by name.
 */
import { z } from "@hono/zod-openapi";
import { isObject, type Json } from "../collector/decoder/json_fields.ts";
import type { Definitions } from "../ingest/definitions.ts";
import { type LetterRecord, recordOf } from "../ingest/letter_record.ts";
import { LETTER_STATUSES, type WholeLetter } from "../ingest/letter_store.ts";
import { Time } from "./answer.ts";
import { plain, renderTime } from "./phrase.ts";

const Loose = z.unknown().describe("as OTLP/JSON or a structured CloudEvent has it; values may be masked");

/** One dead letter, whole. */
export const DeadLetterDetail = z
  .object({
    id: z.string(),
    receivedAt: Time,
    signal: z.string(),
    reason: z.string(),
    text: z.string(),
    position: z.string(),
    sender: z.string(),
    contentType: z.string(),
    headers: z.array(z.string()).describe("names of the headers that are kept with it"),
    size: z.int().describe("bytes kept; 0 when it was too large to keep, and then it cannot be replayed"),
    status: z.enum(LETTER_STATUSES),
    tries: z.int(),
    acted: z.object({ at: Time, text: z.string() }).nullable(),
    masked: z.boolean().describe("values are not shown; ask with `values=1`"),
    record: Loose,
    resource: Loose,
    fault: z.string().nullable().describe("why not all of it could be read"),
    body: z.string().optional().describe("base64, with `bytes=1`"),
  })
  .openapi("DeadLetterDetail");

export type DeadLetterDetail = z.infer<typeof DeadLetterDetail>;

/** How much to show. */
export interface Showing {
  /** every value, secret or not */
  readonly values: boolean;
  /** the bytes themselves */
  readonly bytes: boolean;
}

/** One letter as it is answered. */
export function letterDetail(letter: WholeLetter, definitions: Definitions, show: Showing): DeadLetterDetail {
  const found = withLongAsText(recordOf(letter));
  const { record, resource } = show.values ? found : maskedRecord(found, namesShown(definitions));
  return {
    id: letter.id,
    receivedAt: renderTime(BigInt(letter.receivedMs) * 1_000_000n),
    signal: letter.signal,
    reason: letter.reason,
    text: letter.text,
    position: letter.position,
    sender: letter.sender,
    contentType: letter.contentType,
    headers: Object.keys(letter.headers),
    size: letter.bytes.length,
    status: letter.status,
    tries: letter.tries,
    acted:
      letter.acted === null
        ? null
        : { at: renderTime(BigInt(letter.acted.atMs) * 1_000_000n), text: letter.acted.text },
    masked: !show.values,
    record,
    resource,
    fault: found.fault,
    ...(show.bytes ? { body: Buffer.from(letter.bytes).toString("base64") } : {}),
  };
}

/** Integers of 2^53 and more as text, as OTLP/JSON has them: most who read the answer would round them. */
function withLongAsText(found: LetterRecord): LetterRecord {
  return { ...found, record: longAsText(found.record), resource: longAsText(found.resource) };
}

function longAsText(value: Json): Json {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(longAsText);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, longAsText(of ?? null)]));
}

const SENDER = /^(service|telemetry|deployment|host|k8s|container|cloud)\./;

function namesShown({ keys, tags }: Definitions): ReadonlySet<string> {
  const read = keys.flatMap(({ from }) =>
    from.flatMap((source) =>
      source.kind === "attribute" || source.kind === "cloudevent" ? [source.name] : [],
    ),
  );
  return new Set([...read, ...[...tags.values()].flat()]);
}

function maskedRecord({ record, resource }: LetterRecord, shown: ReadonlySet<string>) {
  return { record: masked(record, shown), resource: masked(resource, shown) };
}

/** Members that hold what a sender's users wrote; everything else is names, ids, times and codes. */
const SECRET = new Set(["body", "data", "data_base64", "value"]);

function masked(value: unknown, shown: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((element) => masked(element, shown));
  if (typeof value !== "object" || value === null) return value;
  const key: unknown = Reflect.get(value, "key");
  const isOpen = typeof key === "string" && (shown.has(key) || SENDER.test(key));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET.has(name) && !isOpen ? mask(member) : masked(member, shown),
    ]),
  );
}

/** What kind of value it is, and how long. */
function mask(value: unknown): string {
  if (typeof value === "string") return `(${value.length} characters)`;
  if (typeof value !== "object" || value === null) return `(${typeof value})`;
  return `(${Object.keys(value).join(", ")}, ${JSON.stringify(value).length} characters)`;
}

/** A letter for a terminal. */
export function renderLetter(letter: DeadLetterDetail): string {
  const { id, receivedAt, signal, reason, text, position, sender, size, status, acted, fault } = letter;
  const done = acted === null ? "" : ` at ${acted.at.slice(0, 19)}Z ${plain(acted.text)}`;
  const lines = [
    `${id}  ${status}${done}`.trimEnd(),
    `${receivedAt.slice(0, 19)}Z  ${plain(signal)}  ${plain(reason)}: ${plain(text)}`,
    `from ${plain(sender)}${position === "" ? "" : `, at ${plain(position)}`}, ${size} bytes kept`,
    ...(fault === null ? [] : [plain(fault)]),
    "",
    JSON.stringify({ record: letter.record, resource: letter.resource }, null, 2),
  ];
  return `${lines.join("\n")}\n`;
}
