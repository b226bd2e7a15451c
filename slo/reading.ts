/**
 * Reading: what has to be known of each journey of a definition, so that all its objectives can count it.
 *
 *   objectives → [reading] → marks asks the store for it; counting reads it back
 *
 * Pure. A journey leaves marks: one where it ended or was due, one for each step measure. A mark has a minute, a code
 * and the tag values that somebody filters by, so that journeys which count alike can be counted together.
 */
import type { Definition, Objective } from "../ingest/definitions.ts";

/** A step that another waits for. */
export interface Wait {
  readonly step: string;
  /** what is waited for in its place when it is passed by; null: it is not optional, so nothing */
  readonly instead: readonly Wait[] | null;
}

/** A step with its deadline, and the steps that it waits for. */
export interface StepMeasure {
  readonly step: string;
  readonly withinMs: number;
  readonly after: readonly Wait[];
}

/** What the marks of a definition's journeys tell apart. */
export interface Reading {
  /** ascending; ms */
  readonly thresholdsMs: readonly number[];
  readonly steps: readonly StepMeasure[];
  /** the tags that are filtered by, with the values that are asked for */
  readonly tags: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** Codes of step measures are this many apart, and above all others. */
export const STEP_CODE = 100;

/** The code of a journey that missed its end, or its deadline; that of a kept one is 1 + the thresholds it took longer than. */
export const MISSED = 0;

/** The code of an open journey at its deadline: missed, unless it ends before. */
export const OPEN = 99;

/** How one objective counts a mark: on one of its sides, or on neither. */
export type Side = "good" | "bad" | null;

/** What a definition's objectives ask for. */
export function readingOf({ objectives, steps }: Definition): Reading {
  const measures = objectives.map(({ measure }) => measure);
  const thresholds = measures.flatMap((measure) => (measure.kind === "latency" ? measure.withinMs : []));
  const byStep = new Map<string, StepMeasure>();
  for (const measure of measures) {
    if (measure.kind !== "step") continue;
    const after = waitsOf(measure.step, steps);
    byStep.set(keyOf(measure), { step: measure.step, withinMs: measure.withinMs, after });
  }
  const tags = new Map<string, Set<string>>();
  for (const [name, values] of objectives.flatMap(({ where }) => [...where])) {
    const known = tags.get(name) ?? new Set();
    for (const value of values) known.add(value);
    tags.set(name, known);
  }
  return {
    thresholdsMs: [...new Set(thresholds)].sort((a, b) => a - b),
    steps: [...byStep.values()],
    tags: [...tags].map(([name, values]) => ({ name, values: [...values] })),
  };
}

/** What a step waits for; steps never wait in a circle. */
function waitsOf(name: string, steps: Definition["steps"]): Wait[] {
  const after = steps.find((step) => step.name === name)?.after ?? [];
  return after.map((earlier) => {
    const isOptional = steps.some((step) => step.name === earlier && step.optional);
    return { step: earlier, instead: isOptional ? waitsOf(earlier, steps) : null };
  });
}

/** How an objective of the definition counts a mark, by its code and picked tag values. */
export function counterOf(reading: Reading, objective: Objective): (code: number, picked: number) => Side {
  const sideOf = sides(reading, objective);
  const fits = filter(reading, objective);
  return (code, picked) => {
    const side = sideOf(code);
    return side === null || !fits(picked) ? null : side;
  };
}

/** What one value of each tag is worth in the number that stands for all of them. */
export function weightsOf({ tags }: Reading): readonly number[] {
  let weight = 1;
  return tags.map(({ values }) => {
    const own = weight;
    weight *= values.length + 1;
    return own;
  });
}

function sides({ thresholdsMs, steps }: Reading, { measure }: Objective): (code: number) => Side {
  if (measure.kind === "success")
    return (code) => (code >= STEP_CODE ? null : code === MISSED || code === OPEN ? "bad" : "good");
  if (measure.kind === "latency") {
    const at = thresholdsMs.indexOf(measure.withinMs);
    return (code) => (code >= OPEN || code === MISSED ? null : code - 1 <= at ? "good" : "bad");
  }
  const number = steps.findIndex((one) => keyOf(one) === keyOf(measure)) + 1;
  return (code) => (Math.floor(code / STEP_CODE) !== number ? null : code % STEP_CODE === 1 ? "good" : "bad");
}

function filter(reading: Reading, { where }: Objective): (picked: number) => boolean {
  const weights = weightsOf(reading);
  const wanted = reading.tags.flatMap(({ name, values }, at) => {
    const asked = where.get(name);
    if (asked === undefined) return [];
    const numbers = new Set(asked.map((value) => values.indexOf(value) + 1));
    return [{ weight: weights[at] ?? 1, base: values.length + 1, numbers }];
  });
  return (picked) =>
    wanted.every(({ weight, base, numbers }) => numbers.has(Math.floor(picked / weight) % base));
}

function keyOf({ step, withinMs }: { readonly step: string; readonly withinMs: number }): string {
  return `${step} ${withinMs}`;
}
