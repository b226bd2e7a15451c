/**
 * Group: what has the same key, side by side.
 *
 *   items → [group] → lists by key
 *
 * Pure. Open to all, like errors.ts. The language has it as `Map.groupBy`, but not yet in every Node that we run on.
 */

/** Puts a value behind the others of its key. */
export function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Items with the same key side by side, in the order of their first. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) append(groups, keyOf(item), item);
  return groups;
}
