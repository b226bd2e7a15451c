/**
 * Single: one refused record as an export of its own, with the resource and scope it came under.
 *
 *   record in its export → [single] → RejectedItem.bytes → dead letters
 *
 * Without its resource a record has no service, and nobody could say whose it was when it is replayed. The bytes of
 * all parts are those that came; the levels around them are new. The record need not be readable.
 */
import { isObject, type Json, type JsonObject } from "./json_fields.ts";
import { jsonText } from "./json_text.ts";

/** The messages of a protobuf export that belong to one record; null for those that were not there. */
export interface WireParts {
  readonly resource: Uint8Array | null;
  readonly scope: Uint8Array | null;
  readonly record: Uint8Array;
}

/** An export request that holds this record only. Traces and logs number these fields alike. */
export function singleExport({ resource, scope, record }: WireParts): Uint8Array {
  const scoped = [...(scope === null ? [] : field(1, scope)), ...field(2, record)];
  const sender = [...(resource === null ? [] : field(1, resource)), ...field(2, Buffer.concat(scoped))];
  return Buffer.concat(field(1, Buffer.concat(sender)));
}

/** Where a record stood in an export in JSON. */
export interface JsonParts {
  /** names of the levels: `resourceSpans`, `scopeSpans`, `spans` */
  readonly levels: readonly [string, string, string];
  /** the object with its resource */
  readonly sender: Json;
  /** the object with its scope */
  readonly scoped: Json;
  readonly record: Json;
}

/** The same in JSON. */
export function singleJsonExport({ levels, sender, scoped, record }: JsonParts): Uint8Array {
  const [senders, scopes, records] = levels;
  const inner: JsonObject = { ...part(scoped, "scope"), [records]: [record] };
  return Buffer.from(jsonText({ [senders]: [{ ...part(sender, "resource"), [scopes]: [inner] }] }));
}

function part(of: Json, name: string): JsonObject {
  const value = isObject(of) ? of[name] : undefined;
  return value === undefined ? {} : { [name]: value };
}

function field(number: number, message: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(number * 8 + 2, ...varint(message.length)), message];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}
