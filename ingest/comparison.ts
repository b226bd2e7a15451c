/**
 * Comparison: the journeys of two sets of definitions side by side, and how they differ.
 *
 *   journeys of today, journeys to come → [comparison] → what would change
 *
 * Pure. A journey is found under each of its keys, and counts once.
 */
import type { Definition, Definitions } from "./definitions.ts";
import type { Journey, JourneyState } from "./journey.ts";
import { Sightings } from "./sightings.ts";
import { journeyName } from "./subject.ts";
import type { FoldedKeys } from "./survey.ts";

/** Where a journey stands, or that there is none. */
export type Standing = JourneyState | "none";

/** How many journeys would stand elsewhere. */
export interface Move {
  readonly from: Standing;
  readonly to: Standing;
  readonly journeys: number;
  /** subjects, a few */
  readonly examples: readonly string[];
  /** whether that is for the worse: a success, or one on its way, that would be none */
  readonly isWorse: boolean;
}

/** What would become of one definition. */
export interface DefinitionOutcome {
  readonly definition: string;
  readonly change: "new" | "changed" | "same" | "gone";
  readonly before: Readonly<Record<JourneyState, number>>;
  readonly after: Readonly<Record<JourneyState, number>>;
  readonly moves: readonly Move[];
  /** steps that no hop matched */
  readonly unmatchedSteps: readonly string[];
}

/** What would become of all, as far as was looked. */
export interface Rehearsal {
  /** keys looked at, and about how many there are; counts */
  readonly done: number;
  readonly total: number;
  /** hops looked at, those looked at twice counted twice */
  readonly hops: number;
  readonly hasMore: boolean;
  readonly definitions: readonly DefinitionOutcome[];
  /** kinds of keys that no hop carried, and the attribute that was probably meant */
  readonly unseenKeys: readonly {
    readonly kind: string;
    readonly nearest: string | null;
    readonly isNew: boolean;
  }[];
  /** worth a look before it is applied; sentences */
  readonly warnings: readonly string[];
  /** good to know; sentences */
  readonly notes: readonly string[];
}

/** The definitions that are held against each other. */
export interface Compared {
  readonly present: Definitions;
  readonly next: Definitions;
}

const EXAMPLES_MAX = 5;
/** Fewer journeys than this say nothing about whether a definition ever succeeds. */
const TELLING = 5;

/** Which journeys were seen, and how they moved. */
export class Comparison {
  readonly sightings: Sightings;
  done = 0;
  #hops = 0;
  readonly #options: Compared;
  readonly #seen = new Set<string>();
  readonly #before = new Map<string, Record<JourneyState, number>>();
  readonly #after = new Map<string, Record<JourneyState, number>>();
  readonly #moves = new Map<string, Map<string, Move>>();

  constructor(options: Compared) {
    this.#options = options;
    this.sightings = new Sightings(options.next);
  }

