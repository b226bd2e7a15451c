/**
 * Refold command: stored journeys folded anew, as the waybill.yaml in use says, by the Waybill that serves.
 *
 * Over the API: the embedded store belongs to the process that serves, and journeys go on coming in meanwhile. When the
 * connection breaks it goes on behind the last key that was done; when it is started anew it finds most of it done.
 */
import { Failure } from "../errors.ts";
import { RefoldAnswer, renderProgress, renderRefold } from "../query/rehearsal.ts";
import type { Surroundings } from "./around.ts";
import { callLines } from "./client.ts";
import { sinceOf } from "./since.ts";

/** What to refold. */
export interface Refolding {
  /** such as `7d` */
  readonly since: string;
  readonly definition?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly url?: string;
}

/** A connection that breaks this often without a piece of work in between is not coming back. */
const TRIES_MAX = 5;

/** 0 when it is done, 1 when the service does not answer. */
export async function refold(around: Surroundings, refolding: Refolding): Promise<number> {
  const { definition, dryRun = false, json, url } = refolding;
  const body = {
    since: sinceOf(refolding.since, around.now()),
    dryRun,
    ...(definition ? { definition } : {}),
  };
  let last: RefoldAnswer | null = null;
  for (let tries = 0; ; ) {
    try {
      const after = last?.phase === "fold" ? { after: last.after } : {};
      const begun: RefoldAnswer | null = last;
      for await (const line of callLines(around, {
        path: "/v1/definitions/refold",
        body: { ...body, ...after },
        url,
      })) {
        last = together(begun, RefoldAnswer.parse(line));
        tries = 0;
        around.progress(`${last.phase === "index" ? "looking for keys " : ""}${renderProgress(last)}`);
      }
      break;
    } catch (error) {
      if (last === null || !(error instanceof Failure && error.retryable) || ++tries > TRIES_MAX) throw error;
      around.talk("The connection broke; going on behind the last key that was done.");
      await new Promise((resolve) => setTimeout(resolve, 500 * tries));
    }
  }
  if (last === null) throw new Failure("store_unavailable", "The answer broke off.");
  around.print(json ? JSON.stringify(last) : renderRefold(last, dryRun));
  return 0;
}

/** What was done before the connection broke counts too. */
function together(begun: RefoldAnswer | null, now: RefoldAnswer): RefoldAnswer {
  if (begun === null || begun.phase === "index") return now;
  return {
    ...now,
    done: begun.done + now.done,
    total: now.total === null ? null : begun.done + now.total,
    indexed: begun.indexed,
    changed: begun.changed + now.changed,
    moves: [...begun.moves, ...now.moves],
  };
}
