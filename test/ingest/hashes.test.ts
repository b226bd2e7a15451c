import { expect, test } from "vitest";
import { hashesOf, hashesOfId } from "../../ingest/hashes.ts";

const NAMES = 300_000;

/** Of those of whom another has the same first hash: how many, and how many have the second in common as well. */
function twins(hashes: Iterable<{ readonly a: number; readonly b: number }>) {
  const byFirst = new Map<number, number>();
  let [first, both] = [0, 0];
  for (const { a, b } of hashes) {
    const other = byFirst.get(a);
    if (other !== undefined) first++;
    if (other === b) both++;
    byFirst.set(a, b);
  }
  return { first, both };
}

/** All of one length, in whole words: where hashes differ by how a text ends, these could not. */
function* names() {
  for (let i = 0; i < NAMES; i++) yield hashesOf(`order.id=ORD${String(i).padStart(8, "0")}`);
}

function* ids() {
  for (let i = 0; i < NAMES; i++) yield hashesOfId(Uint32Array.of(i, ~i, Math.imul(i, i), 7), 0);
}

test.each([
  ["names", names],
  ["ids", ids],
])("%s that have one hash in common do not have the other", (_, all) => {
  const { first, both } = twins(all());
  expect(first).toBeGreaterThan(3);
  expect(both).toBe(0);
});
