/**
 * Milestones: which hops reach which steps, which fail, which compensate.
 *
 *   match → [milestones] → fold
 *
 * Pure. A hop that matches `fails` does not reach a step: where it also matches one, it is that step which failed.
 */
import type { Hop } from "../collector/hop.ts";
import type { Definition } from "./definitions.ts";
import { momentOf } from "./facts.ts";
import { matches } from "./match.ts";

/** The hops that matter to one definition. */
export interface Milestones {
  /** of the hops that reached or failed a step the one that began first; null when there is none */
  readonly first: Hop | null;
  /** begin of the start step, else of the earliest milestone; ns since 1970 UTC */
  readonly startedNs: bigint;
  /** per step: the hop that reached it first */
  readonly reached: ReadonlyMap<string, Hop>;
  /** per step: the first hop that failed it */
  readonly failed: ReadonlyMap<string, Hop>;
  /** the first failing hop of all */
  readonly failure: Hop | null;
  /** the step that `failure` failed, null when it matches none */
  readonly failedStep: string | null;
  /** in order of time */
  readonly compensations: readonly Hop[];
}

/** Sorts the hops, given in order of time, by what they mean to the definition. */
export function milestonesOf(definition: Definition, hops: readonly Hop[]): Milestones {
  const reached = new Map<string, Hop>();
  const failed = new Map<string, Hop>();
  const compensations: Hop[] = [];
  let failure: Hop | null = null;
  for (const hop of hops) {
    const isFailing = matches(definition.fails, hop);
    if (isFailing) failure = earlier(failure, hop);
    noteSteps(definition, hop, isFailing ? failed : reached);
    if (matches(definition.compensates, hop)) compensations.push(hop);
  }
  const first = firstOf(failed.values(), firstOf(reached.values(), null));
  return {
    first,
    startedNs: begin(reached.get(definition.start), failed.get(definition.start)) ?? first?.atNs ?? 0n,
    reached,
    failed,
    failure,
    failedStep: stepOf(definition, failure),
    compensations,
  };
}

/** The first failing hop of all, of hops given in order of time; null when none fails. */
export function failureOf(definition: Definition, hops: readonly Hop[]): Hop | null {
  let failure: Hop | null = null;
  for (const hop of hops) if (matches(definition.fails, hop)) failure = earlier(failure, hop);
  return failure;
}

/** Whether a hop is a milestone of the definition, fails or compensates it. */
export function concerns({ steps, fails, compensates }: Definition, hop: Hop): boolean {
  return steps.some(({ match }) => matches(match, hop)) || matches(fails, hop) || matches(compensates, hop);
}

/** Notes a hop for each step that it matches, where it is the first to do so. */
function noteSteps({ steps }: Definition, hop: Hop, first: Map<string, Hop>): void {
  for (const { name, match } of steps)
    if (matches(match, hop)) first.set(name, earlier(first.get(name) ?? null, hop));
}

/** The hop with the earlier moment; of equals the one that was there before. */
function earlier(before: Hop | null, hop: Hop): Hop {
  return before === null || momentOf(hop) < momentOf(before) ? hop : before;
}

/** The hop that began first; of equals the one that was there before. */
function firstOf(hops: Iterable<Hop>, before: Hop | null): Hop | null {
  let first = before;
  for (const hop of hops) if (first === null || hop.atNs < first.atNs) first = hop;
  return first;
}

function stepOf({ steps }: Definition, hop: Hop | null): string | null {
  return hop === null ? null : (steps.find(({ match }) => matches(match, hop))?.name ?? null);
}

function begin(reached: Hop | undefined, failed: Hop | undefined): bigint | null {
  if (reached === undefined || failed === undefined) return (reached ?? failed)?.atNs ?? null;
  return reached.atNs < failed.atNs ? reached.atNs : failed.atNs;
}
