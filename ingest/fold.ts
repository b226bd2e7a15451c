/**
 * Fold: the hops of one subject and a definition in, one journey out.
 *
 *   stitch → [fold] → rows, answer
 *
 * Pure: journey = f(definition, hops, now). A late fact gives the state that an early one would have given.
 * Does not decide which hops belong to the subject: stitch.ts does.
 */
import type { Hop } from "../collector/hop.ts";
import { attributeOf } from "./aliases.ts";
import type { Definition } from "./definitions.ts";
import { type Elder, isForgotten, lacksBeginning, remembered } from "./elder.ts";
import { errorOf, momentOf, seenByCaller } from "./facts.ts";
import type { Course, Journey, JourneyState, Verdict } from "./journey.ts";
import { type Milestones, milestonesOf } from "./milestones.ts";
import { nextStep, stepsOf, type Why, whyOverdue } from "./steps.ts";
import type { Subject } from "./subject.ts";

/** What there is to fold. */
export interface Folding {
  readonly definition: Definition;
  readonly subject: Subject;
  /** the subject's hops, each fact once, in any order */
  readonly hops: readonly Hop[];
  /** per tag: the attribute names to look under, first match wins */
  readonly tags: ReadonlyMap<string, readonly string[]>;
  /** what its row says, when it began before hops are kept; it counts where the hops lack the beginning */
  readonly elder?: Elder | undefined;
}

/** The journey as it stands at `nowNs`, or null when no hop is a milestone of the definition, and no row remembers one. */
export function fold(folding: Folding, nowNs: bigint): Journey | null {
  const { definition, subject } = folding;
  const hops = inOrder(folding.hops);
  const told = milestonesOf(definition, hops);
  const elder = elderOf(folding, told);
  if (told.first === null && elder === null) return null;
  const milestones = elder === null ? told : remembered(told, elder, definition);
  const course = courseOf(definition, milestones, { nowNs, elder });
  const steps = stepsOf(definition, { milestones, course, nowNs });
  const next = nextStep(definition, steps, course);
  const why = reasonOf(milestones, { course, next, hops, elder });
  return {
    definition: definition.name,
    definitionVersion: definition.version,
    owner: definition.owner,
    subject,
    state: course.state,
    startedNs: course.startedNs,
    deadlineNs: course.deadlineNs,
    compensatedNs: course.compensatedNs,
    endedNs: course.succeededNs ?? course.failedNs,
    late: course.succeededNs !== null && course.succeededNs > course.deadlineNs,
    recovered:
      course.succeededNs !== null && course.failedNs !== null && course.failedNs < course.succeededNs,
    reason: why?.text ?? null,
    failedStep: why?.step ?? null,
    steps,
    next,
    seenByCaller: seenByCaller(definition, hops),
    tags:
      elder === null ? tagsOf(folding.tags, hops) : new Map([...tagsOf(folding.tags, hops), ...elder.tags]),
    verdict: verdictOf(definition, course),
  };
}

/** Whether the row of the journey has to remember what hops told that are no longer kept. */
export function isFoldedOntoRow(folding: Folding): boolean {
  if (folding.elder === undefined) return false;
  return elderOf(folding, milestonesOf(folding.definition, inOrder(folding.hops))) !== null;
}

function elderOf({ elder }: Folding, told: Milestones): Elder | null {
  return elder !== undefined && lacksBeginning(told, elder) ? elder : null;
}

/** By time, then by id: the one order that every arrival gives. */
export function inOrder(hops: readonly Hop[]): readonly Hop[] {
  const isDone = hops.every((hop, at) => isBefore(hops[at - 1] ?? hop, hop));
  return isDone ? hops : [...hops].sort((a, b) => (isBefore(b, a) ? 1 : -1));
}

function isBefore(a: Hop, b: Hop): boolean {
  return a.atNs === b.atNs ? a.id <= b.id : a.atNs < b.atNs;
}

interface Moment {
  readonly nowNs: bigint;
  readonly elder: Elder | null;
}

function courseOf(definition: Definition, milestones: Milestones, { nowNs, elder }: Moment): Course {
  const startedNs = milestones.startedNs;
  const deadlineNs = elder?.deadlineNs ?? startedNs + BigInt(definition.timeoutMs) * 1_000_000n;
  const success = milestones.reached.get(definition.succeeds);
  const succeededNs = success === undefined ? null : momentOf(success);
  const failedNs = milestones.failure === null ? null : momentOf(milestones.failure);
  const undone = milestones.compensations.find((hop) => succeededNs !== null && momentOf(hop) >= succeededNs);
  const compensatedNs = undone === undefined ? null : momentOf(undone);
  const open: JourneyState = nowNs > deadlineNs ? "overdue" : "open";
  const unsuccessful = failedNs === null ? open : "failed";
  const isUndone = compensatedNs !== null || elder?.state === "compensated";
  const successful = isUndone ? "compensated" : "succeeded";
  const state = succeededNs === null ? unsuccessful : successful;
  return { startedNs, deadlineNs, succeededNs, failedNs, compensatedNs, state };
}

/**
 * Counted once: a success in time in the minute of the success, anything else when it failed or at the deadline,
 * whichever was first, so that a fact after the deadline moves nothing.
 */
function verdictOf(definition: Definition, course: Course): Verdict | null {
  const { succeededNs, failedNs, deadlineNs, state } = course;
  if (state === "open") return null;
  const inTime = succeededNs !== null && succeededNs <= deadlineNs;
  const missedNs = failedNs !== null && failedNs < deadlineNs ? failedNs : deadlineNs;
  const verdict: Verdict = { atNs: inTime ? succeededNs : missedNs, good: inTime, excluded: false };
  if (state !== "compensated" || definition.compensation === "keep") return verdict;
  if (definition.compensation === "exclude") return { ...verdict, excluded: true };
  return { ...verdict, good: definition.compensation === "good" };
}

interface Ending {
  readonly course: Course;
  readonly next: Journey["next"];
  readonly hops: readonly Hop[];
  readonly elder: Elder | null;
}

function reasonOf(milestones: Milestones, { course, next, hops, elder }: Ending): Why | null {
  if (course.state === "failed" && milestones.failure !== null) {
    const hop = milestones.failure;
    const step = milestones.failedStep;
    if (isForgotten(hop)) return { text: elder?.reason ?? "", step };
    const what = step === null ? `"${hop.name || hop.body}"` : `"${step}"`;
    const said = errorOf(hop, hops);
    return { text: `${what} failed in ${hop.service}${said === null ? "" : `: ${said}`}`, step };
  }
  return course.state === "overdue" && next !== null ? whyOverdue(next) : null;
}

function tagsOf(
  tags: ReadonlyMap<string, readonly string[]>,
  hops: readonly Hop[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [tag, names] of tags) {
    const value = firstSaid(names, hops);
    if (value !== undefined) found.set(tag, value);
  }
  return found;
}

function firstSaid(names: readonly string[], hops: readonly Hop[]): string | undefined {
  for (const name of names) {
    for (const hop of hops) {
      const value = attributeOf(hop, name);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}
