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
  /** the earliest hop that matches any step, failing or not; null when none does */
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
  const failing = failingOf(definition, hops);
  const others = hops.filter((hop) => !failing.includes(hop));
  const reached = firstPerStep(definition, others);
  const failed = firstPerStep(definition, failing);
  const onStep = [...reached.values(), ...failed.values()];
  const first = onStep.reduce<Hop | null>((a, b) => (a === null || b.atNs < a.atNs ? b : a), null);
  const failure = earliest(failing);
  const start = [reached.get(definition.start), failed.get(definition.start)].filter(
    (hop) => hop !== undefined,
  );
  return {
    first,
    startedNs: begin(start) ?? first?.atNs ?? 0n,
    reached,
    failed,
    failure,
    failedStep:
      definition.steps.find((step) => failure !== null && matches(step.match, failure))?.name ?? null,
    compensations: hops.filter((hop) => matches(definition.compensates, hop)),
  };
}

/** The first failing hop of all, of hops given in order of time; null when none fails. */
export function failureOf(definition: Definition, hops: readonly Hop[]): Hop | null {
  return earliest(failingOf(definition, hops));
}

function failingOf(definition: Definition, hops: readonly Hop[]): Hop[] {
  return hops.filter((hop) => matches(definition.fails, hop));
}

/** Whether a hop is a milestone of the definition, fails or compensates it. */
export function concerns({ steps, fails, compensates }: Definition, hop: Hop): boolean {
  return steps.some(({ match }) => matches(match, hop)) || matches(fails, hop) || matches(compensates, hop);
}

function firstPerStep(definition: Definition, hops: readonly Hop[]): ReadonlyMap<string, Hop> {
  const first = new Map<string, Hop>();
  for (const step of definition.steps) {
    const hop = earliest(hops.filter((candidate) => matches(step.match, candidate)));
    if (hop !== null) first.set(step.name, hop);
  }
  return first;
}

/** The hop with the earliest moment; of equals the first in the given order. */
function earliest(hops: readonly Hop[]): Hop | null {
  return hops.reduce<Hop | null>((a, b) => (a === null || momentOf(b) < momentOf(a) ? b : a), null);
}

function begin(hops: readonly Hop[]): bigint | null {
  return hops.reduce<bigint | null>((a, hop) => (a === null || hop.atNs < a ? hop.atNs : a), null);
}
