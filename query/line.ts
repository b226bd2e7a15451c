/**
 * Line: one sentence of a story and the moment it belongs to, and what every chapter needs at hand.
 *
 *   Told → [telling] → course, caller, trouble, company → story
 *
 * Pure. Holds the facts that several chapters ask for.
 */
import type { Hop } from "../collector/hop.ts";
import type { Definition, Definitions } from "../ingest/definitions.ts";
import { errorOf, momentOf } from "../ingest/facts.ts";
import { inOrder } from "../ingest/fold.ts";
import type { Journey, JourneyStep } from "../ingest/journey.ts";
import { matches } from "../ingest/match.ts";
import { failureOf } from "../ingest/milestones.ts";
import { awaitedSteps } from "../ingest/steps.ts";
import type { Member, Told } from "../ingest/told.ts";
import { plain } from "./phrase.ts";

/** One sentence. The story is told in order of `atNs`; lines of one moment keep the order they were written in. */
export interface Line {
  /** nanoseconds since 1970 UTC */
  readonly atNs: bigint;
  readonly text: string;
}

/** One journey with its definition; `null` when the definition has since gone from the configuration. */
export interface Course {
  readonly journey: Journey;
  readonly definition: Definition | null;
  /** the hop that made it fail, for good or before it recovered; null when none did, or the hop is not told */
  readonly failure: Hop | null;
}

/** What is told, indexed for the chapters. */
export interface Telling {
  readonly told: Told;
  readonly definitions: Definitions;
  /** in the order of the configuration, then of time */
  readonly courses: readonly Course[];
  readonly memberById: ReadonlyMap<string, Member>;
  /** of all members, in order of time */
  readonly hops: readonly Hop[];
  /** the moment the clock times are read beside: a day is named only when it is another one */
  readonly originNs: bigint;
}

/** Index what is known about a subject. */
export function openTelling(told: Told, definitions: Definitions): Telling {
  const hops = told.members.map(({ hop }) => hop);
  const courses = arrange(told.journeys, definitions, hops);
  return {
    told,
    definitions,
    courses,
    memberById: new Map(told.members.map((member) => [member.hop.id, member])),
    hops,
    originNs: courses[0]?.journey.startedNs ?? told.members[0]?.hop.atNs ?? told.asOfNs,
  };
}

function arrange(
  journeys: readonly Journey[],
  definitions: Definitions,
  hops: readonly Hop[],
): readonly Course[] {
  const order = new Map(definitions.journeys.map((definition, index) => [definition.name, index]));
  const rank = (journey: Journey) => order.get(journey.definition) ?? order.size;
  return [...journeys]
    .sort((a, b) => rank(a) - rank(b) || Number(a.startedNs - b.startedNs))
    .map((journey) => {
      const definition = definitions.journeys[rank(journey)] ?? null;
      const hasFailed = definition !== null && (journey.state === "failed" || journey.recovered);
      // In the order of the fold, so that of two at one moment it is the one that the journey's reason names.
      return { journey, definition, failure: hasFailed ? failureOf(definition, inOrder(hops)) : null };
    });
}

/**
 * Whether the journeys are not about the thing they should be about: a checkout for which no order is known.
 * Its definition's subject kind, or null when the subject is a proper one.
 */
export function missingKind(telling: Telling): string | null {
  const { kind } = telling.told.subject;
  const wanted = telling.courses.find(({ definition }) => definition !== null)?.definition?.subject;
  return wanted === undefined || wanted === kind ? null : wanted;
}

/** The hop that reached or failed a step; null when it is not told. */
export function hopOf(step: JourneyStep, telling: Telling): Hop | null {
  return step.hopId === null ? null : (telling.memberById.get(step.hopId)?.hop ?? null);
}

/** The hop that compensated the journey; null when none did, or the hop is not told. */
export function compensationOf({ journey, definition }: Course, { told }: Telling): Hop | null {
  if (journey.compensatedNs === null || definition === null) return null;
  const undoing = told.members.map(({ hop }) => hop).filter((hop) => momentOf(hop) === journey.compensatedNs);
  return undoing.find((hop) => matches(definition.compensates, hop)) ?? null;
}

/** What a journey waits for in vain. */
export interface Missing {
  /** null when only its end is missing */
  readonly step: string | null;
  readonly dueNs: bigint;
  readonly owner: string;
}

/** What is overdue, longest first: the steps that could have come, else the whole journey; empty once the journey ended. */
export function missingFrom(course: Course, asOfNs: bigint): readonly Missing[] {
  const { journey } = course;
  const late = awaitedIn(course).filter(({ dueNs }) => dueNs < asOfNs);
  if (late.length > 0 || journey.state !== "overdue") return late;
  return [{ step: null, dueNs: journey.deadlineNs, owner: journey.owner }];
}

/** The steps that may come next, the one that is due first first; none once the journey ended. */
export function awaitedIn({ journey, definition }: Course): readonly NonNullable<Journey["next"]>[] {
  if (journey.endedNs !== null || journey.next === null) return [];
  return definition === null ? [journey.next] : awaitedSteps(definition, journey.steps, journey.deadlineNs);
}

/** When the journey succeeded, also when it was compensated afterwards; null when it never did. */
export function succeededNs(journey: Journey): bigint | null {
  return journey.state === "succeeded" || journey.state === "compensated" ? journey.endedNs : null;
}

/** The sender's words for an error, as `: card declined`; empty without any. Structured data is not words and may be secret. */
export function renderWhy(hop: Hop, { hops }: Telling): string {
  const why = plain(errorOf(hop, hops) ?? "");
  return why === "" || /^[{[]/.test(why) ? "" : `: ${why}`;
}
