/**
 * Course: the steps of each journey as sentences: what came when, from whom, how it ended, what should come next.
 *
 *   Told → [course] → story
 *
 * Pure. Errors that reached no step are told by trouble.ts, the caller's answer by caller.ts.
 */
import type { Hop } from "../collector/hop.ts";
import { durationMsOf, momentOf } from "../ingest/facts.ts";
import type { Journey, JourneyStep } from "../ingest/journey.ts";
import { stepsBefore } from "../ingest/steps.ts";
import { renderAllTheSame } from "./caller.ts";
import {
  awaitedIn,
  type Course,
  compensationOf,
  hopOf,
  type Line,
  type Missing,
  missingFrom,
  missingKind,
  renderWhy,
  succeededNs,
  type Telling,
} from "./line.ts";
import {
  elapsedMs,
  noun,
  plain,
  quote,
  renderApart,
  renderClock,
  renderCount,
  renderDay,
  renderDuration,
  renderList,
  renderVerb,
  sentence,
  who,
} from "./phrase.ts";
import { renderReach } from "./trouble.ts";

/** What happened in each journey, moment by moment. */
export function tellCourses(telling: Telling): readonly Line[] {
  return telling.courses.flatMap((course) => [
    tellStart(course, telling),
    ...course.journey.steps.flatMap((step) => tellStep(step, course, telling)),
    ...tellAttempt(course, telling),
    ...tellSuccess(course),
    ...tellEnd(course, telling),
  ]);
}

function tellStart(course: Course, telling: Telling): Line {
  const { journey, definition } = course;
  const start = journey.steps.find((step) => step.name === definition?.start);
  const when = `on ${renderDay(journey.startedNs)} at ${renderClock(journey.startedNs, journey.startedNs)}`;
  const text =
    start?.state === "done"
      ? `${renderReaching(start.name, course, telling)} ${when}${renderDoer(start, telling)}.`
      : `${plain(journey.definition)} began ${when}.${start?.state === "failed" ? "" : " Its first step was not seen."}`;
  return { atNs: journey.startedNs, text };
}

function tellStep(step: JourneyStep, course: Course, telling: Telling): readonly Line[] {
  if (step.state === "failed") return tellFailedStep(step, telling);
  if (step.state !== "done" || step.atNs === null || step.name === course.definition?.start) return [];
  const since = course === telling.courses[0] ? "the start" : "it began";
  const when = `${renderApart(course.journey.startedNs, step.atNs)} ${since}`;
  const lateMs = step.dueNs === null ? 0 : elapsedMs(step.dueNs, step.atNs);
  const late = lateMs > 0 ? `, ${renderDuration(lateMs)} after it was due` : "";
  const text = `${renderReaching(step.name, course, telling)} ${when}, at ${renderClock(step.atNs, telling.originNs)}`;
  return [{ atNs: step.atNs, text: `${text}${renderDoer(step, telling)}${late}.` }];
}

/** `The order was paid` in its own journey, `refund reached \`refunded\`` in another one about the same order. */
function renderReaching(step: string, course: Course, telling: Telling): string {
  const isOwn = course === telling.courses[0] && missingKind(telling) === null;
  if (!isOwn) return `${plain(course.journey.definition)} reached ${quote(step)}`;
  return `The ${noun(telling.told.subject.kind)} ${renderVerb(step)}`;
}

function tellFailedStep(step: JourneyStep, telling: Telling): readonly Line[] {
  const hop = hopOf(step, telling);
  if (hop === null) return [];
  const text = `${quote(step.name)} failed in ${who(hop.service)} at ${renderClock(hop.endNs, telling.originNs)}`;
  return [{ atNs: hop.endNs, text: sentence(`${text}${renderWhy(hop, telling)}`) }];
}

function renderDoer(step: JourneyStep, telling: Telling): string {
  const hop = hopOf(step, telling);
  if (hop === null) return "";
  const tookMs = durationMsOf(hop);
  return `, by ${who(hop.service)}${tookMs > 0 ? ` in ${renderDuration(tookMs)}` : ""}`;
}

/** What had failed in a journey that recovered: its steps do not say so, for they were reached later. */
function tellAttempt(course: Course, telling: Telling): readonly Line[] {
  const { journey, failure: hop } = course;
  if (!journey.recovered || hop === null) return [];
  const of = course === telling.courses[0] ? "" : ` of ${plain(journey.definition)}`;
  const clock = renderClock(momentOf(hop), telling.originNs);
  const text = `An attempt${of} failed at ${clock} with ${renderName(hop)}, by ${who(hop.service)}`;
  const told = `${sentence(`${text}${renderWhy(hop, telling)}`)}${renderReach([hop], telling)}`;
  return [{ atNs: momentOf(hop), text: told }];
}

function renderName({ name }: Hop): string {
  return name === "" ? "a log line" : quote(name);
}

