/**
 * Patterns: what a name or a log body has to look like, in time linear in its length.
 *
 *   waybill.yaml → [pattern] → match, keys
 *
 * Pure. No backtracking anywhere: whoever writes a log line must not be able to stop us with it.
 */
import { RE2JS } from "re2js";
import type { BodyPattern, NamePattern } from "./definitions.ts";

function findsInOrder(name: string, parts: readonly string[], span: { from: number; to: number }): boolean {
  let from = span.from;
  for (const part of parts) {
    const found = name.indexOf(part, from);
    if (found < 0 || found + part.length > span.to) return false;
    from = found + part.length;
  }
  return true;
}

/** A name in which `*` stands for any run of characters, also none; everything else stands for itself. */
export function namePattern(source: string): NamePattern {
  const [head = "", ...rest] = source.split("*");
  const tail = rest.pop();
  if (tail === undefined) return { source, test: (name) => name === source };
  const test = (name: string): boolean => {
    const span = { from: head.length, to: name.length - tail.length };
    if (span.from > span.to) return false;
    // taking the leftmost place for each part is enough: it leaves the most room for the rest
    return name.startsWith(head) && name.endsWith(tail) && findsInOrder(name, rest, span);
  };
  return { source, test };
}

function linearPattern(source: string, groupOf: (groups: number) => number): BodyPattern {
  const regex = RE2JS.compile(source);
  const group = groupOf(regex.groupCount());
  const find = (body: string): string | null => {
    const matcher = regex.matcher(body);
    return matcher.find() ? matcher.group(group) : null;
  };
  return { source, find };
}

/**
 * A pattern that takes a value out of a log body: its first group, or the whole match when it has none.
 *
 * @throws when it is not a pattern that RE2 can run (no backreferences, no lookaround)
 */
export function valuePattern(source: string): BodyPattern {
  return linearPattern(source, (groups) => Math.min(groups, 1));
}

/**
 * A pattern that says whether a log body is the one meant. Groups mean nothing here: it answers the whole match.
 *
 * @throws when it is not a pattern that RE2 can run
 */
export function bodyPattern(source: string): BodyPattern {
  return linearPattern(source, () => 0);
}
