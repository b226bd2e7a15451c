/**
 * Elder: a journey that began before hops are kept, as far as its row remembers it.
 *
 *   journeys → stored → [elder] → fold
 *
 * Pure. Journeys are kept longer than their hops (retention.ts). What is left of an elder's hops tells half of it, so the
 * other half is taken from its row: what was reached, and how it ended. What comes late is added as if it had come early,
 * and nothing turns back.
 */
import type { Hop } from "../collector/hop.ts";
import type { Definition, Retention } from "./definitions.ts";
import { momentOf } from "./facts.ts";
import type { Journey } from "./journey.ts";
import type { Milestones } from "./milestones.ts";
import type { Ref } from "./refs.ts";
import { type RowState, rowState } from "./saying.ts";
import { journeyName, type Subject } from "./subject.ts";

/** What the row of a journey says. Times are nanoseconds since 1970 UTC. */
export interface Elder {
  readonly definition: string;
  readonly subject: Subject;
  readonly state: RowState;
  readonly startedNs: bigint;
  readonly endedNs: bigint | null;
  readonly deadlineNs: bigint;
  /** success after an earlier failure */
  readonly recovered: boolean;
  /** when it counts for the SLOs; null while it does not */
  readonly countedNs: bigint | null;
  readonly reason: string | null;
  readonly failedStep: string | null;
  /** the steps that were reached, and when */
  readonly reached: ReadonlyMap<string, bigint>;
  readonly tags: ReadonlyMap<string, string>;
}

/** Whose elders are asked for. */
export interface EldersAsked {
  /** names of definitions */
  readonly definitions: readonly string[];
  readonly subjects: readonly Ref[];
  /** that began before this moment; nanoseconds since 1970 UTC */
  readonly beforeNs: bigint;
}

const DAY_NS = 86_400_000_000_000n;

/** The first moment of which every hop is still kept: the begin of a day; nanoseconds since 1970 UTC. */
export function keptSinceNs({ hopsDays }: Retention, nowNs: bigint): bigint {
  const dayNs = nowNs - (nowNs % DAY_NS);
  return dayNs - BigInt(hopsDays) * DAY_NS;
}

/** Elders by the names of their journeys. */
export function byJourney(elders: readonly Elder[]): ReadonlyMap<string, Elder> {
  return new Map(elders.map((elder) => [journeyName(elder.definition, elder.subject), elder]));
}

/** Whether hops lack the beginning of an elder: the first of them that is a milestone came after its start. */
export function lacksBeginning({ first, startedNs }: Milestones, elder: Elder): boolean {
  return first === null || startedNs > elder.startedNs;
}

/** What hops say, and before them the row. */
export function remembered(told: Milestones, elder: Elder, definition: Definition): Milestones {
  const reached = new Map(told.reached);
  for (const [step, atNs] of reachedBefore(elder, definition)) {
    const hop = earlier(lost(atNs), reached.get(step));
    if (hop !== null) reached.set(step, hop);
  }
  const failure = earlier(failureBefore(elder), told.failure);
  const isLost = failure !== null && isForgotten(failure);
  const failedStep = isLost ? elder.failedStep : told.failedStep;
  const failed = new Map(told.failed);
  if (isLost && failedStep !== null) failed.set(failedStep, failure);
  return { ...told, startedNs: elder.startedNs, reached, failed, failure, failedStep };
}

/** Whether a hop stands for one that is no longer kept: nothing is known of it but its moment. */
export function isForgotten({ id }: Hop): boolean {
  return id === "";
}

/** Whether a journey says more than its row did. */
export function saysMore(journey: Journey, elder: Elder): boolean {
  const isNews = ({ name, atNs, hopId, state: stands }: Journey["steps"][number]) =>
    stands === "done" && hopId !== null && elder.reached.get(name) !== atNs;
  return (
    rowState(journey) !== elder.state ||
    journey.endedNs !== elder.endedNs ||
    journey.tags.size > elder.tags.size ||
    journey.steps.some(isNews)
  );
}

function* reachedBefore({ reached, state, endedNs }: Elder, { succeeds }: Definition) {
  yield* reached;
  if (endedNs !== null && state !== "failed") yield [succeeds, endedNs] as const;
}

/** A row that recovered does not say when it had failed: when it counted, if it counted for that, else just before. */
function failureBefore({ state, endedNs, recovered, countedNs }: Elder): Hop | null {
  if (endedNs === null) return null;
  if (state === "failed") return lost(endedNs);
  if (!recovered) return null;
  return lost(countedNs !== null && countedNs < endedNs ? countedNs : endedNs - 1n);
}

/** Of two of the same moment the one that is still there. */
function earlier(gone: Hop | null, there: Hop | null = null): Hop | null {
  if (gone === null || there === null) return gone ?? there;
  return momentOf(there) <= momentOf(gone) ? there : gone;
}

const NO_ATTRIBUTES = new Map<string, string>();

function lost(atNs: bigint): Hop {
  return {
    id: "",
    kind: "log",
    atNs,
    endNs: atNs,
    receivedNs: atNs,
    service: "",
    name: "",
    spanKind: "internal",
    status: "unset",
    message: "",
    body: "",
    traceId: "",
    spanId: "",
    parentId: "",
    attributes: NO_ATTRIBUTES,
    resource: NO_ATTRIBUTES,
    links: [],
    events: [],
    droppedLinks: 0,
    digest: 0,
  };
}