function tellSuccess({ journey, definition }: Course): readonly Line[] {
  const atNs = succeededNs(journey);
  if (atNs === null) return [];
  const name = plain(journey.definition);
  const skipped = journey.steps.filter((step) => step.state === "skipped").map((step) => quote(step.name));
  const without = skipped.length === 0 ? "" : `, without ${renderList(skipped)}`;
  const parts = [
    renderAllTheSame(journey, definition?.succeeds ?? name),
    `${name} succeeded ${renderApart(journey.startedNs, atNs)} it began${without}.`,
    journey.recovered ? "It recovered: an earlier attempt had failed." : null,
    journey.late
      ? `That is ${renderDuration(elapsedMs(journey.deadlineNs, atNs))} too late to count as a success.`
      : null,
  ];
  return [{ atNs, text: parts.filter((part) => part !== null).join(" ") }];
}

function tellEnd(course: Course, telling: Telling): readonly Line[] {
  const { journey } = course;
  if (journey.state === "failed" && journey.endedNs !== null)
    return [{ atNs: journey.endedNs, text: renderFailure(course, telling) }];
  if (journey.compensatedNs === null) return [];
  const clock = renderClock(journey.compensatedNs, telling.originNs);
  const text = `${plain(journey.definition)} was compensated at ${clock}${renderCompensation(course, telling)}.`;
  return [{ atNs: journey.compensatedNs, text }];
}

function renderFailure(course: Course, telling: Telling): string {
  const { journey, failure: hop } = course;
  const isTold = journey.steps.some((step) => step.state === "failed" && step.hopId === hop?.id);
  const missed = neverReached(course).map((step) => quote(step));
  const when = renderApart(journey.startedNs, journey.endedNs ?? journey.startedNs);
  const why =
    hop === null || isTold
      ? ""
      : ` with ${renderName(hop)}, by ${who(hop.service)}${renderWhy(hop, telling)}`;
  const failed = sentence(`${plain(journey.definition)} failed ${when} it began${why}`);
  return missed.length === 0 ? failed : `${failed} It never got to ${renderList(missed)}.`;
}

/** The steps that were still to come. What lies before one that was seen happened unseen, and so did the start. */
function neverReached({ journey, definition }: Course): readonly string[] {
  const seen = journey.steps.filter(({ atNs }) => atNs !== null).map(({ name }) => name);
  const behind = new Set([...seen, ...(definition === null ? [] : stepsBefore(definition, seen))]);
  return journey.steps
    .map(({ name }) => name)
    .filter((name) => !behind.has(name) && name !== definition?.start);
}

function renderCompensation(course: Course, telling: Telling): string {
  const hop = compensationOf(course, telling);
  return hop === null ? "" : `, by ${who(hop.service)} (${quote(hop.name)})`;
}

/** Steps of one journey that are told as missing, or as coming, before the others are only counted. */
const STEPS_MAX = 5;

/** Where each unfinished journey stands now: what is missing, since when, and with whom; what comes next, and by when. */
export function tellNow(telling: Telling): readonly string[] {
  const { asOfNs } = telling.told;
  return telling.courses.flatMap((course) => [
    ...tellMissing(missingFrom(course, asOfNs), course, telling),
    ...tellNext(
      awaitedIn(course).filter(({ dueNs }) => dueNs >= asOfNs),
      telling,
    ),
  ]);
}

function tellMissing(missing: readonly Missing[], { journey }: Course, telling: Telling): readonly string[] {
  const shown = missing.slice(0, STEPS_MAX).map((each) => renderMissing(each, journey, telling));
  const rest = missing.length - shown.length;
  if (rest > 0) shown.push(`${renderCount(rest, "more step")} ${rest === 1 ? "is" : "are"} overdue.`);
  return shown.map((line, at) => (at === shown.length - 1 ? `${line}${renderLastSign(telling)}` : line));
}

function renderMissing({ step, dueNs, owner }: Missing, journey: Journey, telling: Telling): string {
  const what =
    step === null ? `${plain(journey.definition)} should have ended` : `${quote(step)} should have come`;
  const late = renderDuration(elapsedMs(dueNs, telling.told.asOfNs));
  return `${what} by ${renderClock(dueNs, telling.originNs)} and is ${late} overdue; it is with ${who(owner)}.`;
}

function renderLastSign(telling: Telling): string {
  const last = telling.told.members.reduce<Telling["told"]["members"][number] | null>(
    (latest, member) => (latest === null || member.hop.endNs > latest.hop.endNs ? member : latest),
    null,
  );
  if (last === null) return "";
  const { hop } = last;
  return ` The last sign of life was ${renderName(hop)} in ${who(hop.service)} at ${renderClock(hop.endNs, telling.originNs)}.`;
}

function tellNext(coming: readonly NonNullable<Journey["next"]>[], telling: Telling): readonly string[] {
  const shown = coming.slice(0, STEPS_MAX).map(({ step, dueNs, owner }, at) => {
    const due = renderClock(dueNs, telling.originNs);
    return `${at === 0 ? "Next" : "Beside it"} should come ${quote(step)}, by ${due}; it is with ${plain(owner)}.`;
  });
  const rest = coming.length - shown.length;
  return rest === 0 ? shown : [...shown, `${renderCount(rest, "more step")} should come beside these.`];
}
