/**
 * Dictionary: texts that come again and again, each kept once and named by a small number.
 *
 *   attribute keys, span names → [Dictionary] → LowCardinality columns
 *
 * Senders repeat themselves: what followed this entry last time follows it again. So the likely next one is compared
 * byte by byte first, and a wrong guess costs a look into a small table, and only then one by name. Entry 0 is always the
 * empty text.
 */
import { newTexts, newWords, push, putAscii, type Texts, takeText, type Words, word } from "./buffers.ts";
import { finishHash, mixRun, mixWord } from "./digest.ts";
import { type Cursor, cursor } from "./wire.ts";

/** A growing set of texts. */
export interface Dictionary {
  readonly entries: Texts;
  /** of each entry four: where its text begins after the length, its size, its hash, and what followed it last time */
  readonly facts: Words;
  readonly ids: Map<string, number>;
  /** entries by a hash of a few of their bytes, 0 where there is none; made when it is first needed */
  table: Uint32Array | null;
  /** the entry looked up last */
  last: number;
  /** the entry that is likely to come next; only ever a guess */
  guess: number;
}

/** Slots of the table, a power of two; and how many of them are looked at, whatever a sender makes collide. */
const SLOTS = 512;
const PROBES = 4;

/** Where in the facts of an entry each stands; its begin is the first. */
const SIZE = 1;
const HASH = 2;
const NEXT = 3;

/** A dictionary that holds the empty text only. */
export function newDictionary(): Dictionary {
  const entries = newTexts(16, 256);
  const dictionary: Dictionary = {
    entries,
    facts: newWords(16),
    ids: new Map([["", 0]]),
    table: null,
    last: 0,
    guess: 0,
  };
  putAscii(entries, "");
  note(dictionary, 0);
  return dictionary;
}

/** Gives back what only looking up many needs; entries can still be looked up, and added. */
export function settleDictionary(dictionary: Dictionary): void {
  dictionary.table = null;
}

/** The hash of an entry's text. */
export function hashOf({ facts }: Dictionary, id: number): number {
  return word(facts, id * 4 + HASH);
}

/** How many entries there are. */
export function entryCount(dictionary: Dictionary): number {
  return dictionary.entries.starts.length;
}

/** The entry with the next bytes of a message, known to be all there; made when it is new. */
export function takeEntry(dictionary: Dictionary, c: Cursor, size: number): number {
  const { facts, last } = dictionary;
  dictionary.guess = word(facts, last * 4 + NEXT);
  const id = takeGuessed(dictionary, c, size);
  facts.data[last * 4 + NEXT] = id;
  dictionary.last = id;
  return id;
}

/** The same, for a caller who has set `guess`. */
export function takeGuessed(dictionary: Dictionary, c: Cursor, size: number): number {
  const { guess, facts } = dictionary;
  const isRight = facts.data[guess * 4 + SIZE] === size && isNext(dictionary, c, guess);
  const id = isRight ? guess : lookUp(dictionary, c, size);
  c.at += size;
  return id;
}

/** The entry with this text, made when it is new. ASCII is its own name; the name of other text is its bytes. */
export function entryOf(dictionary: Dictionary, text: string): number {
  const known = dictionary.ids.get(text);
  if (known !== undefined && isAscii(text)) return known;
  const c = cursor(Buffer.from(text));
  return takeEntry(dictionary, c, c.end);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** The entry with this text, which is ASCII, or null. */
export function findEntry(dictionary: Dictionary, ascii: string): number | null {
  return dictionary.ids.get(ascii) ?? null;
}

/**
 * Whether an entry, known to be of the right size, comes next. Compares four bytes at a time; the last four once more,
 * whichever of them were compared before.
 */
function isNext({ facts, entries }: Dictionary, { view, at }: Cursor, id: number): boolean {
  const { view: known } = entries.bytes;
  const begin = word(facts, id * 4);
  const size = word(facts, id * 4 + SIZE);
  const last = size - 4;
  if (last < 0) {
    for (let i = 0; i < size; i++) if (known.getUint8(begin + i) !== view.getUint8(at + i)) return false;
    return true;
  }
  let differ = known.getInt32(begin + last, true) ^ view.getInt32(at + last, true);
  for (let i = 0; i < last; i += 4) differ |= known.getInt32(begin + i, true) ^ view.getInt32(at + i, true);
  return differ === 0;
}

/** First in the table; it has room for what a usual sender says, and the rest is found by name. */
function lookUp(dictionary: Dictionary, c: Cursor, size: number): number {
  if (size === 0) return 0;
  dictionary.table ??= new Uint32Array(SLOTS + PROBES);
  const { table, facts } = dictionary;
  const first = slotOf(c, size);
  for (let slot = first; slot < first + PROBES; slot++) {
    const id = table[slot] ?? 0;
    if (id !== 0 && facts.data[id * 4 + SIZE] === size && isNext(dictionary, c, id)) return id;
  }
  const id = byName(dictionary, c, size);
  for (let slot = first; slot < first + PROBES; slot++) {
    if (table[slot] !== 0) continue;
    table[slot] = id;
    break;
  }
  return id;
}

/** By the size, the first, the middle and the last bytes: keys that are alike in all of them are rare. */
function slotOf({ view, at }: Cursor, size: number): number {
  let hash = size;
  if (size < 4) for (let i = 0; i < size; i++) hash = Math.imul(hash, 31) + view.getUint8(at + i);
  else {
    hash = mixWord(hash, view.getInt32(at, true));
    hash = mixWord(hash, view.getInt32(at + ((size - 4) >> 1), true));
    hash = mixWord(hash, view.getInt32(at + size - 4, true));
  }
  return finishHash(hash) & (SLOTS - 1);
}

/** Entries are found by their bytes read as Latin-1, which tells any two apart. */
function byName(dictionary: Dictionary, c: Cursor, size: number): number {
  const name = Buffer.from(c.bytes.buffer, c.bytes.byteOffset + c.at, size).toString("latin1");
  const known = dictionary.ids.get(name);
  if (known !== undefined) return known;
  const id = entryCount(dictionary);
  const { at } = c;
  takeText(dictionary.entries, c, size);
  c.at = at;
  dictionary.ids.set(name, id);
  note(dictionary, size);
  return id;
}

function note(dictionary: Dictionary, size: number): void {
  const { bytes } = dictionary.entries;
  const begin = bytes.length - size;
  push(dictionary.facts, begin);
  push(dictionary.facts, size);
  push(dictionary.facts, mixRun(0, { view: bytes.view, from: begin, to: bytes.length }));
  push(dictionary.facts, 0);
}
