/**
 * Keysets: the different sets of keys in a batch, each read once.
 *
 *   HopColumns → [keysets] → extract
 *
 * Two rows with the same bytes in every attribute that may hold a key carry the same keys. Those bytes are compared as
 * they are; only a set that is new becomes an object, by keys.ts. Rows that hold keys in other places (bodies, events,
 * links, CloudEvent context) are read one by one.
 */
import { stringAt } from "../collector/decoder/batch.ts";
import { endOfText, word } from "../collector/decoder/buffers.ts";
import { type HopColumns, listStart } from "../collector/decoder/columns.ts";
import { type Dictionary, entryCount, findEntry } from "../collector/decoder/dictionary.ts";
import { mixRun, mixWord } from "../collector/decoder/digest.ts";
import { type Maps, mapEnd, mapStart } from "../collector/decoder/maps.ts";
import type { Hop } from "../collector/hop.ts";
import { type KeyHolder, type Keys, keysOf } from "./keys.ts";
import type { Plan } from "./plan.ts";

const NOTHING: Keys = new Map();
const NOTHING_ELSE = { events: [], links: [], resource: new Map<string, string>(), body: "" };

/** Which entries of a dictionary have one of these names: 1 at the number of each. */
export function flagged(dictionary: Dictionary, names: ReadonlySet<string>): Uint8Array {
  const flags = new Uint8Array(entryCount(dictionary));
  for (const name of names) {
    // Dictionaries know their entries by bytes read as Latin-1.
    const entry = findEntry(dictionary, Buffer.from(name, "utf8").toString("latin1"));
    if (entry !== null) flags[entry] = 1;
  }
  return flags;
}

/** Whether a map has any entry that is flagged. */
export function hasFlagged(maps: Maps, flags: Uint8Array, index: number): boolean {
  const end = mapEnd(maps, index);
  for (let i = mapStart(maps, index); i < end; i++) if (flags[maps.keys.data[i] ?? 0] === 1) return true;
  return false;
}

/** The sets of one batch. */
export class Keysets {
  readonly sets: Keys[] = [NOTHING];
  readonly #columns: HopColumns;
  readonly #plan: Plan;
  readonly #own: Uint8Array;
  readonly #inEvents: Uint8Array | null;
  readonly #inLinks: Uint8Array | null;
  /** per resource: 1 when it may hold keys */
  readonly #inResource: Uint8Array;
  /** hash → sets with that hash, each by a row that has it */
  readonly #byHash = new Map<number, { readonly set: number; readonly row: number }[]>();
  #last: { readonly set: number; readonly row: number } | null = null;

