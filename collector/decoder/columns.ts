/**
 * Columns: the hops of one request, by column, as the decoders fill them and the store takes them.
 *
 *   wire → [HopColumns] → Native block, or one Hop at a time (batch.ts)
 *
 * A decoder writes into the open row, the slot at `rows`. It counts once `closeRow` has moved `rows` on; until then
 * `dropRow` undoes it and everything appended for it, so that a bad record leaves no trace.
 */
import { Failure } from "../../errors.ts";
import type { Carrier, Hop } from "../hop.ts";
import {
  newTexts,
  newWords,
  push,
  putEmpty,
  type Texts,
  truncateTexts,
  type Words,
  word,
} from "./buffers.ts";
import { type Dictionary, newDictionary, settleDictionary } from "./dictionary.ts";
import { clearFixed, type Fixed, newFixed } from "./fixed.ts";
import { closeMap, type Maps, newMaps, truncateMaps } from "./maps.ts";

/** Which names matter: 1 at the number of each in its dictionary. */
export interface Flags {
  /** of a row's own attributes */
  readonly attributes: Uint8Array;
  /** of the attributes of its events, which all matter when one of them has any */
  readonly events: Uint8Array;
}

/** Decoded hops of one request. */
export interface HopBatch {
  readonly rows: number;
  /** about what it takes in memory, with what is found in it (ingest/extract.ts); bytes */
  readonly bytes: number;
  /** One row as an object. */
  readonly hop: (row: number) => Hop;
  /** The same without links, and of attributes and events no more than is flagged. */
  readonly outline: (row: number, flags: Flags) => Hop;
  /** less of a row still: only the flagged attributes, no links, no ids */
  readonly carrier: (row: number, flags: Uint8Array) => Carrier;
  /** the same rows, for whoever can use them without objects */
  readonly columns: HopColumns;
}

/** The span events of all rows, flat. `at` holds two words each. Appended to by way of `eventsOf`. */
export interface Events {
  readonly ends: Words;
  readonly at: Words;
  readonly names: Dictionary;
  readonly name: Words;
  readonly attributes: Maps;
}

/** The links of all rows, flat: four words of trace id and two of span id each. Appended to by way of `linksOf`. */
export interface Links {
  readonly ends: Words;
  readonly traceIds: Words;
  readonly spanIds: Words;
  readonly attributes: Maps;
}

/** Who sent the rows: each resource once, with its service, and the size and the hash of its attributes. */
export interface Resources {
  readonly attributes: Maps;
  readonly services: Dictionary;
  readonly service: Words;
  readonly bytes: Words;
  readonly hash: Words;
}

/** Which instrumentation told of the rows. */
export interface Scopes {
  readonly names: Dictionary;
  readonly versions: Dictionary;
  readonly name: Words;
  readonly version: Words;
  /** what the digest of a row begins with: of the scope, and of the resource it came under */
  readonly hash: Words;
}

/** How far the begin of a hop may be from its arrival. */
export interface TimeBounds {
  /** ms; what is older is refused, so that a wrong clock makes no partitions of years gone by */
  readonly pastMs: number;
  /** ms, for the end of a hop and its events too */
  readonly aheadMs: number;
}

const ANY_TIME: TimeBounds = { pastMs: Number.POSITIVE_INFINITY, aheadMs: 86_400_000 };

/** All columns of one request. */
export interface HopColumns {
  rows: number;
  capacity: number;
  fixed: Fixed;
  readonly receivedMs: number;
  /** size of the body, unpacked */
  readonly bodyBytes: number;
  readonly times: TimeBounds;
  readonly names: Dictionary;
  readonly message: Texts;
  readonly body: Texts;
  readonly traceState: Texts;
  readonly attributes: Maps;
  events: Events;
  links: Links;
  readonly resources: Resources;
  readonly scopes: Scopes;
  /** what resource attributes take once every row repeats them; bytes */
  repeatedBytes: number;
  /** rows that came without a time; count */
  untimed: number;
  /** logs that named a trace in a way that cannot be read; count */
  unlinked: number;
  /** 1 when bytes of a JSON body that are not UTF-8 were replaced, else 0 */
  replaced: number;
}

/** Whoever reads rows gets their resource with each: beyond this a small body would ask for large answers. */
const REPEATED_BYTES_MAX = 256 * 1024 * 1024;

/** About what a record takes on the wire, and an attribute: a first guess at how many there are. */
const RECORD_BYTES = 384;
const ATTRIBUTE_BYTES = 32;

function newEvents(ends: Words): Events {
  return { ends, at: newWords(16), names: newDictionary(), name: newWords(8), attributes: newMaps(16, 256) };
}

function newLinks(ends: Words): Links {
  return { ends, traceIds: newWords(16), spanIds: newWords(8), attributes: newMaps(16, 256) };
}

/** Of all columns without any, for most small deliveries have none, and they would be a third of what one takes. */
const NO_EVENTS = newEvents(newWords(0));
const NO_LINKS = newLinks(newWords(0));

