/**
 * Matchers as written, checked for what can never be meant.
 *
 *   page → [matchers] → steps, journeys
 *
 * Pure.
 */
import type { Matcher } from "./definitions.ts";
import { complain, type Page, type Path } from "./yaml_page.ts";
import type { WrittenMatcher } from "./yaml_schema.ts";

/** A list of matchers as written: an empty one would match everything, a contradictory one nothing. */
export function checkMatchers(page: Page, path: Path, written: readonly WrittenMatcher[]): void {
  written.forEach((matcher, i) => {
    const kinds = hopKinds(matcher);
    if (Object.keys(toMatcher(matcher)).length === 0)
      complain(page, [...path, i], "says nothing: it would match everything");
    if (kinds.length > 1)
      complain(page, [...path, i], `can never match: ${kinds.join(" and ")} are on different hops`);
    if (matcher.attributes?.size === 0) complain(page, [...path, i, "attributes"], "must not be empty");
  });
}

/** The parts that each ask for another kind of hop: a span, a log record, a CloudEvent. */
function hopKinds({ span, event, log, cloudevent }: WrittenMatcher): string[] {
  const record = event === undefined ? "log" : "event";
  return [
    ...(span === undefined ? [] : ["span"]),
    ...(event === undefined && log === undefined ? [] : [record]),
    ...(cloudevent === undefined ? [] : ["cloudevent"]),
  ];
}

/** A matcher with only the parts that were given. */
export function toMatcher(written: WrittenMatcher): Matcher {
  const { service, span, event, log, cloudevent, kind, status, attributes } = written;
  return {
    ...(service && { service }),
    ...(span && { span }),
    ...(event && { event }),
    ...(log && { log }),
    ...(cloudevent && { cloudevent }),
    ...(kind && { kind }),
    ...(status && { status }),
    ...(attributes && { attributes }),
  };
}
