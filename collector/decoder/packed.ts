/**
 * Packed: one row as one small object, for whoever keeps many of them and looks at few.
 *
 *   HopBatch → [packed] → kept for minutes → Hop
 *
 * A Hop is some thirty fields, with texts and maps of its own: kept by the hundred thousand they are what the garbage
 * collector does all day. Here ids and times are plain integers, and all else is shared with the rows that are alike.
 */
import type { Attributes, Hop } from "../hop.ts";
import { hasFlaggedEvent, stringAt } from "./batch.ts";
import { endOfText, type Texts, word } from "./buffers.ts";
import type { Flags, HopBatch, HopColumns } from "./columns.ts";
import { entryCount } from "./dictionary.ts";
import { hexOf } from "./hex.ts";
import { mapEnd, mapStart } from "./maps.ts";

/** Packs outlines of the rows of one batch. */
export function packerOf(batch: HopBatch, flags: Flags): (row: number) => PackedHop {
  const { columns } = batch;
  const likes = new Map<number, Hop>();
  const said = new Map<string, Attributes>([["", NO_ATTRIBUTES]]);
  const mayShare = isCountable(columns);
  return (row) => {
    if (!mayShare || !isPlain(columns, row, flags)) {
      const like = batch.outline(row, flags);
      return new PackedHop(columns, row, { like, attributes: like.attributes });
    }
    const text = flaggedText(columns, row, flags);
    const attributes = said.get(text) ?? batch.outline(row, flags).attributes;
    said.set(text, attributes);
    const key = likeness(columns, row);
    const like = likes.get(key) ?? batch.outline(row, flags);
    likes.set(key, like);
    return new PackedHop(columns, row, { like, attributes });
  };
}

const NO_ATTRIBUTES: Attributes = new Map();

/** What a row has in common with others: a hop that differs from it in ids, times, digest and attributes at the most. */
interface Common {
  readonly like: Hop;
  readonly attributes: Attributes;
}

/** One packed row: every number as two's complement, which the engine keeps in place. */
export class PackedHop {
  readonly #like: Hop;
  readonly #attributes: Attributes;
  readonly #digest: number;
  readonly #at0: number;
  readonly #at1: number;
  readonly #end0: number;
  readonly #end1: number;
  readonly #trace0: number;
  readonly #trace1: number;
  readonly #trace2: number;
  readonly #trace3: number;
  readonly #span0: number;
  readonly #span1: number;
  readonly #parent0: number;
  readonly #parent1: number;
  readonly #fact0: number;
  readonly #fact1: number;
  readonly #fact2: number;
  readonly #fact3: number;

  constructor({ fixed }: HopColumns, row: number, { like, attributes }: Common) {
    const [two, four] = [row * 2, row * 4];
    this.#like = like;
    this.#attributes = attributes;
    this.#digest = wordAt(fixed.digest, row);
    this.#at0 = wordAt(fixed.at, two);
    this.#at1 = wordAt(fixed.at, two + 1);
    this.#end0 = wordAt(fixed.end, two);
    this.#end1 = wordAt(fixed.end, two + 1);
    this.#trace0 = wordAt(fixed.traceId, four);
    this.#trace1 = wordAt(fixed.traceId, four + 1);
    this.#trace2 = wordAt(fixed.traceId, four + 2);
    this.#trace3 = wordAt(fixed.traceId, four + 3);
    this.#span0 = wordAt(fixed.spanId, two);
    this.#span1 = wordAt(fixed.spanId, two + 1);
    this.#parent0 = wordAt(fixed.parentId, two);
    this.#parent1 = wordAt(fixed.parentId, two + 1);
    this.#fact0 = wordAt(fixed.factId, four);
    this.#fact1 = wordAt(fixed.factId, four + 1);
    this.#fact2 = wordAt(fixed.factId, four + 2);
    this.#fact3 = wordAt(fixed.factId, four + 3);
  }

