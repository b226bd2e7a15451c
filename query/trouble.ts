/**
 * Trouble: what went wrong along the way, whether or not a step says so.
 *
 *   Told → [trouble] → story
 *
 * Pure. Errors are told where they arose, not again at every caller they passed through. Bodies and attributes are
 * never quoted: they may be secret. Only names and status messages are.
 */
import type { Hop } from "../collector/hop.ts";
import { groupBy } from "../group.ts";
import { matches } from "../ingest/match.ts";
import type { Member } from "../ingest/told.ts";
import { isDeadLetter, tellDeadLetters } from "./dead_lettered.ts";
import { type Line, renderWhy, type Telling } from "./line.ts";
import {
  elapsedMs,
  quote,
  renderClock,
  renderCount,
  renderDuration,
  renderList,
  sentence,
  who,
} from "./phrase.ts";

const ERRORS_MAX = 6;

/** Errors, dead-lettered messages and messages delivered again, each at its moment. */
export function tellTrouble(telling: Telling): readonly Line[] {
  return [...tellErrors(telling), ...tellDeadLetters(telling), ...tellRedeliveries(telling)];
}

function tellErrors(telling: Telling): readonly Line[] {
  const spanById = new Map(spansOf(telling.told.members).map((hop) => [hop.id, hop]));
  const passed = passedOn(telling.told.members);
  const told = toldElsewhere(telling);
  const origins = telling.told.members
    .map(({ hop }) => hop)
    .filter((hop) => hop.status === "error" && !told.has(hop.id) && !isDeadLetter(hop))
    .filter((hop) => !passed.has(hop.id) && !isEcho(hop, spanById) && !isSameFailure(hop, telling));
  const groups = [
    ...groupBy(origins, ({ kind, service, name, message }) =>
      JSON.stringify([kind, service, name, message]),
    ).values(),
  ];
  const lines = groups.slice(0, ERRORS_MAX).map((same) => tellError(same, telling));
  const rest = groups.slice(ERRORS_MAX);
  const next = rest[0]?.[0];
  if (next === undefined) return lines;
  const text = `${renderCount(rest.length, "more kind")} of error followed; they are among the facts below.`;
  return [...lines, { atNs: next.endNs, text }];
}

/** Whether another service says again, in the same words or as another of its signs, why a journey failed. */
function isSameFailure(hop: Hop, telling: Telling): boolean {
  return telling.courses.some(({ journey, definition, failure }) => {
    // What failed again before a journey recovered was another attempt.
    if (journey.state !== "failed" || failure === null || failure.endNs > hop.endNs) return false;
    const isRepeated =
      hop.service !== failure.service && renderWhy(hop, telling) === renderWhy(failure, telling);
    return (isRepeated && renderWhy(hop, telling) !== "") || matches(definition?.fails ?? [], hop);
  });
}

function spansOf(members: readonly Member[]): readonly Hop[] {
  return members.map(({ hop }) => hop).filter((hop) => hop.kind === "span");
}

/** A log line of a span that failed says the same again. */
function isEcho(hop: Hop, spanById: ReadonlyMap<string, Hop>): boolean {
  return hop.kind === "log" && spanById.get(hop.traceId + hop.spanId)?.status === "error";
}

/** Hops that the course or the caller's answer already speak of. */
function toldElsewhere(telling: Telling): ReadonlySet<string> {
  const ids = telling.courses.flatMap((course) => [
    ...course.journey.steps.map((step) => (step.state === "failed" ? step.hopId : null)),
    course.failure?.id ?? null,
    course.journey.seenByCaller?.hopId ?? null,
  ]);
  return new Set(ids.filter((id) => id !== null));
}

/** Failed spans with a failed child: the error came from below. */
function passedOn(members: readonly Member[]): ReadonlySet<string> {
  const failed = spansOf(members).filter((hop) => hop.status === "error" && hop.parentId !== "");
  return new Set(failed.map((hop) => hop.traceId + hop.parentId));
}

/** The other services that the error passed through on its way up. */
function reached(same: readonly Hop[], spanById: ReadonlyMap<string, Hop>): readonly string[] {
  const services = new Set<string>();
  const seen = new Set<string>();
  for (const hop of same) {
    let above = spanById.get(hop.traceId + hop.parentId);
    while (above !== undefined && above.status === "error" && !seen.has(above.id)) {
      seen.add(above.id);
      if (above.service !== hop.service) services.add(who(above.service));
      above = spanById.get(above.traceId + above.parentId);
    }
  }
  return [...services];
}

/** Whom else an error reached, as a sentence with a space before it; empty when nobody. */
export function renderReach(same: readonly Hop[], { told }: Telling): string {
  const services = reached(same, new Map(spansOf(told.members).map((hop) => [hop.id, hop])));
  return services.length === 0 ? "" : ` The error reached ${renderList(services)}.`;
}

function tellError(same: readonly Hop[], telling: Telling): Line {
  const hop = same[0] as Hop; // a group has at least the hop that opened it
  const ends = same.map(({ endNs }) => endNs).toSorted((a, b) => (a < b ? -1 : 1));
  const atNs = ends[0] ?? hop.endNs;
  const clock = renderClock(atNs, telling.originNs);
  const times =
    same.length === 1
      ? `at ${clock}`
      : `${same.length} times from ${clock} to ${renderClock(ends.at(-1) ?? atNs, telling.originNs)}`;
  const did = hop.kind === "log" ? "logged an error" : "failed";
  const where = hop.name === "" ? "" : ` in ${quote(hop.name)}`;
  const text = `${who(hop.service)} ${did}${where}, ${times}`;
  return {
    atNs,
    text: `${sentence(`${text}${renderWhy(hop, telling)}`)}${renderReach(same, telling)}`,
  };
}

function tellRedeliveries(telling: Telling): readonly Line[] {
  const received = telling.told.members.filter(
    ({ hop }) => hop.spanKind === "consumer" && messageOf(hop) !== null,
  );
  const groups = groupBy(received, ({ hop }) => JSON.stringify([hop.service, hop.name, messageOf(hop)]));
  return [...groups.values()].flatMap((same) => {
    const [first, second] = same;
    const last = same.at(-1);
    if (first === undefined || second === undefined || last === undefined) return [];
    const times = same.length === 2 ? "a second time" : `${same.length} times`;
    const after = `${same.length === 2 ? "" : "the last "}${renderDuration(elapsedMs(first.hop.atNs, last.hop.atNs))} after the first`;
    const text = `${who(first.hop.service)} got the same message ${times} (${quote(first.hop.name)}), ${after}.`;
    return [{ atNs: second.hop.atNs, text }];
  });
}

/** Which message a consumer span is about: its message id, else the one span that it links to. */
function messageOf(hop: Hop): string | null {
  const [link, ...others] = hop.links;
  if (others.length > 0) return null;
  const id = hop.attributes.get("messaging.message.id") ?? link?.attributes.get("messaging.message.id");
  if (id !== undefined && id !== "") return id;
  return link === undefined || link.spanId === "" ? null : link.traceId + link.spanId;
}
