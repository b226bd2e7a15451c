/**
 * Facts: what a single hop says about its moment, its error, and the answer that a caller got.
 *
 *   Hop → [facts] → fold, story
 *
 * Pure. Reads old and new semantic-convention names alike.
 */
import type { Hop } from "../collector/hop.ts";
import { attributeOf } from "./aliases.ts";
import type { Definition } from "./definitions.ts";
import type { SeenByCaller } from "./journey.ts";
import { matches } from "./match.ts";

/** When a hop counts as having happened: a span at its end, anything else at its instant; ns since 1970 UTC. */
export function momentOf(hop: Hop): bigint {
  return hop.kind === "span" ? hop.endNs : hop.atNs;
}

/** How long a hop took; ms, never negative: a clock that jumped back is a gap in the answer, not a duration. */
export function durationMsOf(hop: Hop): number {
  return hop.endNs > hop.atNs ? Number(hop.endNs - hop.atNs) / 1e6 : 0;
}

/**
 * What went wrong, in the sender's own words; null when nobody says anything of an error.
 *
 * @param around  other hops of the same subject: exceptions come as span events, or as log events in the failed span
 */
export function errorOf(hop: Hop, around: readonly Hop[] = []): string | null {
  const { attributes, events } = hop;
  const exception = events.find((event) => event.attributes.has("exception.message"));
  const said = firstWords([
    hop.message,
    exception?.attributes.get("exception.message"),
    attributes.get("exception.message"),
    attributes.get("error.message"),
  ]);
  if (said !== null) return said;
  return firstWords([
    exceptionLogged(hop, around),
    attributes.get("error.type"),
    attributes.get("exception.type"),
    events.find((event) => event.name === "exception")?.attributes.get("exception.type"),
    // A body in prose is meant for people; one in JSON is payload, and may be secret.
    hop.kind === "log" && !/^\s*[[{]/.test(hop.body) ? hop.body : undefined,
  ]);
}

function firstWords(texts: readonly (string | undefined)[]): string | null {
  return texts.find((text) => text !== undefined && text !== "") ?? null;
}

/** The exception that a log event tells of a span. */
function exceptionLogged(span: Hop, around: readonly Hop[]): string | undefined {
  if (span.kind !== "span") return undefined;
  const logged = around.find(
    ({ kind, traceId, spanId, attributes }) =>
      kind === "log" &&
      spanId === span.spanId &&
      traceId === span.traceId &&
      (attributes.has("exception.message") || attributes.has("exception.type")),
  );
  return logged?.attributes.get("exception.message") ?? logged?.attributes.get("exception.type");
}

/** What the caller got: the last hop that the definition's `entry` matches, for a retry replaces what was seen before. */
export function seenByCaller(definition: Definition, hops: readonly Hop[]): SeenByCaller | null {
  const hop = hops.findLast((candidate) => matches(definition.entry, candidate));
  if (hop === undefined) return null;
  const code = attributeOf(hop, "http.response.status_code");
  const failed = hop.status === "error" || Number(code ?? 0) >= 400;
  return {
    atNs: hop.atNs,
    service: hop.service,
    name: hop.name,
    durationMs: durationMsOf(hop),
    status: code ?? hop.status,
    error: failed ? (errorOf(hop, hops) ?? `HTTP ${code ?? "error"}`) : null,
    hopId: hop.id,
  };
}
