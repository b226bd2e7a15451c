/**
 * Alike: what a row has in common with others of its batch.
 *
 *   HopBatch → [alike] → outlines, kept for minutes
 *
 * A Hop is some twenty fields, with texts and maps of its own: kept by the hundred thousand they are what the garbage
 * collector does all day. Most rows differ from their like in ids and times, which are plain integers, and at most in an
 * attribute or two.
 */
import type { Attributes, Hop } from "../hop.ts";
import { hasFlaggedEvent } from "./batch.ts";
import { endOfText, type Texts, word } from "./buffers.ts";
import type { Flags, HopBatch, HopColumns } from "./columns.ts";
import { entryCount } from "./dictionary.ts";

/** What a row has in common with others: a hop that differs from it in ids, times, digest and attributes at the most. */
export interface Alike {
  readonly like: Hop;
  /** names and values by turns, which takes a third of the room of a map */
  readonly attributes: readonly string[];
}

/** Finds what outlines of the rows of one batch have in common. */
export function alikeIn(batch: HopBatch, flags: Flags): (row: number) => Alike {
  const { columns } = batch;
  const likes = new Map<number, Alike>();
  const mayShare = isCountable(columns);
  return (row) => {
    if (!mayShare || !isPlain(columns, row, flags)) return alike(batch.outline(row, flags));
    const key = likeness(columns, row);
    const last = likes.get(key) ?? alike(batch.outline(row, flags));
    const attributes = listOf(batch.carrier(row, flags.attributes).attributes);
    const found = isSame(attributes, last.attributes) ? last : { like: last.like, attributes };
    likes.set(key, found);
    return found;
  };
}

function alike(like: Hop): Alike {
  return { like, attributes: listOf(like.attributes) };
}

function listOf(attributes: Attributes): string[] {
  // A copy has no room for more: a list that was put together keeps room for sixteen.
  return [...attributes].flat().slice();
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}

/** Whether a row has nothing to itself but ids, times, digest and attributes. */
function isPlain(columns: HopColumns, row: number, flags: Flags): boolean {
  if ((columns.fixed.droppedLinks[row] ?? 0) > 0 || hasFlaggedEvent(columns, row, flags)) return false;
  return isEmpty(columns.message, row) && isEmpty(columns.body, row);
}

const SMALL = 2 ** 7;
const SOME = 2 ** 10;

/** Whether `likeness` is a number of its own for all that differ. */
function isCountable({ names, resources }: HopColumns): boolean {
  return resources.service.length < SOME && entryCount(names) < Number.MAX_SAFE_INTEGER / (SMALL * SOME);
}

/** One number for all that plain rows may differ in, beside attributes. */
function likeness({ fixed }: HopColumns, row: number): number {
  const small = ((fixed.kind[row] ?? 0) * 8 + (fixed.spanKind[row] ?? 0)) * 4 + (fixed.status[row] ?? 0);
  return ((fixed.name[row] ?? 0) * SOME + (fixed.resource[row] ?? 0)) * SMALL + small;
}

/** A text of no bytes is one byte long: its length. */
function isEmpty(texts: Texts, row: number): boolean {
  return endOfText(texts, row) - word(texts.starts, row) <= 1;
}
