/**
 * Batch: one row of the columns as an object.
 *
 *   HopColumns → [batch] → Hop
 *
 * For stitching and for people. Storing needs no objects: the columns go to the store as they are.
 */

import type { Attributes, Hop, HopKind, HopStatus, Link, SpanEvent, SpanKind } from "../hop.ts";
import { type Texts, textAt, word } from "./buffers.ts";
import { type HopBatch, type HopColumns, listStart } from "./columns.ts";
import type { Dictionary } from "./dictionary.ts";
import { type Maps, mapEnd, mapStart } from "./maps.ts";

const KINDS: readonly HopKind[] = ["span", "span", "log", "cloudevent"];
const SPAN_KINDS: readonly SpanKind[] = ["internal", "internal", "server", "client", "producer", "consumer"];
const STATUSES: readonly HopStatus[] = ["unset", "ok", "error"];

/** The columns as a batch of hops. Hops of one resource share its map. */
export function batchOf(columns: HopColumns): HopBatch {
  const resources: Attributes[] = [];
  const resource = (index: number) => {
    const known = resources[index] ?? mapAt(columns.resources.attributes, index);
    resources[index] = known;
    return known;
  };
  return { rows: columns.rows, columns, hop: (row) => hopAt(columns, row, resource) };
}

function hopAt(columns: HopColumns, row: number, resource: (index: number) => Attributes): Hop {
  const { fixed, scopes, resources } = columns;
  const kind = KINDS[fixed.kind[row] ?? 1] ?? "span";
  const traceId = idAt(fixed.traceId, row, 4);
  const spanId = idAt(fixed.spanId, row, 2);
  const sender = fixed.resource[row] ?? 0;
  const scope = fixed.scope[row] ?? 0;
  return {
    id: kind === "span" ? traceId + spanId : idAt(fixed.factId, row, 4),
    kind,
    atNs: timeAt(fixed.at, row),
    endNs: timeAt(fixed.end, row),
    receivedNs: BigInt(columns.receivedMs) * 1_000_000n,
    service: entryAt(resources.services, word(resources.service, sender)),
    name: entryAt(columns.names, fixed.name[row] ?? 0),
    spanKind: SPAN_KINDS[fixed.spanKind[row] ?? 1] ?? "internal",
    status: STATUSES[fixed.status[row] ?? 0] ?? "unset",
    message: stringAt(columns.message, row),
    body: stringAt(columns.body, row),
    severity: fixed.severity[row] ?? 0,
    traceId,
    spanId,
    parentId: idAt(fixed.parentId, row, 2),
    traceState: stringAt(columns.traceState, row),
    attributes: mapAt(columns.attributes, row),
    resource: resource(sender),
    scopeName: entryAt(scopes.names, word(scopes.name, scope)),
    scopeVersion: entryAt(scopes.versions, word(scopes.version, scope)),
    links: linksAt(columns, row),
    events: eventsAt(columns, row),
    droppedLinks: fixed.droppedLinks[row] ?? 0,
    droppedEvents: fixed.droppedEvents[row] ?? 0,
    droppedAttributes: fixed.droppedAttributes[row] ?? 0,
    digest: fixed.digest[row] ?? 0,
  };
}

function linksAt({ links }: HopColumns, row: number): Link[] {
  return range(listStart(links, row), word(links.ends, row)).map((i) => ({
    traceId: idAt(links.traceIds.data, i, 4),
    spanId: idAt(links.spanIds.data, i, 2),
    attributes: mapAt(links.attributes, i),
  }));
}

function eventsAt({ events }: HopColumns, row: number): SpanEvent[] {
  return range(listStart(events, row), word(events.ends, row)).map((i) => ({
    atNs: timeAt(events.at.data, i),
    name: entryAt(events.names, word(events.name, i)),
    attributes: mapAt(events.attributes, i),
  }));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Lowercase hex, "" for zeros. */
function idAt(words: Uint32Array, index: number, width: number): string {
  const own = words.subarray(index * width, (index + 1) * width);
  if (own.every((part) => part === 0)) return "";
  return Buffer.from(own.buffer, own.byteOffset, own.byteLength).toString("hex");
}

function timeAt(words: Uint32Array, index: number): bigint {
  return (BigInt(words[index * 2 + 1] ?? 0) << 32n) | BigInt(words[index * 2] ?? 0);
}

function mapAt(maps: Maps, index: number): Attributes {
  const map = new Map<string, string>();
  for (let i = mapStart(maps, index); i < mapEnd(maps, index); i++) {
    map.set(entryAt(maps.dictionary, word(maps.keys, i)), stringAt(maps.values, i));
  }
  return map;
}

function entryAt(dictionary: Dictionary, id: number): string {
  return stringAt(dictionary.entries, id);
}

function stringAt(texts: Texts, index: number): string {
  const { bytes } = textAt(texts, index);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
