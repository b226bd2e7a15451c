/**
 * Headline: the one sentence that answers "what happened to this order?".
 *
 *   Told → [headline] → answer, page, command line
 *
 * Pure. Speaks of the journey that needs attention most; the story tells the others.
 */
import type { JourneyState } from "../ingest/journey.ts";
import { renderStatus, sawError } from "./caller.ts";
import { deadLetteredBy } from "./dead_lettered.ts";
import {
  type Course,
  compensationOf,
  type Missing,
  missingFrom,
  missingKind,
  renderWhy,
  succeededNs,
  type Telling,
} from "./line.ts";
import {
  elapsedMs,
  isParticiple,
  noun,
  plain,
  quote,
  renderApart,
  renderClock,
  renderCount,
  renderDuration,
  renderList,
  renderVerb,
  sentence,
  who,
  words,
} from "./phrase.ts";

const URGENCY: Record<JourneyState, number> = {
  overdue: 0,
  failed: 1,
  open: 2,
  compensated: 3,
  succeeded: 4,
};

/** The headline of what is told. */
export function renderHeadline(telling: Telling): string {
  const { told } = telling;
  const name = nameSubject(telling);
  if (told.movedTo.length > 0)
    return `${name} belongs to ${told.movedTo.map(({ id }) => plain(id)).join(" and ")}: look there.`;
  const course = mostUrgent(telling.courses, told.asOfNs);
  if (course === null)
    return `${name} is known from ${renderCount(told.members.length, "fact")}, but no journey matches it.`;
  const whose = course === telling.courses[0] ? name : `${name}, ${plain(course.journey.definition)}:`;
  const gone = told.members.length === 0 ? "; its facts are no longer kept" : "";
  return sentence(`${renderOutcome(course, whose, telling)}${gone}`);
}

/** The journey to speak of first: what is stuck or failed before what went well. */
export function mostUrgent(courses: readonly Course[], asOfNs: bigint): Course | null {
  const urgency = (course: Course) =>
    missingFrom(course, asOfNs).length === 0 ? URGENCY[course.journey.state] : 0;
  return courses.reduce<Course | null>(
    (best, course) => (best === null || urgency(course) < urgency(best) ? course : best),
    null,
  );
}

/** How a person names the subject: `ORD-42`, `Order 42`, `Correlation id c-7`. */
export function nameSubject(telling: Telling): string {
  const { kind, id } = telling.told.subject;
  const isFirst = telling.definitions.keys[0]?.kind === kind;
  if (isFirst && /\p{L}/u.test(id)) return plain(id);
  const word = isFirst ? noun(kind) : words(kind);
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} ${plain(id)}`.trim();
}

function renderOutcome(course: Course, name: string, telling: Telling): string {
  const missing = missingFrom(course, telling.told.asOfNs);
  if (missing.length > 0)
    return `${renderStuck(missing, name, telling)}${renderPutAside(course, "because", telling)}`;
  switch (course.journey.state) {
    case "succeeded":
      return `${renderReached(course, name)}${renderDespite(course)}`;
    case "compensated":
      return renderCompensated(course, name, telling);
    case "failed":
      return renderFailed(course, name, telling);
    default:
      return `${renderUnderWay(course, name, telling)}${renderPutAside(course, "but", telling)}`;
  }
}

/** The message that a journey waits for may lie in a dead-letter queue, and then waiting is in vain. */
function renderPutAside({ journey }: Course, word: "because" | "but", telling: Telling): string {
  const by = deadLetteredBy(journey, telling);
  return by === null ? "" : `, ${word} ${by} dead-lettered its message`;
}

function renderReached({ journey, definition }: Course, name: string): string {
  const atNs = succeededNs(journey) ?? journey.endedNs ?? journey.startedNs;
  const step = definition?.succeeds ?? journey.definition;
  const start = journey.steps.find((each) => each.name === definition?.start);
  const isUnseen = start !== undefined && start.atNs === null;
  const since = start?.state === "done" && isParticiple(start.name) ? `it was ${start.name}` : "it began";
  // Nothing was seen before it: it did not take no time at all.
  const isAlone = isUnseen && atNs === journey.startedNs;
  const when = isAlone ? "" : ` ${renderApart(journey.startedNs, atNs)} ${since}`;
  const late = journey.late ? ", too late" : journey.recovered ? ", after an earlier failure" : "";
  const unseen = isUnseen ? `${isAlone ? "" : ","} without ${quote(start.name)} having been seen` : "";
  return `${name} ${renderVerb(step)}${when}${late}${unseen}`;
}

/** What the caller of this journey got; another journey of the same subject has a caller of its own. */
function renderDespite({ journey }: Course): string {
  const seen = journey.seenByCaller;
  return seen !== null && sawError(seen) ? `, although the customer got ${renderStatus(seen)}` : "";
}

function renderCompensated(course: Course, name: string, telling: Telling): string {
  const { endedNs, compensatedNs } = course.journey;
  if (endedNs === null || compensatedNs === null) return `${name} was compensated`;
  const hop = compensationOf(course, telling);
  const by = hop === null ? "" : ` by ${quote(hop.name)}`;
  return `${renderReached(course, name)}, then compensated${by} ${renderDuration(elapsedMs(endedNs, compensatedNs))} later`;
}

function renderFailed(course: Course, name: string, telling: Telling): string {
  const { journey, failure: hop } = course;
  const wanted = missingKind(telling);
  const never = wanted === null ? "" : ` before any ${noun(wanted)} was created`;
  const at = journey.failedStep === null ? "" : ` at ${quote(journey.failedStep)}`;
  if (hop === null) return `${name} failed${at}${never}`;
  const how = at === "" ? ` with ${quote(hop.name)}` : at;
  return `${name} failed${how}${never}${renderWhy(hop, telling)} (${who(hop.service)})`;
}

function renderStuck(missing: readonly Missing[], name: string, telling: Telling): string {
  const parts = missing.map(({ step, dueNs, owner }, at) => {
    const what = step === null ? "its end" : quote(step);
    return `${what}${at === 0 ? " is overdue" : ""} since ${renderClock(dueNs, telling.originNs)} (${who(owner)})`;
  });
  return `${name} is stuck: ${renderList(parts)}`;
}

function renderUnderWay({ journey }: Course, name: string, telling: Telling): string {
  const { next } = journey;
  if (next === null) return `${name} is under way`;
  const due = renderClock(next.dueNs, telling.originNs);
  return `${name} is under way: ${quote(next.step)} is next, due by ${due} (${plain(next.owner)})`;
}
