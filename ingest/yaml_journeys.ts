/**
 * Journeys: the `journeys` section of `waybill.yaml`, defaults filled in and names checked against each other.
 *
 *   page + keys → [journeys] → Definitions
 *
 * Pure. What each field may look like is in yaml_schema.ts; what its steps may say of each other in yaml_steps.ts.
 */
import { createHash } from "node:crypto";
import type { Definition, Matcher } from "./definitions.ts";
import { entryNames, type Keys } from "./yaml_keys.ts";
import { checkMatchers, toMatcher } from "./yaml_matcher.ts";
import { readObjectives } from "./yaml_objectives.ts";
import { complain, complainUnknown, type Page, type Path, read, valueAt } from "./yaml_page.ts";
import { WrittenJourney, type WrittenMatcher } from "./yaml_schema.ts";
import { resolveSteps } from "./yaml_steps.ts";

/** Every journey that could be read; what could not is a problem on the page. */
export function readJourneys(page: Page, keys: Keys): Definition[] {
  const names = entryNames(page, "journeys");
  if (names.length === 0) complain(page, ["journeys"], whyNone(page));
  return names.flatMap((name) => {
    const written = read(page, ["journeys", name], WrittenJourney);
    if (!written) return [];
    checkSubject(page, name, { subject: written.subject, keys });
    return [definition(page, name, written)];
  });
}

function whyNone(page: Page): string {
  return valueAt(page, ["journeys"]) === undefined ? "is missing" : "needs at least one journey";
}

function checkSubject(page: Page, name: string, { subject, keys }: { subject: string; keys: Keys }): void {
  const path = ["journeys", name, "subject"];
  const role = keys.roles.get(subject);
  if (role === "shared")
    complain(page, path, `"${subject}" is a shared key: a journey is about a key that identifies`);
  if (role !== undefined) return;
  const known = [...keys.roles].filter(([, as]) => as !== "shared").map(([kind]) => kind);
  complainUnknown(page, path, { what: "kind of key", written: subject, known });
}

function definition(page: Page, name: string, written: WrittenJourney): Definition {
  const path = ["journeys", name];
  const matchers = (field: "entry" | "fails" | "compensates"): Matcher[] =>
    checked(page, [...path, field], written[field]);
  const { owner, subject, compensation, timeout } = written;
  const folded = {
    name,
    subject,
    entry: matchers("entry"),
    ...resolveSteps(page, path, written),
    fails: matchers("fails"),
    compensates: matchers("compensates"),
    compensation,
    timeoutMs: timeout,
  };
  const known = { steps: folded.steps, tags: Object.keys(Object(valueAt(page, ["tags"]))) };
  const objectives = readObjectives(page, { path, written, known });
  return { ...folded, owner, version: versionOf(folded), objectives };
}

function checked(page: Page, path: Path, written: readonly WrittenMatcher[]): Matcher[] {
  checkMatchers(page, path, written);
  return written.map(toMatcher);
}

/** What decides how journeys fold, as 8 hex digits: the same for any order of names and whether or not defaults are written out. */
function versionOf(folded: Omit<Definition, "owner" | "version" | "objectives">): string {
  const steps = folded.steps.map(({ owner: _, ...step }) => step);
  const canonical = JSON.stringify({ ...folded, steps }, (_, value: unknown) => sorted(value));
  return createHash("sha256").update(canonical).digest("hex").slice(0, 8);
}

/** Names in order of the alphabet; a pattern's functions are dropped by JSON, its source stays. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
