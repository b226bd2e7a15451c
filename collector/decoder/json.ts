/**
 * Json: OTLP in JSON, into the same columns as protobuf.
 *
 *   text → json_digits → [json] → HopColumns
 *
 * The same record gives the same row, bit for bit, whichever encoding it came in. Unknown names are ignored, `null` is
 * unset, ids are hex in any case, 64-bit numbers are text or numbers. A value of the wrong type costs its record.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import { isAscii, isUtf8 } from "node:buffer";
import { Failure } from "../../errors.ts";
import type { RejectedItem } from "../decode.ts";
import type { HopColumns } from "./columns.ts";
import { dropRow } from "./columns.ts";
import { parseJson } from "./json_digits.ts";
import { isObject, type Json, text } from "./json_fields.ts";
import { putAttributes } from "./json_values.ts";
import { newRefusals, type Refusals, refuse } from "./refuse.ts";
import { attempt, BadRecord } from "./reject.ts";
import { openResource, openScope } from "./senders.ts";
import { type JsonParts, singleJsonExport } from "./single.ts";

/** How the records of one signal are read. */
export interface JsonRecordKind {
  readonly take: (record: Json, columns: HopColumns) => void;
  /** names of the levels: `resourceSpans`, `scopeSpans`, `spans` */
  readonly levels: readonly [string, string, string];
}

/**
 * Reads an export into columns.
 *
 * @throws {Failure} `malformed` when it is not JSON, or a level around the records is not a list of objects
 */
export function takeJsonExport(body: Uint8Array, columns: HopColumns, kind: JsonRecordKind): RejectedItem[] {
  const rejected = newRefusals();
  const [senders, scopes, records] = kind.levels;
  for (const sender of objects(parsed(body, columns), senders, "")) {
    const fault = openResource(columns, (attributes) => putResource(sender.value, attributes));
    for (const scoped of objects(sender.value, scopes, `${sender.path}.`)) {
      const scopeFault = attempt(() => putScope(scoped.value, columns)) ?? fault;
      for (const record of list(scoped.value, records, `${scoped.path}.`)) {
        const around = { levels: kind.levels, sender: sender.value, scoped: scoped.value };
        takeOne(record, columns, { fault: scopeFault, take: kind.take, rejected, around });
      }
    }
  }
  return rejected.items;
}

interface Taking {
  /** what is wrong with its scope or resource */
  readonly fault: BadRecord | null;
  readonly take: JsonRecordKind["take"];
  readonly rejected: Refusals;
  readonly around: Omit<JsonParts, "record">;
}

function takeOne(
  { value, path }: Placed,
  columns: HopColumns,
  { fault, take, rejected, around }: Taking,
): void {
  const bad = fault ?? attempt(() => take(value, columns));
  if (bad === null) return;
  dropRow(columns);
  refuse(rejected, bad, { where: path, bytes: () => singleJsonExport({ ...around, record: value }) });
}

/** A little less than what Node keeps outside the heap. */
const LONG_BYTES = 1_000_000;

function parsed(body: Uint8Array, columns: HopColumns): Json {
  if (body.length === 0) return {};
  // Most is ASCII, which is copied as it is; what is long would lie outside the heap then, where V8 lets garbage gather.
  const encoding = body.length < LONG_BYTES && isAscii(body) ? "latin1" : "utf8";
  if (encoding === "utf8" && !isUtf8(body)) columns.replaced++;
  try {
    return parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString(encoding));
  } catch (cause) {
    throw new Failure("malformed", "It is not JSON.", cause);
  }
}

interface Placed {
  readonly value: Json;
  readonly path: string;
}

/** The elements of a list inside an object, each with its path. Absent and null are an empty list. */
function list(of: Json, name: string, before: string): Placed[] {
  const value = isObject(of) ? of[name] : undefined;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Failure("malformed", `${before}${name} must be a list.`);
  return value.map((element, index) => ({ value: element, path: `${before}${name}[${index}]` }));
}

/** The same, where every element has to be an object. */
function objects(of: Json, name: string, before: string): Placed[] {
  if (!isObject(of)) throw new Failure("malformed", "The body must be an object.");
  const elements = list(of, name, before);
  const odd = elements.find((element) => !isObject(element.value));
  if (odd !== undefined) throw new Failure("malformed", `${odd.path} must be an object.`);
  return elements;
}

function putResource(sender: Json, attributes: HopColumns["attributes"]): void {
  const resource = isObject(sender) ? sender["resource"] : undefined;
  if (resource === undefined || resource === null) return;
  if (!isObject(resource)) throw new BadRecord("type", "resource must be an object");
  putAttributes(resource, attributes);
}

function putScope(scoped: Json, columns: HopColumns): void {
  const scope = (isObject(scoped) ? scoped["scope"] : undefined) ?? {};
  const fault = attempt(() => {
    if (!isObject(scope)) throw new BadRecord("type", "scope must be an object");
    openScope(columns, text(scope["name"], "name"), text(scope["version"], "version"));
  });
  if (fault === null) return;
  openScope(columns, "", "");
  throw fault;
}
