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
import type { Attributes, Hop } from "../collector/hop.ts";
import { type KeyHolder, type Keys, keysOf } from "./keys.ts";
import type { Plan } from "./plan.ts";

const NOTHING: Keys = new Map();
const NOWHERE: readonly never[] = [];
const NO_ATTRIBUTES: Attributes = new Map();

/** No row's resource holds keys. */
const NO_RESOURCE = -1;

/** Where in a row keys may be: entries of its attributes, from a place in the list of them, and its resource if that may hold some. */
interface Where {
  readonly from: number;
  readonly size: number;
  readonly resource: number;
}

/** A set that was read, and the kinds of what was too long to be in it, one for each value. */
interface Read {
  readonly set: number;
  readonly long: readonly string[];
}

/** A set that was read, and where; the one read before it with the same hash. */
interface Known extends Read {
  readonly where: Where;
  readonly before: Known | undefined;
}

interface Making {
  readonly where: Where;
  readonly hash: number;
  readonly hop: (row: number) => Hop;
}

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
  /** kind → values on the rows so far that were too long to be keys; count */
  readonly longKeys = new Map<string, number>();
  readonly #columns: HopColumns;
  readonly #plan: Plan;
  readonly #own: Uint8Array;
  readonly #inEvents: Uint8Array | null;
  readonly #inLinks: Uint8Array | null;
  /** per resource: 1 when it may hold keys */
  readonly #inResource: Uint8Array;
  readonly #names: string[] = [];
  /** hash → the last set with that hash */
  readonly #byHash = new Map<number, Known>();
  /** entries of all sets that were read, one after the other, and behind them those of the row that is looked at */
  #entries: Int32Array = new Int32Array(64);
  #from = 0;
  #last: Known | null = null;

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
    if (this.#standsAlone(row)) return this.#counted(this.#read(hop(row)));
    const found = this.#lookFor(row);
    if (found.size === 0 && found.resource === NO_RESOURCE) return 0;
    if (this.#last !== null && this.#isAlike(this.#last.where, found)) return this.#counted(this.#last);
    const hash = this.#hash(found);
    let known = this.#byHash.get(hash);
    while (known !== undefined && !this.#isAlike(known.where, found)) known = known.before;
    this.#last = known ?? this.#made(row, { where: found, hash, hop });
    return this.#counted(this.#last);
  }

  #counted({ set, long }: Read): number {
    for (const kind of long) this.longKeys.set(kind, (this.longKeys.get(kind) ?? 0) + 1);
    return set;
  }

  #read(holder: KeyHolder): Read {
    const long: string[] = [];
    const keys = keysOf(holder, this.#plan.kinds, long);
    return { set: keys.size === 0 ? 0 : this.sets.push(keys) - 1, long };
  }

  #made(row: number, { where, hash, hop }: Making): Known {
    this.#from += where.size;
    const holder = where.resource === NO_RESOURCE ? this.#holder(row, where) : hop(row);
    const { set, long } = this.#read(holder);
    const made = { set, long, where, before: this.#byHash.get(hash) };
    this.#byHash.set(hash, made);
    return made;
  }

  #standsAlone(row: number): boolean {
    const { fixed, body } = this.#columns;
    const kind = fixed.kind[row];
    if (kind === 3) return true;
    if (kind === 2 && this.#plan.readsBodies && endOfText(body, row) - word(body.starts, row) > 1)
      return true;
    const { events, links } = this.#columns;
    return isAnyIn(events, this.#inEvents, row) || isAnyIn(links, this.#inLinks, row);
  }

  /** Where in the row keys may be. Good until the next call, unless a set is made of it. */
  #lookFor(row: number): Where {
    const { attributes, fixed } = this.#columns;
    const keys = attributes.keys.data;
    const end = mapEnd(attributes, row);
    let to = this.#from;
    for (let i = mapStart(attributes, row); i < end; i++) {
      if (this.#own[keys[i] ?? 0] !== 1) continue;
      if (to === this.#entries.length) this.#entries = doubled(this.#entries);
      this.#entries[to++] = i;
    }
    const resource = fixed.resource[row] ?? 0;
    const held = this.#inResource[resource] === 1 ? resource : NO_RESOURCE;
    return { from: this.#from, size: to - this.#from, resource: held };
  }

  /** Just what of the row that was looked at holds keys. */
  #holder(row: number, { from, size }: Where): KeyHolder {
    const { attributes, fixed } = this.#columns;
    const own = new Map<string, string>();
    for (let n = from; n < from + size; n++) {
      const i = this.#entries[n] ?? 0;
      own.set(this.#nameOf(attributes.keys.data[i] ?? 0), stringAt(attributes.values, i));
    }
    const kind = fixed.kind[row] === 2 ? "log" : "span";
    return { kind, attributes: own, events: NOWHERE, links: NOWHERE, resource: NO_ATTRIBUTES, body: "" };
  }

  #nameOf(key: number): string {
    const known = this.#names[key] ?? stringAt(this.#columns.attributes.dictionary.entries, key);
    this.#names[key] = known;
    return known;
  }

  #hash({ from, size, resource }: Where): number {
    const { keys, values } = this.#columns.attributes;
    let hash = resource;
    for (let n = from; n < from + size; n++) {
      const i = this.#entries[n] ?? 0;
      const run = { view: values.bytes.view, from: word(values.starts, i), to: endOfText(values, i) };
      hash = mixRun(mixWord(hash, keys.data[i] ?? 0), run);
    }
    return hash;
  }

  /** Whether there are the same bytes wherever keys may be. */
  #isAlike(a: Where, b: Where): boolean {
    if (a.size !== b.size || a.resource !== b.resource) return false;
    const { attributes } = this.#columns;
    const keys = attributes.keys.data;
    for (let n = 0; n < a.size; n++) {
      const [i, j] = [this.#entries[a.from + n] ?? 0, this.#entries[b.from + n] ?? 0];
      if (keys[i] !== keys[j] || !isSameText(attributes, i, j)) return false;
    }
    return true;
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

function doubled(entries: Int32Array): Int32Array {
  const more = new Int32Array(entries.length * 2);
  more.set(entries);
  return more;
}