  /** The hop as it was packed. Field by field: to spread what it shares with others takes twice the memory. */
  hop(): Hop {
    const like = this.#like;
    const traceId = this.#traceId();
    const spanId = this.#spanId();
    return {
      id: like.kind === "span" ? traceId + spanId : this.#factId(),
      kind: like.kind,
      atNs: timeOf(this.#at0, this.#at1),
      endNs: timeOf(this.#end0, this.#end1),
      receivedNs: like.receivedNs,
      service: like.service,
      name: like.name,
      spanKind: like.spanKind,
      status: like.status,
      message: like.message,
      body: like.body,
      severity: like.severity,
      traceId,
      spanId,
      parentId: this.#parentId(),
      traceState: like.traceState,
      attributes: this.#attributes,
      resource: like.resource,
      scopeName: like.scopeName,
      scopeVersion: like.scopeVersion,
      links: like.links,
      events: like.events,
      droppedLinks: like.droppedLinks,
      droppedEvents: like.droppedEvents,
      droppedAttributes: like.droppedAttributes,
      digest: this.#digest >>> 0,
    };
  }

  #traceId(): string {
    SCRATCH[0] = this.#trace0;
    SCRATCH[1] = this.#trace1;
    SCRATCH[2] = this.#trace2;
    SCRATCH[3] = this.#trace3;
    return hexOf(SCRATCH, 0, 4);
  }

  #spanId(): string {
    SCRATCH[0] = this.#span0;
    SCRATCH[1] = this.#span1;
    return hexOf(SCRATCH, 0, 2);
  }

  #parentId(): string {
    SCRATCH[0] = this.#parent0;
    SCRATCH[1] = this.#parent1;
    return hexOf(SCRATCH, 0, 2);
  }

  #factId(): string {
    SCRATCH[0] = this.#fact0;
    SCRATCH[1] = this.#fact1;
    SCRATCH[2] = this.#fact2;
    SCRATCH[3] = this.#fact3;
    return hexOf(SCRATCH, 0, 4);
  }
}

/** Whether a row has nothing to itself but ids, times, digest and attributes. */
function isPlain(columns: HopColumns, row: number, flags: Flags): boolean {
  const { fixed } = columns;
  const dropped = (fixed.droppedLinks[row] ?? 0) + (fixed.droppedEvents[row] ?? 0);
  if (dropped + (fixed.droppedAttributes[row] ?? 0) > 0) return false;
  if (hasFlaggedEvent(columns, row, flags)) return false;
  return isEmpty(columns.message, row) && isEmpty(columns.body, row) && isEmpty(columns.traceState, row);
}

/** The flagged attributes of a row: the same text for the same attributes, and only for those. */
function flaggedText({ attributes }: HopColumns, row: number, flags: Flags): string {
  let text = "";
  const end = mapEnd(attributes, row);
  for (let i = mapStart(attributes, row); i < end; i++) {
    const key = word(attributes.keys, i);
    if (flags.attributes[key] !== 1) continue;
    const value = stringAt(attributes.values, i);
    text += ` ${key} ${value.length} ${value}`;
  }
  return text;
}

const SMALL = 2 ** 15;
const SOME = 2 ** 10;

/** Whether `likeness` is a number of its own for all that differ. */
function isCountable({ names, resources, scopes }: HopColumns): boolean {
  const isFew = resources.service.length < SOME && scopes.name.length < SOME;
  return isFew && entryCount(names) < Number.MAX_SAFE_INTEGER / (SMALL * SOME * SOME);
}

/** One number for all that plain rows may differ in, beside attributes. */
function likeness({ fixed }: HopColumns, row: number): number {
  const small = ((fixed.kind[row] ?? 0) * 8 + (fixed.spanKind[row] ?? 0)) * 4 + (fixed.status[row] ?? 0);
  const where = (fixed.resource[row] ?? 0) * SOME + (fixed.scope[row] ?? 0);
  return ((fixed.name[row] ?? 0) * SOME * SOME + where) * SMALL + small * 256 + (fixed.severity[row] ?? 0);
}

/** A text of no bytes is one byte long: its length. */
function isEmpty(texts: Texts, row: number): boolean {
  return endOfText(texts, row) - word(texts.starts, row) <= 1;
}

function wordAt(words: Uint32Array, index: number): number {
  return (words[index] ?? 0) | 0;
}

const SCRATCH = new Int32Array(4);

function timeOf(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
