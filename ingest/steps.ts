/**
 * Steps: where each step of a journey stands, and which one comes next.
 *
 *   milestones → [steps] → fold
 *
 * Pure. A step reached is reached, whatever its clock says about its predecessors: order only decides what is due.
 */
import type { Definition, Step } from "./definitions.ts";
import { isForgotten } from "./elder.ts";
import { momentOf } from "./facts.ts";
import type { Course, Journey, JourneyStep, StepState } from "./journey.ts";
import type { Milestones } from "./milestones.ts";

/** What steps are judged by. */
interface Standing {
  readonly milestones: Milestones;
  readonly course: Course;
  readonly nowNs: bigint;
}

/** What is wrong with a journey, in words. */
export interface Why {
  readonly text: string;
  /** the step that failed or is missing; null when what failed is none */
  readonly step: string | null;
}

/** Every step of the definition, in listed order. */
export function stepsOf(definition: Definition, standing: Standing): readonly JourneyStep[] {
  const { milestones, course, nowNs } = standing;
  const furthest = definition.steps.findLastIndex((step) => milestones.reached.has(step.name));
  return definition.steps.map((step, index): JourneyStep => {
    const hop = milestones.reached.get(step.name) ?? milestones.failed.get(step.name) ?? null;
    const dueNs = dueOf(step, definition, standing);
    const state =
      hop === null ? absent(step, index < furthest) : milestones.reached.has(step.name) ? "done" : "failed";
    const atNs = hop === null ? null : momentOf(hop);
    const hopId = hop === null || isForgotten(hop) ? null : hop.id;
    return { name: step.name, owner: step.owner, state, atNs, dueNs, hopId };

    function absent(missing: Step, passedBy: boolean): StepState {
      if (course.succeededNs !== null || course.failedNs !== null) return "skipped";
      if (missing.optional && passedBy) return "skipped";
      return dueNs !== null && nowNs > dueNs ? "overdue" : "pending";
    }
  });
}

/** Own deadline, counted from the last step before it; never later than the journey's. None for an optional step without. */
function dueOf(step: Step, definition: Definition, { milestones, course }: Standing): bigint | null {
  if (step.withinMs === null) return step.optional ? null : course.deadlineNs;
  const readyNs = readyAt(step, definition, milestones);
  if (readyNs === null) return course.deadlineNs;
  const baseNs = readyNs > course.startedNs ? readyNs : course.startedNs;
  const dueNs = baseNs + BigInt(step.withinMs) * 1_000_000n;
  return dueNs < course.deadlineNs ? dueNs : course.deadlineNs;
}

/**
 * When the last of the steps that a step waits for was reached, 0 when it waits for none; an optional one that was not
 * reached passes on what it waits for. Null while any is missing.
 */
function readyAt(step: Step, definition: Definition, milestones: Milestones): bigint | null {
  let latestNs = 0n;
  for (const name of step.after) {
    const hop = milestones.reached.get(name);
    const earlier = hop === undefined ? definition.steps.find((other) => other.name === name) : undefined;
    const passedOnNs = earlier?.optional ? readyAt(earlier, definition, milestones) : null;
    const atNs = hop === undefined ? passedOnNs : momentOf(hop);
    if (atNs === null) return null;
    if (atNs > latestNs) latestNs = atNs;
  }
  return latestNs;
}

/** The required step to wait for: of those awaited the one that is due first. None once the journey ended. */
export function nextStep(
  definition: Definition,
  steps: readonly JourneyStep[],
  course: Course,
): Journey["next"] {
  if (course.succeededNs !== null || course.failedNs !== null) return null;
  return awaitedSteps(definition, steps, course.deadlineNs)[0] ?? null;
}

/**
 * The required steps of a journey that goes on which wait for nothing more, the one that is due first first; several when
 * steps run side by side. A step behind which the journey has gone on is not waited for while there is another: it
 * happened unseen.
 *
 * @param deadlineNs  of the journey; when a step is due of which nothing else says so; ns since 1970 UTC
 */
export function awaitedSteps(
  definition: Definition,
  steps: readonly JourneyStep[],
  deadlineNs: bigint,
): readonly NonNullable<Journey["next"]>[] {
  const byName = new Map(definition.steps.map((step, index) => [step.name, { step, at: steps[index] }]));
  const passed = passedBy(definition, steps);
  const isOver = (name: string): boolean => {
    const known = byName.get(name);
    if (known === undefined || known.at?.state === "done" || passed.has(name)) return true;
    return known.step.optional && known.step.after.every(isOver);
  };
  const missing = steps
    .filter(({ name, state }) => {
      const isRequired = byName.get(name)?.step.optional === false;
      return isRequired && (state === "pending" || state === "overdue");
    })
    .map(({ name, dueNs, owner }) => ({ step: name, dueNs: dueNs ?? deadlineNs, owner }))
    .sort((a, b) => (a.dueNs < b.dueNs ? -1 : a.dueNs > b.dueNs ? 1 : 0));
  const ahead = missing.filter(({ step }) => !passed.has(step));
  const ready = ahead.filter(({ step }) => byName.get(step)?.step.after.every(isOver));
  if (ready.length > 0) return ready;
  return (ahead.length > 0 ? ahead : missing).slice(0, 1);
}

/** Why an overdue journey is: the step that is missing, and whose it is. The same words when it is folded and when it is listed. */
export function whyOverdue({ step, owner }: { readonly step: string; readonly owner: string }): Why {
  return { text: `"${step}" has not happened; ${owner} owns it`, step };
}

/** The steps that some reached step had to wait for. */
function passedBy(definition: Definition, steps: readonly JourneyStep[]): ReadonlySet<string> {
  return stepsBefore(
    definition,
    steps.filter((step) => step.state === "done").map(({ name }) => name),
  );
}

/** The steps that any of these has to wait for, over any number of steps between. */
export function stepsBefore(definition: Definition, names: readonly string[]): ReadonlySet<string> {
  const after = new Map(definition.steps.map((step) => [step.name, step.after]));
  const passed = new Set<string>();
  const queue = names.flatMap((name) => after.get(name) ?? []);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (passed.has(name)) continue;
    passed.add(name);
    queue.push(...(after.get(name) ?? []));
  }
  return passed;
}
