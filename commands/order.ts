/**
 * Order command: the story of one order, or of what its id is instead.
 *
 *   id → /v1/orders/{id} → [order] → story, explanation or JSON
 */
import { Answer } from "../query/answer.ts";
import { explain, renderExplanation, summaryOf } from "../query/explain.ts";
import { isSearch } from "../query/found.ts";
import { type Elsewhere, KnownElsewhere, renderElsewhere } from "../query/problem.ts";
import type { Surroundings } from "./around.ts";
import { callApi, fetchText, wholeAddress } from "./client.ts";
import { find } from "./find.ts";

/** Which order, and how to tell of it. */
export interface Ordering {
  readonly id: string;
  /** say of every hop why it is there */
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly url?: string;
}

/**
 * Tells of an order. What is no order but one other thing is told as that; machines, which asked for an order, get a no.
 *
 * @returns  1 when an explanation does not hold, else 0
 * @throws {Failure} `not_found` when nothing is known, or several other things are, with their whole addresses
 */
export async function order(around: Surroundings, asked: Ordering): Promise<number> {
  try {
    return await tell(around, asked, `/v1/orders/${encodeURIComponent(asked.id)}`);
  } catch (error) {
    if (!(error instanceof KnownElsewhere)) throw error;
    return tellElsewhere(around, asked, error.elsewhere);
  }
}

async function tellElsewhere(
  around: Surroundings,
  asked: Ordering,
  paths: readonly Elsewhere[],
): Promise<number> {
  const whole = paths.map(({ kind, url }) => ({ kind, url: wholeAddress(around, url, asked.url) }));
  const said = renderElsewhere("order", whole);
  const [only, ...others] = paths;
  const isSearched = only !== undefined && isSearch(only.url);
  if (only === undefined || others.length > 0 || asked.json || (asked.explain && isSearched))
    throw new KnownElsewhere(said, whole);
  around.talk(said);
  return isSearched ? find(around, { id: asked.id, url: asked.url }) : tell(around, asked, only.url);
}

async function tell(around: Surroundings, asked: Ordering, path: string): Promise<number> {
  if (asked.explain) return tellWhy(around, asked, path);
  const accept = asked.json ? "application/json" : "text/plain";
  around.print((await fetchText(around, { path, url: asked.url, accept })).trimEnd());
  return 0;
}

/** The answer with all its facts, page after page, and each membership derived again from them; 1 when one does not hold. */
async function tellWhy(around: Surroundings, { url, json }: Ordering, path: string): Promise<number> {
  const pages: Answer[] = [];
  let home = path;
  for (let cursor: string | undefined = ""; cursor !== undefined; cursor = pages.at(-1)?.nextCursor) {
    const query = new URLSearchParams({ explain: "1", limit: "5000", ...(cursor === "" ? {} : { cursor }) });
    const response = await callApi(around, { path: `${home}?${query}`, url, accept: "application/json" });
    pages.push(Answer.parse(await response.json()));
    // A cursor does not outlive a redirect: the next page is asked for where this one was.
    home = new URL(response.url).pathname;
  }
  const { nextCursor: _, ...first } = pages[0] as Answer; // the loop ran at least once
  const answer = { ...first, hops: pages.flatMap(({ hops }) => hops) };
  // Not the service's own verdicts: they are derived here, from what it answered.
  const verdicts = explain(answer);
  if (json) around.print(JSON.stringify({ subject: answer.subject, summary: summaryOf(verdicts), verdicts }));
  else around.print([answer.headline, ...renderExplanation(answer, verdicts)].join("\n"));
  return verdicts.some(({ verdict }) => verdict === "broken") ? 1 : 0;
}