  /** Takes in the journeys of so many keys. */
  add(keys: number, before: FoldedKeys, after: FoldedKeys): void {
    this.done += keys;
    this.#hops += before.hops.length;
    this.sightings.add(before.hops);
    const was = byName(before.journeys);
    const is = byName(after.journeys);
    for (const name of new Set([...was.keys(), ...is.keys()])) {
      if (this.#seen.has(name)) continue;
      this.#seen.add(name);
      this.#count(was.get(name) ?? null, is.get(name) ?? null);
    }
  }

  #count(was: Journey | null, is: Journey | null): void {
    const { definition, subject } = (was ?? is) as Journey; // one of the two is there, or it would have no name
    if (was !== null) countIn(this.#before, definition, was.state);
    if (is !== null) countIn(this.#after, definition, is.state);
    const [from, to]: [Standing, Standing] = [was?.state ?? "none", is?.state ?? "none"];
    if (from === to) return;
    const moves = this.#moves.get(definition) ?? new Map<string, Move>();
    const known = moves.get(`${from} ${to}`) ?? {
      from,
      to,
      journeys: 0,
      examples: [],
      isWorse: isWorse(from, to),
    };
    const examples = known.examples.length < EXAMPLES_MAX ? [...known.examples, subject.id] : known.examples;
    this.#moves.set(
      definition,
      moves.set(`${from} ${to}`, { ...known, journeys: known.journeys + 1, examples }),
    );
  }

  /** What is known so far. */
  rehearsal(total: number, hasMore: boolean): Rehearsal {
    const { present, next } = this.#options;
    const names = new Set([...next.journeys, ...present.journeys].map(({ name }) => name));
    const definitions = [...names].map((name) => this.#outcomeOf(name));
    const declared = new Map(present.keys.map((kind) => [kind.kind, JSON.stringify(kind.from)]));
    const unseenKeys = this.sightings.unseenKeys().map((unseen) => {
      const from = next.keys.find(({ kind }) => kind === unseen.kind)?.from;
      return { ...unseen, isNew: declared.get(unseen.kind) !== JSON.stringify(from) };
    });
    const warnings = [...warningsOf(definitions, this.#options), ...keyWarnings(unseenKeys)];
    const looked = { done: this.done, total, hops: this.#hops, hasMore };
    return { ...looked, definitions, unseenKeys, warnings, notes: this.#newKinds() };
  }

  #outcomeOf(name: string): DefinitionOutcome {
    const { present, next } = this.#options;
    const [was, is] = [present, next].map(({ journeys }) => journeys.find((each) => each.name === name));
    return {
      definition: name,
      change: changeOf(was, is),
      before: this.#before.get(name) ?? noStates(),
      after: this.#after.get(name) ?? noStates(),
      moves: [...(this.#moves.get(name)?.values() ?? [])],
      unmatchedSteps: this.sightings.unmatchedSteps(name),
    };
  }

  #newKinds(): string[] {
    const declared = new Set(this.#options.present.keys.map(({ kind }) => kind));
    return this.#options.next.keys
      .filter(({ kind }) => !declared.has(kind))
      .map(
        ({ kind }) =>
          `${kind} is new: recorded hops are found by it only after waybill refold, so what it leads to is counted in part.`,
      );
  }
}

function changeOf(was: Definition | undefined, is: Definition | undefined): DefinitionOutcome["change"] {
  if (is === undefined) return "gone";
  if (was === undefined) return "new";
  return was.version === is.version ? "same" : "changed";
}

function byName(journeys: readonly Journey[]): ReadonlyMap<string, Journey> {
  return new Map(journeys.map((journey) => [journeyName(journey.definition, journey.subject), journey]));
}

function noStates(): Record<JourneyState, number> {
  return { open: 0, overdue: 0, succeeded: 0, failed: 0, compensated: 0 };
}

function countIn(counts: Map<string, Record<JourneyState, number>>, name: string, state: JourneyState): void {
  const known = counts.get(name) ?? noStates();
  known[state] += 1;
  counts.set(name, known);
}

const WORTH: Record<Standing, number> = {
  succeeded: 3,
  compensated: 2,
  open: 2,
  overdue: 1,
  failed: 1,
  none: 0,
};

function isWorse(from: Standing, to: Standing): boolean {
  return WORTH[to] < WORTH[from];
}

/** What was so before is no warning: a step that nothing matches yet, a journey that never succeeded. */
function warningsOf(outcomes: readonly DefinitionOutcome[], compared: Compared): string[] {
  return outcomes
    .filter(({ change }) => change === "new" || change === "changed")
    .flatMap(({ definition, change, before, after, unmatchedSteps }) => {
      const all = Object.values(after).reduce((sum, count) => sum + count, 0);
      const never = unmatchedSteps
        .filter((step) => isOtherStep(compared, definition, step))
        .map((step) => `${definition}: no recorded hop matches the step ${step}.`);
      const mayHope = change === "new" || successes(before) > 0;
      if (mayHope && all >= TELLING && successes(after) === 0)
        never.push(`${definition}: none of its ${all} journeys would have succeeded.`);
      return never;
    });
}

/** Whether a step is new, or reached by other hops than before. */
function isOtherStep({ present, next }: Compared, definition: string, step: string): boolean {
  const [was, is] = [present, next].map(({ journeys }) => {
    const match = journeys
      .find(({ name }) => name === definition)
      ?.steps.find(({ name }) => name === step)?.match;
    return JSON.stringify(match, (_, part) => (part instanceof Map ? [...part] : part));
  });
  return was !== is;
}

function successes({ succeeded, compensated }: Readonly<Record<JourneyState, number>>): number {
  return succeeded + compensated;
}

function keyWarnings(unseen: Rehearsal["unseenKeys"]): string[] {
  return unseen
    .filter(({ isNew }) => isNew)
    .map(({ kind, nearest }) => {
      const meant = nearest === null ? "" : ` Hops carry ${nearest}: is that what was meant?`;
      return `${kind}: no recorded hop carries it.${meant}`;
    });
}

/** The parts of a rehearsal that may worry. */
interface Worries {
  readonly definitions: readonly { readonly moves: readonly Pick<Move, "isWorse">[] }[];
  readonly warnings: readonly string[];
}

/** Whether anything in it should be looked at before it is applied: a journey worse off, a step or key never seen. */
export function isWorrying({ definitions, warnings }: Worries): boolean {
  return warnings.length > 0 || definitions.some(({ moves }) => moves.some((move) => move.isWorse));
}
