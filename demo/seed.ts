/**
 * Seed: everything about the shop that looks like chance.
 *
 * The same text gives the same numbers, ids and delays on every machine. Not for secrets.
 */

/** A repeatable source of chance. */
export interface Random {
  /** a fraction in [0, 1) */
  readonly next: () => number;
  /** a whole number, both ends included */
  readonly between: (min: number, max: number) => number;
  /** lowercase hex digits */
  readonly hex: (digits: number) => string;
  /** one of the items */
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
}

/** A source of chance that depends on nothing but the text: FNV-1a to start it, mulberry32 to go on. */
export function seeded(text: string): Random {
  let state = fnv1a(text);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(""),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
