/**
 * Difference: what turns one tree of plain values into another, and the turning.
 *
 *   what would be exported + what was imported → [difference] → waybill.yaml → export
 *
 * Pure. JSON merge patch (RFC 7396), but lists of the same length are compared entry by entry, so that a change in one
 * entry does not take the whole list along. null takes a name away.
 */

/** A mapping of names to plain values. */
export type Tree = Readonly<Record<string, unknown>>;

/** Whether a value is a mapping. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What has to be said for `from` to become `to`; undefined when they are the same. */
export function difference(from: unknown, to: unknown): unknown {
  if (Array.isArray(from) && Array.isArray(to)) {
    if (from.length !== to.length) return to;
    return difference({ ...from }, { ...to });
  }
  if (!isTree(from) || !isTree(to)) return Object.is(from, to) ? undefined : to;
  const changes: [string, unknown][] = [];
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const change = Object.hasOwn(to, name) ? difference(from[name], to[name]) : null;
    if (change !== undefined) changes.push([name, change]);
  }
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

/** `from` with a difference worked in. */
export function applied(from: unknown, change: unknown): unknown {
  if (change === undefined) return from;
  if (!isTree(change)) return change;
  if (Array.isArray(from)) return from.map((entry, i) => applied(entry, change[String(i)]));
  const names = new Map(Object.entries(isTree(from) ? from : {}));
  for (const [name, inner] of Object.entries(change)) {
    if (inner === null) names.delete(name);
    else names.set(name, applied(names.get(name), inner));
  }
  return Object.fromEntries(names);
}
