/**
 * Letters commands: dead letters listed, shown, replayed and given up, over the API of a running Waybill.
 *
 *   argv → [letters] → client → /v1/dead-letters
 *
 * Exit code 0: all that was asked for is done, or would be; 1: something is still refused, or nothing waits; 2: usage.
 */
import { parseJson } from "../collector/decoder/json_digits.ts";
import { Failure } from "../errors.ts";
import { ReplayAnswer, renderReplay } from "../query/replay.ts";
import type { Surroundings } from "./around.ts";
import { fetchText } from "./client.ts";
import { readInput } from "./input.ts";
import { printList, spanOf } from "./list.ts";

/** Where to ask and how to answer. */
export interface Manner {
  readonly json?: boolean;
  readonly url?: string;
}

/** Which page of which letters; with `group` counts by that instead. */
export interface Leafing extends Manner {
  readonly reason?: string;
  readonly signal?: string;
  readonly since?: string;
  readonly until?: string;
  readonly status?: string;
  readonly group?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

/** Prints the list, or the groups. */
export async function listLetters(around: Surroundings, { json, url, ...filter }: Leafing): Promise<number> {
  return printList(around, { path: "/v1/dead-letters", filter, json, url });
}

/** How much of a letter to show. */
export interface Showing extends Manner {
  readonly values?: boolean;
  readonly bytes?: boolean;
}

/** Prints one letter. */
export async function showLetter(around: Surroundings, id: string, showing: Showing): Promise<number> {
  const { json, url, values, bytes } = showing;
  const query = new URLSearchParams({ ...(values ? { values: "1" } : {}), ...(bytes ? { bytes: "1" } : {}) });
  const path = `/v1/dead-letters/${encodeURIComponent(id)}?${query}`;
  const accept = json || bytes ? "application/json" : "text/plain";
  around.print((await fetchText(around, { path, accept, url })).trimEnd());
  return 0;
}

/** Which letters are meant. */
export interface Choosing extends Manner {
  readonly reason?: string;
  readonly signal?: string;
  readonly since?: string;
  readonly until?: string;
  readonly all?: boolean;
  readonly limit?: string;
}

/** How to replay. */
export interface Replaying extends Choosing {
  readonly dryRun?: boolean;
  /** path of a JSON file with the record in place of the one that was refused */
  readonly record?: string;
  /** a JSON merge patch on the record */
  readonly patch?: string;
}

/** Replays one, some, a group or all. */
export async function replayLetters(
  around: Surroundings,
  ids: readonly string[],
  replaying: Replaying,
): Promise<number> {
  const { json, url, dryRun, record, patch } = replaying;
  const dry = dryRun ? "?dry_run=1" : "";
  const isMending = record !== undefined || patch !== undefined;
  const [id, ...others] = ids;
  if (isMending && (id === undefined || others.length > 0))
    throw new Failure("bad_request", "Mend one letter at a time: name its id.");
  const call =
    isMending && id !== undefined
      ? { path: `/v1/dead-letters/${encodeURIComponent(id)}/replay${dry}`, body: mending(record, patch) }
      : { path: `/v1/dead-letters/replay${dry}`, body: chosen(around, ids, replaying) };
  const text = await fetchText(around, { ...call, accept: "application/json", url });
  const answer = ReplayAnswer.parse(JSON.parse(text));
  around.print(json ? text : renderReplay(answer).trimEnd());
  if (!json)
    for (const { id: refused, outcome, text: why } of answer.outcomes)
      if (outcome === "rejected") around.talk(`${refused}  ${why}`);
  return answer.letters > 0 && answer.rejected + answer.notKept === 0 ? 0 : 1;
}

function mending(record: string | undefined, patch: string | undefined): Record<string, unknown> {
  return {
    ...(record === undefined ? {} : { record: parsed(readInput(record), record) }),
    ...(patch === undefined ? {} : { patch: parsed(patch, "--patch") }),
  };
}

function parsed(text: string, where: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Failure("bad_request", `${where} is not JSON.`, cause);
  }
}

/** Gives letters up: they are kept, but wait no longer. */
export async function discardLetters(
  around: Surroundings,
  ids: readonly string[],
  { because, ...choosing }: Choosing & { readonly because: string },
): Promise<number> {
  const { json, url } = choosing;
  const body = { letters: chosen(around, ids, choosing), because };
  const accept = json ? "application/json" : "text/plain";
  around.print((await fetchText(around, { path: "/v1/dead-letters/discard", body, accept, url })).trimEnd());
  return 0;
}

function chosen(
  around: Surroundings,
  ids: readonly string[],
  { reason, signal, all, limit, ...span }: Choosing,
): Record<string, unknown> {
  const { since, until } = spanOf(span, around.now());
  const named = { reason, signal, since, until, all, ids: ids.length === 0 ? undefined : ids };
  if (Object.values(named).every((part) => part === undefined))
    throw new Failure(
      "bad_request",
      "Say which letters: ids, --reason, --signal, --since, --until or --all.",
    );
  return { ...named, limit: limit === undefined ? undefined : Number(limit) };
}
