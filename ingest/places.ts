/**
 * Places: where rows are kept, read off the columns.
 *
 *   HopColumns → [places] → extract
 *
 * The same as refs.ts says for a hop, without the hop. Pure.
 */
import type { Fixed } from "../collector/decoder/fixed.ts";

const DAY_NS = 86_400_000_000_000;
/** How far a double may be off when it holds nanoseconds since 1970. */
const INEXACT_NS = 1_024;

/** The day of a row; days since 1970-01-01 UTC. */
export function dayAt(at: Uint32Array, row: number): number {
  const ns = (at[row * 2 + 1] ?? 0) * 2 ** 32 + (at[row * 2] ?? 0);
  const rest = ns % DAY_NS;
  if (rest > INEXACT_NS && rest < DAY_NS - INEXACT_NS) return Math.floor(ns / DAY_NS);
  const exact = (BigInt(at[row * 2 + 1] ?? 0) << 32n) | BigInt(at[row * 2] ?? 0);
  return Number(exact / BigInt(DAY_NS));
}

/**
 * Writes the locality of a row, two words, the lower half first.
 *
 * @returns false, having done nothing, for a log line outside any trace: its place depends on its keys
 */
export function localityAt(fixed: Fixed, row: number, into: Uint32Array): boolean {
  const hasTrace = isSet(fixed.traceId, row);
  const kind = fixed.kind[row];
  if (kind === 2 && !hasTrace) return false;
  const id = kind === 3 || !hasTrace ? fixed.factId : fixed.traceId;
  const first = row * 4;
  into[row * 2] = swapped(id[first + 1]) ^ swapped(id[first + 3]);
  into[row * 2 + 1] = swapped(id[first]) ^ swapped(id[first + 2]);
  return true;
}

function isSet(id: Uint32Array, row: number): boolean {
  const first = row * 4;
  return ((id[first] ?? 0) | (id[first + 1] ?? 0) | (id[first + 2] ?? 0) | (id[first + 3] ?? 0)) !== 0;
}

/** Ids are bytes as they came, biggest first; a number in memory has its smallest byte first. */
function swapped(word = 0): number {
  return (word << 24) | ((word << 8) & 0xff0000) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
