/**
 * Found: what an id is known as, and which subjects it leads to.
 *
 *   lookup → [found] → /v1/find, command line
 *
 * Pure. Does not tell of the subjects: their own answers do.
 */
import { z } from "@hono/zod-openapi";
import { findPath } from "./address.ts";
import { plain } from "./phrase.ts";
import { renderEarliest, Unclaimed } from "./unclaimed.ts";

const SubjectFound = z.object({ kind: z.string(), id: z.string(), url: z.string() });

/** What an id is known as. */
export const FindAnswer = z
  .object({
    id: z.string(),
    found: z.array(
      z.object({
        kind: z.string().describe("a declared kind of key, or `trace`"),
        id: z.string(),
        subjects: z.array(SubjectFound).describe("what it leads to"),
        unclaimed: Unclaimed.optional().describe("facts of a trace that lead to nothing, when there are any"),
      }),
    ),
  })
  .openapi("FindAnswer");

export type FindAnswer = z.infer<typeof FindAnswer>;

/** A subject that an id leads to, with the path of its answer. */
export type SubjectFound = z.infer<typeof SubjectFound>;

/** The paths of the subjects that an id leads to, each once. */
export function addressesOf({ found }: FindAnswer): string[] {
  return [...new Set(found.flatMap(({ subjects }) => subjects.map(({ url }) => url)))];
}

/** Whether an address is a search itself, as that of an id which no path can hold. */
export function isSearch(path: string): boolean {
  return path.startsWith(findPath(""));
}

/** Path of the one answer that an id leads to; null when there are several or none, or it has no path of its own. */
export function soleAddress(answer: FindAnswer): string | null {
  const [only, ...others] = addressesOf(answer);
  return only === undefined || others.length > 0 || isSearch(only) ? null : only;
}

/** What was found, a line for each subject, as `say` has it, and for each fact that leads to none. */
export function renderHits({ found }: FindAnswer, say: (subject: SubjectFound) => string): string[] {
  return found.flatMap((hit) => [...leadsOf(hit, say), ...unclaimedIn(hit)]);
}

type Hit = FindAnswer["found"][number];

function leadsOf({ kind, id, subjects, unclaimed }: Hit, say: (subject: SubjectFound) => string): string[] {
  if (subjects.length === 0 && unclaimed === undefined) return [`${plain(kind)}: leads to no journey`];
  return subjects.map((subject) => {
    const isItself = subject.kind === kind && subject.id === id;
    return isItself ? say(subject) : `${plain(kind)}: ${say(subject)}`;
  });
}

function unclaimedIn({ kind, unclaimed }: Hit): string[] {
  return unclaimed === undefined ? [] : [`${plain(kind)}: ${unclaimed.text}`, ...renderEarliest(unclaimed)];
}
