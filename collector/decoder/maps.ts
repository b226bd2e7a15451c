/**
 * Maps: a column of attribute maps, flat.
 *
 *   attributes → [Maps] → Map(LowCardinality(String), String)
 *
 * Keys are dictionary entries, values texts; `ends` says where each map ends. One key stands once in a map: when a
 * sender repeats it, the last value wins, as it does when an attribute is set twice in an SDK.
 */
import {
  endOfText,
  newTexts,
  newWords,
  push,
  type Texts,
  truncateTexts,
  type Words,
  word,
} from "./buffers.ts";
import { type Dictionary, newDictionary, takeGuessed } from "./dictionary.ts";
import type { Cursor } from "./wire.ts";

/** A growing column of maps. The map after the last end is still open. */
export interface Maps {
  readonly dictionary: Dictionary;
  readonly ends: Words;
  readonly keys: Words;
  readonly values: Texts;
  /** of each dictionary entry: the serial number of the last map it was in */
  readonly seenIn: Words;
  /** where the keys begin that are likely to come again, by the kind of record that `expect` was told; plus one */
  readonly likely: Words;
  /** which kind the open map is of, and which key is likely to come next in it */
  kind: number;
  guess: number;
  serial: number;
  repeated: boolean;
  /** values dropped so far because their key came again; count */
  dropped: number;
}

/** No maps yet. */
export function newMaps(entries: number, bytes: number): Maps {
  return {
    dictionary: newDictionary(),
    ends: newWords(16),
    keys: newWords(entries),
    values: newTexts(entries, bytes),
    seenIn: newWords(16),
    likely: newWords(16),
    kind: 0,
    guess: 0,
    serial: 1,
    repeated: false,
    dropped: 0,
  };
}

/** Where the map at `index` begins; that of the open map when `index` is the number of closed ones. */
export function mapStart(maps: Maps, index: number): number {
  return index === 0 ? 0 : word(maps.ends, index - 1);
}

/** Where the map at `index` ends, closed or open. */
export function mapEnd(maps: Maps, index: number): number {
  return index < maps.ends.length ? word(maps.ends, index) : maps.keys.length;
}

/**
 * Expects the open map to have the keys that the last one of the same kind had, in the same order. Without it those of
 * the last one of any kind are expected. Only ever a guess: each key is compared.
 *
 * @param kind  any number above 0, such as that of the record's name
 */
export function expect(maps: Maps, kind: number): void {
  const { likely } = maps;
  while (likely.length <= kind) push(likely, 0);
  maps.kind = kind;
  const start = word(likely, kind);
  if (start > 0) maps.guess = start - 1;
}

/** Appends the next bytes of a message as a key of the open map. The caller appends its value next. */
export function takeKey(maps: Maps, c: Cursor, size: number): void {
  maps.dictionary.guess = word(maps.keys, maps.guess++);
  putKey(maps, takeGuessed(maps.dictionary, c, size));
}

/** Appends an entry of the map's dictionary as a key. The caller appends its value next. */
export function putKey(maps: Maps, key: number): void {
  const { seenIn } = maps;
  while (seenIn.length <= key) push(seenIn, 0);
  if (seenIn.data[key] === maps.serial) maps.repeated = true;
  seenIn.data[key] = maps.serial;
  push(maps.keys, key);
}

/** Closes the open map. */
export function closeMap(maps: Maps): void {
  if (maps.repeated) dropRepeated(maps);
  const start = mapStart(maps, maps.ends.length);
  if (maps.kind !== 0) maps.likely.data[maps.kind] = start + 1;
  maps.kind = 0;
  maps.guess = start;
  push(maps.ends, maps.keys.length);
  maps.serial++;
}

/** Where the last value of a key stands in the map at `index`, closed or open; null when it has none. */
export function findValue(maps: Maps, key: number | null, index: number): number | null {
  for (let i = mapEnd(maps, index) - 1; i >= mapStart(maps, index); i--)
    if (word(maps.keys, i) === key) return i;
  return null;
}

/** Forgets all maps but the first `count`, and the open one. */
export function truncateMaps(maps: Maps, count: number): void {
  maps.ends.length = Math.min(maps.ends.length, count);
  maps.keys.length = mapStart(maps, maps.ends.length);
  truncateTexts(maps.values, maps.keys.length);
  maps.serial++;
  maps.repeated = false;
  maps.kind = 0;
}

/** Moves the entries of the open map that stay to the left, over those that go. */
function dropRepeated(maps: Maps): void {
  const { keys, values } = maps;
  const start = mapStart(maps, maps.ends.length);
  const last = new Map<number, number>();
  for (let i = start; i < keys.length; i++) last.set(word(keys, i), i);
  let kept = start;
  let to = word(values.starts, start);
  for (let i = start; i < keys.length; i++) {
    const key = word(keys, i);
    if (last.get(key) !== i) continue;
    const from = word(values.starts, i);
    const end = endOfText(values, i);
    values.bytes.data.copyWithin(to, from, end);
    keys.data[kept] = key;
    values.starts.data[kept++] = to;
    to += end - from;
  }
  maps.dropped += keys.length - kept;
  maps.repeated = false;
  keys.length = kept;
  values.starts.length = kept;
  values.bytes.length = to;
}
