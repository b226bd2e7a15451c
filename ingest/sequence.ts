/**
 * Sequence: hops whose times contradict the steps that they reach.
 *
 *   fold → [sequence] → gaps → lookup
 *
 * Pure. Holds for hops that no parent and no link connects; between those gaps.ts compares. Changes no journey: a step
 * reached is reached, whatever its clock says.
 */
import type { Hop } from "../collector/hop.ts";
import type { Definition } from "./definitions.ts";
import { momentOf } from "./facts.ts";
import { inOrder } from "./fold.ts";
import type { Journey, JourneyStep } from "./journey.ts";
import { failureOf } from "./milestones.ts";

/** What the hops were folded into, and by what. */
export interface Folded {
  readonly journeys: readonly Journey[];
  readonly definitions: readonly Definition[];
}

/** Per hop, by its id: which step it cannot have come before, or which start; in the order of the journeys and their steps. */
export function outOfOrder(
  hops: readonly Hop[],
  { journeys, definitions }: Folded,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const byId = new Map(hops.map((hop) => [hop.id, hop]));
  for (const journey of journeys) {
    const definition = definitions.find(({ name }) => name === journey.definition);
    if (definition === undefined) continue;
    for (const [id, text] of [
      ...earlySteps({ journey, definition, byId }),
      ...earlyEnd({ journey, definition, byId }),
    ])
      if (!found.has(id)) found.set(id, text);
  }
  return found;
}

interface Course {
  readonly journey: Journey;
  readonly definition: Definition;
  readonly byId: ReadonlyMap<string, Hop>;
}

type Contradiction = readonly [hopId: string, text: string];

/** Steps that were over before one they wait for began. One that came while that went on may well be right. */
function earlySteps(course: Course): Contradiction[] {
  return course.journey.steps.flatMap((step) => {
    const hop = hopOf(step, course);
    if (hop === undefined || step.state !== "done") return [];
    for (const before of awaitedBy(step, course)) {
      const cause = hopOf(before, course);
      if (cause === undefined || momentOf(hop) >= cause.atNs) continue;
      const early = Number(cause.atNs - momentOf(hop)) / 1e6;
      // With both services, for it is the clock of one of them that is wrong.
      const waited = `"${before.name}" in ${cause.service}, which it waits for.`;
      return [[hop.id, `Step "${step.name}" in ${hop.service} came ${early} ms before ${waited}`]];
    }
    return [];
  });
}

/** The reached steps that a step waits for; one that was not reached passes on what it waits for itself. */
function awaitedBy({ name }: JourneyStep, { journey, definition }: Course): JourneyStep[] {
  const afterOf = (step: string) => definition.steps.find((each) => each.name === step)?.after ?? [];
  const seen = new Set<string>();
  const found: JourneyStep[] = [];
  const queue = [...afterOf(name)];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const step = journey.steps.find((each) => each.name === next);
    if (step?.state === "done") found.push(step);
    else queue.push(...afterOf(next));
  }
  return found;
}

function earlyEnd(course: Course): Contradiction[] {
  const { journey } = course;
  if (journey.endedNs === null || journey.endedNs >= journey.startedNs) return [];
  const hop = endOf(course);
  const early = Number(journey.startedNs - journey.endedNs) / 1e6;
  if (hop === undefined) return [];
  return [[hop.id, `${journey.definition} ended ${early} ms before it began, in ${hop.service}.`]];
}

function endOf({ journey, definition, byId }: Course): Hop | undefined {
  if (journey.state === "failed") return failureOf(definition, inOrder([...byId.values()])) ?? undefined;
  const success = journey.steps.find(({ name }) => name === definition.succeeds);
  return byId.get(success?.hopId ?? "");
}

function hopOf({ hopId }: JourneyStep, { byId }: Course): Hop | undefined {
  return byId.get(hopId ?? "");
}
