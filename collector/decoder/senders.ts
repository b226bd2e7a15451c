/**
 * Senders: the resource and the scope that the records after them belong to.
 *
 *   Resource, InstrumentationScope → [senders] → Resources, Scopes
 *
 * Either may be missing: OTLP allows it, and an unnamed service still has hops.
 */
import { push, textAt, truncateTexts, word } from "./buffers.ts";
import type { HopColumns } from "./columns.ts";
import { entryOf, findEntry, hashOf, takeEntry } from "./dictionary.ts";
import { mixWord } from "./digest.ts";
import { mixMap } from "./identity.ts";
import { closeMap, findValue, type Maps, truncateMaps } from "./maps.ts";
import { attempt, BadRecord } from "./reject.ts";
import { takeAttributes } from "./values.ts";
import { type Cursor, length, skip, tag } from "./wire.ts";

const UNKNOWN_SERVICE = "unknown_service";

/** Resource attributes are read with every record: a real resource has one or two thousand bytes. */
const RESOURCE_BYTES_MAX = 64 * 1024;

/**
 * Begins a resource. One that cannot be read leaves an empty one behind.
 *
 * @param fill  appends its attributes to the open map
 * @returns     its fault, which is then that of every record of it; null when it has none
 */
export function openResource(columns: HopColumns, fill: (attributes: Maps) => void): BadRecord | null {
  const { attributes, services, service, bytes, hash } = columns.resources;
  const index = attributes.ends.length;
  const before = attributes.values.bytes.length;
  const fault = attempt(() => {
    fill(attributes);
    if (attributes.values.bytes.length - before > RESOURCE_BYTES_MAX)
      throw new BadRecord(
        "resource_size",
        `Its resource attributes take more than ${RESOURCE_BYTES_MAX} bytes`,
      );
  });
  if (fault !== null) truncateMaps(attributes, index);
  closeMap(attributes);
  push(service, serviceOf(columns, index) ?? entryOf(services, UNKNOWN_SERVICE));
  push(bytes, attributes.values.bytes.length - before);
  push(hash, mixMap(0, attributes, index));
  return fault;
}

/** Begins a resource that has no attributes but is called so, such as the source of a CloudEvent. */
export function openNamed(columns: HopColumns, name: string): void {
  const { attributes, services, service, bytes, hash } = columns.resources;
  closeMap(attributes);
  const entry = entryOf(services, name);
  push(service, entry);
  push(bytes, 0);
  push(hash, hashOf(services, entry));
}

/** Begins a scope. */
export function openScope(columns: HopColumns, name: string, version: string): void {
  const { names, versions } = columns.scopes;
  putScope(columns, entryOf(names, name), entryOf(versions, version));
}

/** Appends the attributes of the Resource that the cursor is in. */
export function takeResource(c: Cursor, attributes: Maps): void {
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x0a) takeAttributes(c, attributes, field);
    else skip(c, field);
  }
}

/** Begins the InstrumentationScope that the cursor is in. */
export function takeScope(c: Cursor, columns: HopColumns): void {
  const { names, versions } = columns.scopes;
  let [name, version] = [0, 0];
  while (c.at < c.end) {
    const field = tag(c);
    if (field === 0x0a) name = takeEntry(names, c, length(c));
    else if (field === 0x12) version = takeEntry(versions, c, length(c));
    else skip(c, field);
  }
  putScope(columns, name, version);
}

/** Of the resource begun last. */
function putScope({ resources, scopes }: HopColumns, name: number, version: number): void {
  push(scopes.name, name);
  push(scopes.version, version);
  const hash = mixWord(word(resources.hash, resources.hash.length - 1), hashOf(scopes.names, name));
  push(scopes.hash, mixWord(hash, hashOf(scopes.versions, version)));
}

function serviceOf({ resources }: HopColumns, index: number): number | null {
  const { attributes, services } = resources;
  const at = findValue(attributes, findEntry(attributes.dictionary, "service.name"), index);
  if (at === null) return null;
  const text = textAt(attributes.values, at);
  return text.end === 0 ? null : takeEntry(services, text, text.end);
}

/** Replaces the open row's text, for a field that a sender wrote twice. */
export function reopenText(columns: HopColumns, name: "message" | "body" | "traceState"): void {
  truncateTexts(columns[name], columns.rows);
}
