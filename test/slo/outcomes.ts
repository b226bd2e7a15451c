/**
 * Outcomes: how a folded journey counts for an objective, in the plainest way that can be written down. What the
 * product counts by the million is held against this.
 */
import type { Definition, Objective } from "../../ingest/definitions.ts";
import type { Journey } from "../../ingest/journey.ts";

/** The one moment at which a journey counts, and on which side. */
export interface Outcome {
  readonly atNs: bigint;
  readonly good: boolean;
}

/** How a journey counts; null: on neither side. */
export function outcomeOf(journey: Journey, objective: Objective, definition: Definition): Outcome | null {
  for (const [tag, values] of objective.where) {
    if (!values.includes(journey.tags.get(tag) ?? "")) return null;
  }
  const { measure } = objective;
  const { verdict } = journey;
  if (verdict?.excluded) return null;
  if (measure.kind === "step") return stepOutcome(journey, measure, definition);
  if (verdict === null) return null;
  if (measure.kind === "success") return { atNs: verdict.atNs, good: verdict.good };
  if (!verdict.good || journey.endedNs === null) return null;
  const tookNs = journey.endedNs - journey.startedNs;
  return { atNs: verdict.atNs, good: tookNs <= BigInt(measure.withinMs) * 1_000_000n };
}

/**
 * A step counts once: good when it was reached in time; bad at once when it failed before it was due, and when due if it
 * was not reached by then; not at all while it waits for others, or when the journey ended before. It is due so long
 * after the last step that it waits for, never after the journey's deadline.
 */
function stepOutcome(
  journey: Journey,
  measure: Extract<Objective["measure"], { kind: "step" }>,
  definition: Definition,
): Outcome | null {
  const baseNs = reachedAll(journey, measure.step, definition);
  if (baseNs === null) return null;
  const ownNs = baseNs + BigInt(measure.withinMs) * 1_000_000n;
  const dueNs = ownNs < journey.deadlineNs ? ownNs : journey.deadlineNs;
  const step = journey.steps.find(({ name }) => name === measure.step);
  if (step === undefined) return null;
  if (step.state === "done" && step.atNs !== null && step.atNs <= dueNs)
    return { atNs: step.atNs, good: true };
  const missed = { atNs: dueNs, good: false };
  if (step.state === "done") return missed;
  if (journey.endedNs === null || journey.endedNs > dueNs) return missed;
  return journey.failedStep === measure.step ? { atNs: journey.endedNs, good: false } : null;
}

/** When the last step that a step waits for was reached, at the start at the soonest; null while one is missing. */
function reachedAll(journey: Journey, name: string, definition: Definition): bigint | null {
  let latestNs = journey.startedNs;
  for (const earlier of definition.steps.find((step) => step.name === name)?.after ?? []) {
    const step = journey.steps.find((candidate) => candidate.name === earlier);
    const isOptional = definition.steps.find((candidate) => candidate.name === earlier)?.optional === true;
    const atNs =
      step?.state === "done" ? step.atNs : isOptional ? reachedAll(journey, earlier, definition) : null;
    if (atNs === null) return null;
    if (atNs > latestNs) latestNs = atNs;
  }
  return latestNs;
}
