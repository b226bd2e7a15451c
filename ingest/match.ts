/**
 * Match: does this hop satisfy this matcher?
 *
 *   definitions → [match] → fold
 *
 * Pure. All given parts of a matcher must hold; a list of matchers means any of them.
 */
import type { Hop } from "../collector/hop.ts";
import { attributeOf, spellingsOf } from "./aliases.ts";
import type { Matcher } from "./definitions.ts";

/** Whether any of the matchers accepts the hop. */
export function matches(matchers: readonly Matcher[], hop: Hop): boolean {
  return matchers.some((matcher) => matchesOne(matcher, hop));
}

function matchesOne(m: Matcher, hop: Hop): boolean {
  return (
    matchesKind(m, hop) &&
    (m.service === undefined || m.service.test(hop.service)) &&
    (m.status === undefined || m.status === hop.status) &&
    matchesAttributes(m, hop)
  );
}

function matchesKind(m: Matcher, hop: Hop): boolean {
  return (
    (m.span === undefined || (hop.kind === "span" && m.span.test(hop.name))) &&
    (m.kind === undefined || (hop.kind === "span" && m.kind === hop.spanKind)) &&
    (m.event === undefined || (hop.kind === "log" && hop.name !== "" && m.event.test(hop.name))) &&
    (m.log === undefined || (hop.kind === "log" && m.log.find(hop.body) !== null)) &&
    (m.cloudevent === undefined || (hop.kind === "cloudevent" && m.cloudevent.test(hop.name)))
  );
}

function matchesAttributes(m: Matcher, hop: Hop): boolean {
  for (const [name, pattern] of m.attributes ?? []) {
    const value = attributeOf(hop, name);
    if (value === undefined || !spellingsOf(name, value).some(pattern.test)) return false;
  }
  return true;
}
