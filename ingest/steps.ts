/**
 * Steps: where each step of a journey stands, and which one comes next.
 *
 *   milestones → [steps] → fold
 *
 * Pure. A step reached is reached, whatever its clock says about its predecessors: order only decides what is due.
 */
import type { Definition, Step } from "./definitions.ts";
import { momentOf } from "./facts.ts";
import type { Course, Journey, JourneyStep, StepState } from "./journey.ts";
import type { Milestones } from "./milestones.ts";

/** What steps are judged by. */
interface Standing {
  readonly milestones: Milestones;
  readonly course: Course;
  readonly nowNs: bigint;
}

/** Every step of the definition, in listed order. */
export function stepsOf(
  definition: Definition,
  { milestones, course, nowNs }: Standing,
): readonly JourneyStep[] {
  const furthest = definition.steps.findLastIndex((step) => milestones.reached.has(step.name));
  return definition.steps.map((step, index): JourneyStep => {
    const hop = milestones.reached.get(step.name) ?? milestones.failed.get(step.name) ?? null;
    const dueNs = dueOf(step, milestones, course);
    const state =
      hop === null ? absent(step, index < furthest) : milestones.reached.has(step.name) ? "done" : "failed";
    const atNs = hop === null ? null : momentOf(hop);
    return { name: step.name, owner: step.owner, state, atNs, dueNs, hopId: hop?.id ?? null };

    function absent(missing: Step, passedBy: boolean): StepState {
      if (course.succeededNs !== null || course.failedNs !== null) return "skipped";
      if (missing.optional && passedBy) return "skipped";
      return dueNs !== null && nowNs > dueNs ? "overdue" : "pending";
    }
  });
}

/** Own deadline, counted from the last step before it; never later than the journey's. None for an optional step without. */
function dueOf(step: Step, milestones: Milestones, course: Course): bigint | null {
  if (step.withinMs === null) return step.optional ? null : course.deadlineNs;
  const before = step.after.map((name) => milestones.reached.get(name));
  if (before.includes(undefined)) return course.deadlineNs;
  const base = before.reduce((a, hop) => {
    const at = hop === undefined ? a : momentOf(hop);
    return at > a ? at : a;
  }, course.startedNs);
  const dueNs = base + BigInt(step.withinMs) * 1_000_000n;
  return dueNs < course.deadlineNs ? dueNs : course.deadlineNs;
}

/**
 * The required step to wait for: the first after the furthest one reached, else the first that is missing.
 * None once the journey ended.
 */
export function nextStep(
  definition: Definition,
  steps: readonly JourneyStep[],
  course: Course,
): Journey["next"] {
  if (course.succeededNs !== null || course.failedNs !== null) return null;
  const furthest = steps.findLastIndex((step) => step.state === "done");
  const waiting = (step: JourneyStep, index: number) =>
    definition.steps[index]?.optional === false && (step.state === "pending" || step.state === "overdue");
  const step = steps.find((s, index) => index > furthest && waiting(s, index)) ?? steps.find(waiting);
  return step === undefined
    ? null
    : { step: step.name, dueNs: step.dueNs ?? course.deadlineNs, owner: step.owner };
}
