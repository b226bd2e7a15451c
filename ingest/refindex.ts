/**
 * Ref index: under what the rows of one batch can be found, each ref with its places.
 *
 *   extract → [refindex] → recent, blocks
 *
 * Neighbours mostly have the same refs and the same place; only where something changes are refs made.
 */
import { idAt } from "../collector/decoder/batch.ts";
import type { Extract } from "./extract.ts";
import type { Keys } from "./keys.ts";
import { CARRIER, type Place, type Ref, type RefRow, refsOf, refText } from "./refs.ts";

/** Text of a ref → where it is, each place once. */
export type RefIndex = ReadonlyMap<string, readonly RefRow[]>;

/** The refs of a batch. */
export function refsIn(extract: Extract): RefIndex {
  const index = new Map<string, RefRow[]>();
  const { batch, keysetOf, hops, carries } = extract;
  const ofKeyset = extract.keysets.map((keys) => textsOf(keys));
  let last = -1;
  for (let row = 0; row < batch.rows; row++) {
    const hop = carries[row] === 1 ? hops.get(row) : undefined;
    if (hop !== undefined) {
      const keys: Keys = extract.keysets[keysetOf[row] ?? 0] ?? new Map();
      for (const ref of refsOf(hop, keys)) note(index, { ref, text: refText(ref) }, placeAt(extract, row));
    } else if (last === -1 || !isAlike(extract, row, last)) {
      const place = placeAt(extract, row);
      for (const named of ofKeyset[keysetOf[row] ?? 0] ?? []) note(index, named, place);
      const value = idAt(batch.columns.fixed.traceId, row, 4);
      const ref = { kind: CARRIER.trace, value };
      if (value !== "") note(index, { ref, text: refText(ref) }, place);
      last = row;
    }
  }
  return index;
}

interface Named {
  readonly ref: Ref;
  readonly text: string;
}

function textsOf(keys: Keys): Named[] {
  return [...keys].flatMap(([kind, values]) =>
    values.map((value) => ({ ref: { kind, value }, text: refText({ kind, value }) })),
  );
}

function placeAt({ localities, days }: Extract, row: number): Place {
  return { locality: localities[row] ?? 0n, day: days[row] ?? 0 };
}

function note(index: Map<string, RefRow[]>, { ref, text }: Named, place: Place): void {
  const rows = index.get(text);
  if (rows === undefined) index.set(text, [{ ...ref, ...place }]);
  else if (!rows.some(({ locality, day }) => locality === place.locality && day === place.day))
    rows.push({ ...ref, ...place });
}

/** Same trace, keys and day, and so the same place. */
function isAlike({ batch, keysetOf, days }: Extract, a: number, b: number): boolean {
  if (keysetOf[a] !== keysetOf[b] || days[a] !== days[b]) return false;
  const { traceId, kind } = batch.columns.fixed;
  for (let i = 0; i < 4; i++) if (traceId[a * 4 + i] !== traceId[b * 4 + i]) return false;
  return kind[a] !== 3;
}
