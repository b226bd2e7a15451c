/**
 * List: a page of a list of a running Waybill, and word of the next one.
 *
 *   filter → [list] → API → page to stdout, the next one's cursor to stderr
 */
import type { Surroundings } from "./around.ts";
import { callApi } from "./client.ts";
import { sinceOf } from "./since.ts";

/** What to list, and how. */
export interface Listing {
  readonly path: string;
  /** as the command line has it; what is undefined is left out */
  readonly filter: Readonly<Record<string, string | undefined>>;
  readonly json?: boolean | undefined;
  readonly url?: string | undefined;
}

/** From when until when, each a time or so long before now: `24h`. */
interface Span {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/**
 * The same as times.
 *
 * @throws {Failure} `bad_request` when one is neither
 */
export function spanOf({ since, until }: Span, nowMs: number): Span {
  return {
    ...(since === undefined ? {} : { since: sinceOf(since, nowMs) }),
    ...(until === undefined ? {} : { until: sinceOf(until, nowMs) }),
  };
}

/** Prints a page; where there are more it says so, unless to machines, who read the cursor in the page. */
export async function printList(around: Surroundings, { path, filter, json, url }: Listing): Promise<number> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, ...spanOf(filter, around.now()) }))
    if (value !== undefined) query.set(name, value);
  const accept = json ? "application/json" : "text/plain";
  const response = await callApi(around, { path: `${path}?${query}`, accept, url });
  around.print((await response.text()).trimEnd());
  const cursor = json ? null : cursorIn(response.headers.get("link"));
  if (cursor !== null) around.talk(`There are more: the same with --cursor ${cursor}`);
  return 0;
}

/** Of a link to the next page. */
function cursorIn(link: string | null): string | null {
  const [, next] = /^<([^>]*)>; rel="next"$/.exec(link ?? "") ?? [];
  return next === undefined ? null : new URL(next, "http://waybill").searchParams.get("cursor");
}
