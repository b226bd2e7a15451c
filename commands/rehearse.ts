/**
 * Rehearse: `waybill check --against`: what would a changed waybill.yaml make of what is recorded?
 *
 * Over the API of a running Waybill: the recorded hops are its.
 */
import { Failure } from "../errors.ts";
import { isWorrying } from "../ingest/comparison.ts";
import { RehearsalAnswer, renderProgress, renderRehearsal } from "../query/rehearsal.ts";
import type { Surroundings } from "./around.ts";
import { callLines } from "./client.ts";
import { readInput } from "./input.ts";
import { sinceOf } from "./since.ts";

/** What a file is held against. */
export interface Rehearsing {
  /** how far back the recorded journeys go, such as `24h` */
  readonly against: string;
  readonly json?: boolean;
  /** keys to look at, at most */
  readonly limit?: string;
  /** a running Waybill */
  readonly url?: string;
}

/** 0 when nothing gets worse, 1 when something does or is never seen. */
export async function rehearse(
  around: Surroundings,
  path: string,
  { against, limit, url, json }: Rehearsing,
): Promise<number> {
  const body = {
    yaml: readInput(path),
    since: sinceOf(against, around.now()),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
  let last: RehearsalAnswer | null = null;
  for await (const line of callLines(around, { path: "/v1/definitions/check", body, url })) {
    last = RehearsalAnswer.parse(line);
    around.progress(renderProgress(last));
  }
  if (last === null) throw new Failure("store_unavailable", "The answer broke off.");
  around.print(json ? JSON.stringify(last) : renderRehearsal(last));
  return isWorrying(last) ? 1 : 0;
}
