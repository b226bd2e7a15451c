/**
 * Identity: which fact a row tells, and which version of it.
 *
 *   open row → [identity] → factId, digest
 *
 * Both are taken of the content alone, in the one form that all encodings are brought to, and before a row without a
 * time is given the time of its arrival. So a retry, in JSON or protobuf, is the same version of the same fact.
 */
import { hash } from "node:crypto";
import {
  type Bytes,
  endOfText,
  newBytes,
  putVarint,
  reserve,
  type Texts,
  takeBytes,
  word,
} from "./buffers.ts";
import { closeRow, type HopColumns, listStart } from "./columns.ts";
import { type Dictionary, hashOf } from "./dictionary.ts";
import { finishHash, mixRun, mixWord, twist } from "./digest.ts";
import type { Fixed } from "./fixed.ts";
import { type Maps, mapEnd, mapStart } from "./maps.ts";
import { cursor } from "./wire.ts";

/** Closes the open row, and dates it by its arrival if it came without a time. */
export function sealRow(columns: HopColumns): void {
  const row = columns.rows;
  closeRow(columns);
  const { at, end, digest } = columns.fixed;
  digest[row] = finishHash(mixRow(columns, row));
  if (at[row * 2] !== 0 || at[row * 2 + 1] !== 0) return;
  const received = BigInt(columns.receivedMs) * 1_000_000n;
  const words = [Number(received & 0xffffffffn), Number(received >> 32n)];
  at.set(words, row * 2);
  end.set(words, row * 2);
  columns.untimed++;
}

/** Adds a map to a running hash. */
export function mixMap(start: number, maps: Maps, index: number): number {
  const { dictionary, keys, values } = maps;
  const first = mapStart(maps, index);
  const end = mapEnd(maps, index);
  if (first === end) return mixWord(start, 0);
  let names = end - first;
  for (let i = first; i < end; i++) names = twist(names, hashOf(dictionary, word(keys, i)));
  return mixRun(mixWord(start, names), {
    view: values.bytes.view,
    from: word(values.starts, first),
    to: endOfText(values, end - 1),
  });
}

function mixRow(columns: HopColumns, row: number): number {
  const { fixed, scopes, names, events, links } = columns;
  let mixed = word(scopes.hash, fixed.scope[row] ?? 0);
  mixed = mixWord(mixed, hashOf(names, fixed.name[row] ?? 0));
  mixed = mixFixed(mixed, fixed, row);
  mixed = mixText(mixed, columns.message, row);
  mixed = mixText(mixed, columns.body, row);
  mixed = mixText(mixed, columns.traceState, row);
  mixed = mixMap(mixed, columns.attributes, row);
  // Asked here: most rows have none, and the engine then leaves the loops over them out of this function.
  if (word(events.ends, row) !== listStart(events, row)) mixed = mixEvents(mixed, columns, row);
  if (word(links.ends, row) !== listStart(links, row)) mixed = mixLinks(mixed, columns, row);
  return mixed;
}

function mixFixed(start: number, fixed: Fixed, row: number): number {
  const { kind, spanKind, status, severity, at, end, parentId } = fixed;
  const small = ((kind[row] ?? 0) << 24) | ((spanKind[row] ?? 0) << 16) | ((status[row] ?? 0) << 8);
  const low = row * 2;
  const high = low + 1;
  let mixed = twist(small | (severity[row] ?? 0), at[low] ?? 0);
  mixed = twist(twist(mixed, at[high] ?? 0), end[low] ?? 0);
  mixed = twist(twist(mixed, end[high] ?? 0), parentId[low] ?? 0);
  mixed = twist(twist(mixed, parentId[high] ?? 0), fixed.droppedLinks[row] ?? 0);
  mixed = twist(twist(mixed, fixed.droppedEvents[row] ?? 0), fixed.droppedAttributes[row] ?? 0);
  return mixWord(start, mixed);
}

