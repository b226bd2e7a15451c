/**
 * Story: everything known about a subject as plain sentences, for a person at three in the morning.
 *
 *   gather → stitch → fold → Told → [story] → answer, page, command line
 *
 * Pure: the same Told gives the same words. First what happened, in order of time, then where it stands now, then
 * whom it met and what is uncertain. Of what senders wrote only ids, names and status messages are repeated, for
 * attributes and bodies may be secret.
 */
import type { Definitions } from "../ingest/definitions.ts";
import type { Told } from "../ingest/told.ts";
import { tellCaller } from "./caller.ts";
import { tellCompany } from "./company.ts";
import { tellCourses, tellNow } from "./course.ts";
import { nameSubject, renderHeadline } from "./headline.ts";
import { type Line, openTelling, type Telling } from "./line.ts";
import { plain, quote, renderClock, renderCount, renderDay, renderList, who } from "./phrase.ts";
import { tellTrouble } from "./trouble.ts";

/** A story: its headline and its sentences. Times are UTC. */
export interface Story {
  readonly headline: string;
  readonly story: string[];
}

/** Tell what happened to a subject. Deterministic; never throws; every sentence is one printable line. */
export function renderStory(told: Told, definitions: Definitions): Story {
  const telling = openTelling(told, definitions);
  const story =
    told.movedTo.length > 0
      ? tellMoved(telling)
      : [...tellPast(telling), ...tellNow(telling), ...tellCompany(telling)];
  return { headline: renderHeadline(telling), story };
}

/** The story as text for a terminal: headline, blank line, one sentence a line. */
export function renderText({ headline, story }: Story): string {
  return `${[headline, "", ...story].join("\n").trimEnd()}\n`;
}

function tellMoved(telling: Telling): string[] {
  const homes = telling.told.movedTo.map(({ kind, id }) => `${quote(id)} (${plain(kind)})`);
  return [
    `${nameSubject(telling)} turned out to belong to ${renderList(homes)}; everything known is told there.`,
  ];
}

function tellPast(telling: Telling): readonly string[] {
  const lines = [...tellCourses(telling), ...tellCaller(telling), ...tellTrouble(telling)];
  if (telling.courses.length === 0) lines.push(...tellFacts(telling));
  return lines.toSorted((a, b) => (a.atNs < b.atNs ? -1 : a.atNs > b.atNs ? 1 : 0)).map((line) => line.text);
}

/** Without a journey there is still something to say: when and by whom it was seen. */
function tellFacts(telling: Telling): readonly Line[] {
  const [first] = telling.told.members;
  if (first === undefined) return [];
  const services = [...new Set(telling.told.members.map(({ hop }) => who(hop.service)))];
  const from = `${renderDay(first.hop.atNs)} at ${renderClock(first.hop.atNs, first.hop.atNs)}`;
  const until =
    telling.told.members.length === 1 ? "" : ` to ${renderClock(latestNs(telling), first.hop.atNs)}`;
  const facts = renderCount(telling.told.members.length, "fact");
  return [{ atNs: first.hop.atNs, text: `${facts} from ${from}${until} came from ${renderList(services)}.` }];
}

/** When the last of all facts was over: not always the one that began last. */
function latestNs({ hops }: Telling): bigint {
  return hops
    .flatMap(({ atNs, endNs }) => [atNs, endNs])
    .reduce((latest, ns) => (ns > latest ? ns : latest), 0n);
}
