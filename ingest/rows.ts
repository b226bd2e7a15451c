/**
 * Rows: a row of the store back into the hop it was made from.
 *
 *   store → [rows] → Hop → gather, stitch
 *
 * Pure. The other direction is native_hops.ts; both together give back all that is told of a hop unchanged. All-zero ids are ids that the
 * fact does not have.
 */
import { z } from "zod";
import type { Hop, Link, SpanEvent } from "../collector/hop.ts";
import { Int64 } from "./statements.ts";

const Texts = z.array(z.string());
const Pairs = z.array(z.tuple([z.string(), z.string()]));
const Hex = z.string().transform((text) => text.toLowerCase());
const Count = z.number().int();

/** One row of hops_by_locality.sql. */
export const HopRow = z.object({
  kind: z.enum(["span", "log", "cloudevent"]),
  at_ns: Int64,
  duration: Int64,
  received_ms: Int64,
  trace: Hex,
  span: Hex,
  parent: Hex,
  fact: Hex,
  digest: Count,
  service: z.string(),
  name: z.string(),
  span_kind: z.enum(["internal", "server", "client", "producer", "consumer"]),
  status: z.enum(["unset", "ok", "error"]),
  message: z.string(),
  body: z.string(),
  attributes: Pairs,
  resource: Pairs,
  event_ns: z.array(Int64),
  event_name: Texts,
  event_attributes: z.array(Pairs),
  link_traces: z.array(Hex),
  link_spans: z.array(Hex),
  link_attributes: z.array(Pairs),
  dropped_links: Count,
});

type Row = z.output<typeof HopRow>;

/** The hop of a row. */
export function hopOfRow(row: Row): Hop {
  return {
    id: row.kind === "span" ? row.trace + row.span : row.fact,
    kind: row.kind,
    atNs: row.at_ns,
    endNs: row.at_ns + row.duration,
    receivedNs: row.received_ms * 1_000_000n,
    service: row.service,
    name: row.name,
    spanKind: row.span_kind,
    status: row.status,
    message: row.message,
    body: row.body,
    traceId: idOf(row.trace),
    spanId: idOf(row.span),
    parentId: idOf(row.parent),
    attributes: new Map(row.attributes),
    resource: new Map(row.resource),
    links: linksOf(row),
    events: eventsOf(row),
    droppedLinks: row.dropped_links,
    digest: row.digest,
  };
}

function linksOf(row: Row): Link[] {
  return row.link_traces.map((trace, at) => ({
    traceId: idOf(trace),
    spanId: idOf(row.link_spans[at]),
    attributes: new Map(row.link_attributes[at]),
  }));
}

function eventsOf(row: Row): SpanEvent[] {
  return row.event_ns.map((atNs, at) => ({
    atNs,
    name: row.event_name[at] ?? "",
    attributes: new Map(row.event_attributes[at]),
  }));
}

function idOf(hex = ""): string {
  return /^0*$/.test(hex) ? "" : hex;
}
