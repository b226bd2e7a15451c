/**
 * Objectives: the promises of a journey as written, held against its steps and tags.
 *
 *   page + promise + steps → [objectives] → Definitions
 *
 * Pure. What each field may look like is in yaml_promise.ts; which burn tiers follow from it in slo/tiers.ts.
 */
import type { Measure, Objective, ObjectiveWindow, Step, TierOverride } from "./definitions.ts";
import { complain, complainUnknown, type Page, type Path } from "./yaml_page.ts";
import type { WrittenObjective, WrittenTier } from "./yaml_promise.ts";
import type { WrittenJourney } from "./yaml_schema.ts";

/** The tiers that every objective has unless it says otherwise, most urgent first; slo/tiers.ts says what they are. */
export const TIER_NAMES = ["page-fast", "page-slow", "ticket-fast", "ticket-slow"] as const;

/** What an objective can speak of. */
export interface Known {
  readonly steps: readonly Step[];
  /** names of the tags */
  readonly tags: Iterable<string>;
}

/** The objectives of a journey; what does not fit is a problem on the page. */
export function readObjectives(
  page: Page,
  { path, written, known }: { path: Path; written: WrittenJourney; known: Known },
): Objective[] {
  const names = written.objectives.map(({ name }) => name);
  return written.objectives.map((objective, i) => {
    const place = [...path, "objectives", i];
    if (names.indexOf(objective.name) < i)
      complain(page, [...place, "name"], `"${objective.name}" is there already`);
    checkTags(page, place, { objective, known });
    const { name, title, description, target, window, severities, labels, openslo } = objective;
    return {
      name,
      title,
      description,
      measure: measureOf(page, place, { objective, known }),
      target,
      window,
      where: new Map(Object.entries(objective.where)),
      tiers: Object.entries(objective.tiers).map(([tier, said]) => {
        checkTier(page, [...place, "tiers", tier], { name: tier, said, window });
        return overrideOf(tier, said);
      }),
      minBadEvents: objective.min_bad_events,
      severities,
      labels,
      expectTraffic: objective.expect_traffic,
      exclusions: [...written.exclusions, ...objective.exclusions],
      openslo,
    };
  });
}

interface Spoken {
  readonly objective: WrittenObjective;
  readonly known: Known;
}

function checkTags(page: Page, place: Path, { objective, known }: Spoken): void {
  const tags = [...known.tags];
  for (const tag of Object.keys(objective.where)) {
    if (!tags.includes(tag))
      complainUnknown(page, [...place, "where", tag], { what: "tag", written: tag, known: tags });
  }
}

/** A step by its own `within`, or by the one that the objective gives it. */
function measureOf(page: Page, place: Path, { objective, known }: Spoken): Measure {
  const { step: name, within } = objective;
  if (name === null) return within === null ? { kind: "success" } : { kind: "latency", withinMs: within };
  const step = known.steps.find((candidate) => candidate.name === name);
  const withinMs = within ?? step?.withinMs ?? null;
  if (step === undefined) {
    const steps = known.steps.map((candidate) => candidate.name);
    complainUnknown(page, [...place, "step"], { what: "step", written: name, known: steps });
  } else if (withinMs === null) {
    complain(page, [...place, "step"], `"${name}" has no deadline: say \`within\`, here or at the step`);
  }
  return { kind: "step", step: name, withinMs: withinMs ?? 0 };
}

interface SaidOfTier {
  readonly name: string;
  readonly said: WrittenTier;
  readonly window: ObjectiveWindow;
}

/** The four tiers may be changed in part; a tier with a name of its own has to say what it is. */
function checkTier(page: Page, place: Path, { name, said, window }: SaidOfTier): void {
  if (window.kind === "rolling" && (said.long ?? 0) > window.lengthMs)
    complain(page, [...place, "long"], "looks further back than the objective's window");
  if (isTier(name, said)) return;
  complainUnknown(page, place, { what: "tier", written: name, known: TIER_NAMES });
  complain(page, place, OWN_TIER);
}

/** What a tier with a name of its own has to say. */
export const OWN_TIER = "a tier of your own needs severity, long, and budget or burn";

/** Whether a tier is one of the four, or says all that one of its own has to. */
export function isTier(name: string, { severity, long, budget, burn }: WrittenTier): boolean {
  const isWhole = severity !== null && long !== null && (budget ?? burn) !== null;
  return isWhole || TIER_NAMES.some((known) => known === name);
}

/** What was written of a tier, nulls for what was not. */
export function overrideOf(name: string, said: WrittenTier): TierOverride {
  const { severity, budget, burn, labels } = said;
  return {
    name,
    enabled: said.enabled ?? true,
    severity,
    budget,
    burn,
    longMs: said.long,
    shortMs: said.short,
    afterMs: said.after ?? 0,
    labels,
  };
}
