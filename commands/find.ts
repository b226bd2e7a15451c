/**
 * Find command: what any id belongs to, told at once where that is one thing.
 *
 *   id → /v1/find → [find] → its story, or a line for each subject
 */
import { findPath } from "../query/address.ts";
import { Answer } from "../query/answer.ts";
import {
  addressesOf,
  FindAnswer,
  isSearch,
  renderHits,
  type SubjectFound,
  soleAddress,
} from "../query/found.ts";
import { plain } from "../query/phrase.ts";
import type { Surroundings } from "./around.ts";
import { fetchText, wholeAddress } from "./client.ts";

/** Of so many subjects it is said how they stand, for each is a question of its own; count. */
const HEADLINES_MAX = 20;

/** Which id, and how to tell of it. */
export interface Finding {
  readonly id: string;
  readonly json?: boolean | undefined;
  readonly url?: string | undefined;
}

/**
 * Prints the story of the one subject that an id leads to, and its address to stderr; else a line for each.
 *
 * @throws {Failure} `not_found` when nobody carries the id
 */
export async function find(around: Surroundings, { id, json, url }: Finding): Promise<number> {
  const text = await fetchText(around, { path: findPath(id), accept: "application/json", url });
  if (json) {
    around.print(text);
    return 0;
  }
  const answer = FindAnswer.parse(JSON.parse(text));
  const sole = soleAddress(answer);
  const named = (subject: SubjectFound) => `${plain(subject.kind)} ${plain(subject.id)}`;
  const placed = (said: string, path: string) => `${said}  ${wholeAddress(around, path, url)}`;
  if (sole !== null) {
    const story = await fetchText(around, { path: sole, accept: "text/plain", url });
    around.talk(renderHits(answer, (subject) => placed(named(subject), subject.url)).join("\n"));
    around.print(story.trimEnd());
    return 0;
  }
  const headlines = await headlinesOf(around, answer, url);
  const said = (subject: SubjectFound) => placed(headlines.get(subject.url) ?? named(subject), subject.url);
  around.print(renderHits(answer, said).join("\n"));
  return 0;
}

/** How the first subjects stand, by path. */
async function headlinesOf(
  around: Surroundings,
  answer: FindAnswer,
  url: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const headlines = new Map<string, string>();
  for (const path of addressesOf(answer).slice(0, HEADLINES_MAX)) {
    if (isSearch(path)) continue;
    const text = await fetchText(around, { path: `${path}?limit=1`, accept: "application/json", url });
    headlines.set(path, Answer.parse(JSON.parse(text)).headline);
  }
  return headlines;
}