  constructor(columns: HopColumns, plan: Plan) {
    const { attributes, events, links, resources } = columns;
    this.#columns = columns;
    this.#plan = plan;
    this.#own = flagged(attributes.dictionary, plan.keyNames);
    this.#inEvents = anyFlagged(events.attributes, plan.keyNames);
    this.#inLinks = anyFlagged(links.attributes, plan.keyNames);
    const flags = flagged(resources.attributes.dictionary, plan.keyNames);
    this.#inResource = Uint8Array.from(
      resources.attributes.ends.data.subarray(0, resources.attributes.ends.length),
      (_, at) => (hasFlagged(resources.attributes, flags, at) ? 1 : 0),
    );
  }

  /** The number of the row's set. */
  of(row: number, hop: (row: number) => Hop): number {
    if (this.#standsAlone(row)) return this.#add(keysOf(hop(row), this.#plan.kinds));
    if (this.#last !== null && this.#isAlike(this.#last.row, row)) return this.#last.set;
    const hash = this.#hash(row);
    if (hash === 0) return 0;
    const alike = this.#byHash.get(hash)?.find((known) => this.#isAlike(known.row, row));
    this.#last = alike ?? { set: this.#add(keysOf(this.#holder(row) ?? hop(row), this.#plan.kinds)), row };
    if (alike === undefined) this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), this.#last]);
    return this.#last.set;
  }

  /** Just what of the row holds keys; null when its resource does as well. */
  #holder(row: number): KeyHolder | null {
    const { attributes, fixed } = this.#columns;
    if (this.#inResource[fixed.resource[row] ?? 0] === 1) return null;
    const own = new Map<string, string>();
    const end = mapEnd(attributes, row);
    for (let i = this.#nextKey(mapStart(attributes, row), end); i < end; i = this.#nextKey(i + 1, end)) {
      const name = stringAt(attributes.dictionary.entries, attributes.keys.data[i] ?? 0);
      own.set(name, stringAt(attributes.values, i));
    }
    return { ...NOTHING_ELSE, kind: fixed.kind[row] === 2 ? "log" : "span", attributes: own };
  }

  #add(keys: Keys): number {
    if (keys.size === 0) return 0;
    return this.sets.push(keys) - 1;
  }

  #standsAlone(row: number): boolean {
    const { fixed, body, events, links } = this.#columns;
    const kind = fixed.kind[row];
    if (kind === 3) return true;
    if (kind === 2 && this.#plan.readsBodies && endOfText(body, row) - word(body.starts, row) > 1)
      return true;
    return isAnyIn(events, this.#inEvents, row) || isAnyIn(links, this.#inLinks, row);
  }

  /** 0 for a row whose attributes hold no keys. */
  #hash(row: number): number {
    const { attributes, fixed } = this.#columns;
    const resource = fixed.resource[row] ?? 0;
    let hash = this.#inResource[resource] === 1 ? mixWord(1, resource) : 0;
    const end = mapEnd(attributes, row);
    for (let i = mapStart(attributes, row); i < end; i++) {
      const key = attributes.keys.data[i] ?? 0;
      if (this.#own[key] !== 1) continue;
      const { values } = attributes;
      const run = { view: values.bytes.view, from: word(values.starts, i), to: endOfText(values, i) };
      hash = mixRun(mixWord(hash, key), run) || 1;
    }
    return hash;
  }

  /** Whether two rows have the same bytes wherever keys may be. */
  #isAlike(a: number, b: number): boolean {
    const { attributes, fixed } = this.#columns;
    const [resourceA, resourceB] = [fixed.resource[a] ?? 0, fixed.resource[b] ?? 0];
    if (resourceA !== resourceB && (this.#inResource[resourceA] === 1 || this.#inResource[resourceB] === 1))
      return false;
    const [endA, endB] = [mapEnd(attributes, a), mapEnd(attributes, b)];
    let [i, j] = [this.#nextKey(mapStart(attributes, a), endA), this.#nextKey(mapStart(attributes, b), endB)];
    while (i < endA && j < endB) {
      if (attributes.keys.data[i] !== attributes.keys.data[j] || !isSameText(attributes, i, j)) return false;
      [i, j] = [this.#nextKey(i + 1, endA), this.#nextKey(j + 1, endB)];
    }
    return i === endA && j === endB;
  }

  #nextKey(from: number, end: number): number {
    let i = from;
    while (i < end && this.#own[this.#columns.attributes.keys.data[i] ?? 0] !== 1) i++;
    return i;
  }
}

function anyFlagged(maps: Maps, names: ReadonlySet<string>): Uint8Array | null {
  const flags = flagged(maps.dictionary, names);
  return flags.includes(1) ? flags : null;
}

function isAnyIn(
  list: HopColumns["events"] | HopColumns["links"],
  flags: Uint8Array | null,
  row: number,
): boolean {
  if (flags === null) return false;
  const end = word(list.ends, row);
  for (let i = listStart(list, row); i < end; i++) if (hasFlagged(list.attributes, flags, i)) return true;
  return false;
}

function isSameText({ values }: Maps, a: number, b: number): boolean {
  const { data } = values.bytes;
  const [fromA, fromB] = [word(values.starts, a), word(values.starts, b)];
  const size = endOfText(values, a) - fromA;
  if (size !== endOfText(values, b) - fromB) return false;
  for (let i = 0; i < size; i++) if (data[fromA + i] !== data[fromB + i]) return false;
  return true;
}