function mixText(start: number, texts: Texts, index: number): number {
  const from = word(texts.starts, index);
  const to = endOfText(texts, index);
  return to - from === 1 ? mixWord(start, 0) : mixRun(start, { view: texts.bytes.view, from, to });
}

function mixEvents(start: number, { events }: HopColumns, row: number): number {
  let mixed = start;
  for (let i = listStart(events, row); i < word(events.ends, row); i++) {
    mixed = mixWord(mixed, word(events.at, i * 2));
    mixed = mixWord(mixed, word(events.at, i * 2 + 1));
    mixed = mixWord(mixed, hashOf(events.names, word(events.name, i)));
    mixed = mixMap(mixed, events.attributes, i);
  }
  return mixed;
}

function mixLinks(start: number, { links }: HopColumns, row: number): number {
  let mixed = start;
  for (let i = listStart(links, row); i < word(links.ends, row); i++) {
    for (let part = 0; part < 4; part++) mixed = mixWord(mixed, word(links.traceIds, i * 4 + part));
    for (let part = 0; part < 2; part++) mixed = mixWord(mixed, word(links.spanIds, i * 2 + part));
    mixed = mixMap(mixed, links.attributes, i);
  }
  return mixed;
}

/** Gives the open row, a log, its identity: the hash of all that it says. */
export function identifyLog(columns: HopColumns): void {
  const { rows: row, fixed, resources, scopes } = columns;
  const content = newBytes(1024);
  for (let i = 0; i < 2; i++) putWord(content, fixed.at[row * 2 + i] ?? 0);
  for (let i = 0; i < 4; i++) putWord(content, fixed.traceId[row * 4 + i] ?? 0);
  for (let i = 0; i < 2; i++) putWord(content, fixed.spanId[row * 2 + i] ?? 0);
  putWord(content, fixed.severity[row] ?? 0);
  putEntry(content, columns.names, fixed.name[row] ?? 0);
  putEntry(content, scopes.names, word(scopes.name, scopes.name.length - 1));
  putEntry(content, scopes.versions, word(scopes.version, scopes.version.length - 1));
  putMap(content, resources.attributes, resources.service.length - 1);
  putMap(content, columns.attributes, row);
  if (columns.body.starts.length > row) putRun(content, columns.body, row);
  identify(columns, content.data.subarray(0, content.length));
}

/** Gives the open row the first half of the SHA-256 of `content` as its identity. */
export function identify({ rows, fixed }: HopColumns, content: Uint8Array): void {
  // As text: a buffer for each, which the collector of garbage has to look after, takes three times as long.
  const digest = hash("sha256", content, "binary");
  for (let i = 0; i < 4; i++) fixed.factId[rows * 4 + i] = wordIn(digest, i * 4);
}

/** Four characters below 256 as a number, the first of them the lowest byte. */
function wordIn(text: string, at: number): number {
  const high = (text.charCodeAt(at + 3) << 8) | text.charCodeAt(at + 2);
  return (high << 16) | (text.charCodeAt(at + 1) << 8) | text.charCodeAt(at);
}

function putWord(bytes: Bytes, value: number): void {
  reserve(bytes, 4);
  bytes.view.setUint32(bytes.length, value, true);
  bytes.length += 4;
}

function putRun(bytes: Bytes, texts: Texts, index: number): void {
  const c = cursor(texts.bytes.data);
  c.at = word(texts.starts, index);
  takeBytes(bytes, c, endOfText(texts, index) - c.at);
}

function putEntry(bytes: Bytes, dictionary: Dictionary, id: number): void {
  putRun(bytes, dictionary.entries, id);
}

function putMap(bytes: Bytes, maps: Maps, index: number): void {
  const end = mapEnd(maps, index);
  reserve(bytes, 5);
  putVarint(bytes, end - mapStart(maps, index));
  for (let i = mapStart(maps, index); i < end; i++) {
    putEntry(bytes, maps.dictionary, word(maps.keys, i));
    putRun(bytes, maps.values, i);
  }
}