/** Written out, so that the engine takes it for the same kind of object as one made by `newEvents`. */
function noEvents(ends: Words): Events {
  const { at, names, name, attributes } = NO_EVENTS;
  return { ends, at, names, name, attributes };
}

function noLinks(ends: Words): Links {
  const { traceIds, spanIds, attributes } = NO_LINKS;
  return { ends, traceIds, spanIds, attributes };
}

/** The events, to append to. */
export function eventsOf(columns: HopColumns): Events {
  if (columns.events.name === NO_EVENTS.name) columns.events = newEvents(columns.events.ends);
  return columns.events;
}

/** The links, to append to. */
export function linksOf(columns: HopColumns): Links {
  if (columns.links.spanIds === NO_LINKS.spanIds) columns.links = newLinks(columns.links.ends);
  return columns.links;
}

/** No rows yet, with room for about as many as a body of this size holds. */
export function newColumns(receivedMs: number, bodyBytes: number, times = ANY_TIME): HopColumns {
  const rows = 8 + Math.ceil(bodyBytes / RECORD_BYTES);
  const texts = () => newTexts(rows, rows + 64);
  return {
    rows: 0,
    capacity: rows,
    fixed: newFixed(rows),
    receivedMs,
    bodyBytes,
    times,
    names: newDictionary(),
    message: texts(),
    body: texts(),
    traceState: texts(),
    // Values are a quarter of a usual body; they may be twice that before anything has to grow.
    attributes: newMaps(64 + Math.ceil(bodyBytes / ATTRIBUTE_BYTES), 256 + (bodyBytes >> 1)),
    events: noEvents(newWords(rows)),
    links: noLinks(newWords(rows)),
    resources: {
      attributes: newMaps(16, 256),
      services: newDictionary(),
      service: newWords(4),
      bytes: newWords(4),
      hash: newWords(4),
    },
    scopes: {
      names: newDictionary(),
      versions: newDictionary(),
      name: newWords(4),
      version: newWords(4),
      hash: newWords(4),
    },
    repeatedBytes: 0,
    untimed: 0,
    unlinked: 0,
    replaced: 0,
  };
}

/** Where the events, or links, of a row begin. */
export function listStart(list: Events | Links, row: number): number {
  return row === 0 ? 0 : word(list.ends, row - 1);
}

/** Opens a row of the last resource and scope. Answers its number. */
export function openRow(columns: HopColumns, kind: number): number {
  const row = columns.rows;
  if (row === columns.capacity) {
    columns.capacity *= 2;
    columns.fixed = newFixed(columns.capacity, columns.fixed);
  }
  const { fixed, resources, scopes } = columns;
  fixed.kind[row] = kind;
  fixed.spanKind[row] = 1;
  fixed.resource[row] = resources.service.length - 1;
  fixed.scope[row] = scopes.name.length - 1;
  return row;
}

/** Closes the open row: what it left out becomes empty, and it counts from now on. */
export function closeRow(columns: HopColumns): void {
  const { rows, events, links } = columns;
  closeText(columns.message, rows);
  closeText(columns.body, rows);
  closeText(columns.traceState, rows);
  closeMap(columns.attributes);
  push(events.ends, events.name.length);
  push(links.ends, links.attributes.ends.length);
  columns.repeatedBytes += word(columns.resources.bytes, columns.resources.bytes.length - 1);
  if (columns.repeatedBytes > REPEATED_BYTES_MAX)
    throw new Failure(
      "too_large",
      "Its resource attributes, repeated for every record, take more than 256 MiB.",
    );
  columns.rows = rows + 1;
}

/** Undoes the open row. */
export function dropRow(columns: HopColumns): void {
  const { rows, events, links } = columns;
  truncateTexts(columns.message, rows);
  truncateTexts(columns.body, rows);
  truncateTexts(columns.traceState, rows);
  truncateMaps(columns.attributes, rows);
  const keptEvents = listStart(events, rows);
  events.at.length = keptEvents * 2;
  events.name.length = keptEvents;
  truncateMaps(events.attributes, keptEvents);
  const keptLinks = listStart(links, rows);
  links.traceIds.length = keptLinks * 4;
  links.spanIds.length = keptLinks * 2;
  truncateMaps(links.attributes, keptLinks);
  if (rows < columns.capacity) clearFixed(columns.fixed, rows);
}

/** Gives back what only filling them needs. */
export function settleColumns({ names, attributes, events, links, resources, scopes }: HopColumns): void {
  const maps = [attributes, events.attributes, links.attributes, resources.attributes];
  for (const { dictionary } of maps) settleDictionary(dictionary);
  for (const each of [names, events.names, resources.services, scopes.names, scopes.versions])
    settleDictionary(each);
}

function closeText(texts: Texts, row: number): void {
  if (texts.starts.length === row) putEmpty(texts);
}
