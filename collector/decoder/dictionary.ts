/**
 * Dictionary: texts that come again and again, each kept once and named by a small number.
 *
 *   attribute keys, span names → [Dictionary] → LowCardinality columns
 *
 * Senders repeat themselves: the key that followed this one last time follows it again. So the likely next entry is
 * compared byte by byte first, and only a wrong guess is looked up. Entry 0 is always the empty text.
 */
import { newTexts, newWords, push, putAscii, type Texts, takeText, type Words, word } from "./buffers.ts";
import { mixRun } from "./digest.ts";
import { type Cursor, cursor } from "./wire.ts";

/** A growing set of texts. */
export interface Dictionary {
  readonly entries: Texts;
  /** of each entry: where its text begins after the length, its size, its hash, and what followed it last time */
  readonly begins: Words;
  readonly sizes: Words;
  readonly hashes: Words;
  readonly next: Words;
  readonly ids: Map<string, number>;
  /** the entry looked up last */
  last: number;
}

/** A dictionary that holds the empty text only. */
export function newDictionary(): Dictionary {
  const words = () => newWords(32);
  const entries = newTexts(32, 512);
  const dictionary: Dictionary = {
    entries,
    begins: words(),
    sizes: words(),
    hashes: words(),
    next: words(),
    ids: new Map([["", 0]]),
    last: 0,
  };
  putAscii(entries, "");
  note(dictionary, 0);
  return dictionary;
}

/** How many entries there are. */
export function entryCount(dictionary: Dictionary): number {
  return dictionary.entries.starts.length;
}

/** The entry with the next bytes of a message, known to be all there; made when it is new. */
export function takeEntry(dictionary: Dictionary, c: Cursor, size: number): number {
  const guess = word(dictionary.next, dictionary.last);
  const right = word(dictionary.sizes, guess) === size && isNext(dictionary, guess, c);
  const id = right ? guess : lookUp(dictionary, c, size);
  dictionary.next.data[dictionary.last] = id;
  dictionary.last = id;
  c.at += size;
  return id;
}

/** The entry with this text, made when it is new. */
export function entryOf(dictionary: Dictionary, text: string): number {
  const c = cursor(Buffer.from(text));
  return takeEntry(dictionary, c, c.end);
}

/** The entry with this text, which is ASCII, or null. */
export function findEntry(dictionary: Dictionary, ascii: string): number | null {
  return dictionary.ids.get(ascii) ?? null;
}

/** Compares four bytes at a time, then the last ones. */
function isNext(dictionary: Dictionary, id: number, { view, at }: Cursor): boolean {
  const { view: known } = dictionary.entries.bytes;
  const begin = word(dictionary.begins, id);
  const size = word(dictionary.sizes, id);
  let i = 0;
  for (; i + 4 <= size; i += 4) if (known.getInt32(begin + i) !== view.getInt32(at + i)) return false;
  for (; i < size; i++) if (known.getUint8(begin + i) !== view.getUint8(at + i)) return false;
  return true;
}

/** Entries are found by their bytes read as Latin-1, which is quick and tells any two apart. */
function lookUp(dictionary: Dictionary, c: Cursor, size: number): number {
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
  push(dictionary.begins, begin);
  push(dictionary.sizes, size);
  push(dictionary.hashes, mixRun(0, { view: bytes.view, from: begin, to: bytes.length }));
  push(dictionary.next, 0);
}
