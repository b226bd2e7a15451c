/**
 * Steps: their order, which one starts the journey and which one means success.
 *
 *   page → [steps] → journeys → Definitions
 *
 * Pure. Steps wait for the required step listed before them unless `after` says otherwise.
 */
import type { Definition, Step } from "./definitions.ts";
import { checkMatchers, toMatcher } from "./yaml_matcher.ts";
import { complain, complainUnknown, type Page, type Path } from "./yaml_page.ts";
import type { WrittenJourney, WrittenStep } from "./yaml_schema.ts";

/** The steps of a journey in listed order, with their start and their success. */
export function resolveSteps(
  page: Page,
  path: Path,
  written: WrittenJourney,
): Pick<Definition, "steps" | "start" | "succeeds"> {
  const steps: Step[] = [];
  let required: string | undefined;
  for (const [name, step] of Object.entries(written.steps)) {
    const match = matchersOf(page, [...path, "steps", name], step);
    const after = [...new Set(step.after ?? (required === undefined ? [] : [required]))];
    const { optional, within, owner = written.owner } = step;
    steps.push({ name, match, owner, after, optional, withinMs: within });
    if (!optional) required = name;
  }
  if (required === undefined)
    complain(page, [...path, "steps"], "needs at least one step that is not optional");
  checkOrder(page, path, steps);
  const start = written.starts ?? steps[0]?.name ?? "";
  const succeeds = written.succeeds ?? required ?? "";
  checkEnds(page, path, { steps, start: written.starts, succeeds: written.succeeds });
  return { steps, start, succeeds };
}

/** What reaches a step: the parts written right under its name, or its list of matchers. */
function matchersOf(page: Page, path: Path, step: WrittenStep): Step["match"] {
  const { match } = step;
  if (match === undefined) {
    checkMatchers(page, path, [step]);
    return [toMatcher(step)];
  }
  checkMatchers(page, [...path, "match"], match);
  if (Object.keys(toMatcher(step)).length > 0)
    complain(page, [...path, "match"], "stands beside parts of a matcher: give one or the other");
  return match.map(toMatcher);
}

/** Every name in `after` is a step, and no step waits for itself. */
function checkOrder(page: Page, path: Path, steps: readonly Step[]): void {
  const byName = new Map(steps.map((step) => [step.name, step]));
  for (const { name, after } of steps) {
    after.forEach((earlier, i) => {
      const place = [...path, "steps", name, "after", i];
      if (!byName.has(earlier))
        complainUnknown(page, place, { what: "step", written: earlier, known: byName.keys() });
    });
  }
  const circle = findCircle(byName);
  if (circle)
    complain(
      page,
      [...path, "steps", circle[0] ?? "", "after"],
      `steps wait for each other: ${circle.join(" → ")}`,
    );
}

/** The names along the first circle of `after`, first and last the same; undefined when there is none. */
function findCircle(steps: ReadonlyMap<string, Step>): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): string[] | undefined => {
    const seenAt = trail.indexOf(name);
    if (seenAt >= 0) return [...trail.slice(seenAt), name];
    if (done.has(name)) return undefined;
    done.add(name);
    const circles = (steps.get(name)?.after ?? []).map((earlier) => visit(earlier, [...trail, name]));
    return circles.find((circle) => circle !== undefined);
  };
  return [...steps.keys()].map((name) => visit(name, [])).find((circle) => circle !== undefined);
}

/** What `starts` and `succeeds` name is a step, and success is not something that may be skipped. */
function checkEnds(
  page: Page,
  path: Path,
  {
    steps,
    start,
    succeeds,
  }: { steps: readonly Step[]; start: string | undefined; succeeds: string | undefined },
): void {
  const known = steps.map(({ name }) => name);
  for (const [field, written] of Object.entries({ starts: start, succeeds })) {
    if (written !== undefined && !known.includes(written))
      complainUnknown(page, [...path, field], { what: "step", written, known });
  }
  if (steps.some(({ name, optional }) => optional && name === succeeds))
    complain(
      page,
      [...path, "succeeds"],
      `"${succeeds}" is optional: what may be skipped cannot mean success`,
    );
}
