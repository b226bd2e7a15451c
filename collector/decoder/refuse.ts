/**
 * Refuse: bad records as data, for the dead letters and for the answer to their sender.
 *
 *   BadRecord → [refuse] → RejectedItem
 */
import { Failure } from "../../errors.ts";
import type { RejectedItem } from "../decode.ts";
import type { BadRecord } from "./reject.ts";

/** Two bytes can make a bad record: beyond this many the request is garbage, and its list would fill the memory. */
const REJECTED_MAX = 100_000;

/** Notes a refused record. */
export function refuse(
  rejected: RejectedItem[],
  bad: BadRecord,
  place: Pick<RejectedItem, "where" | "bytes">,
): void {
  if (rejected.length === REJECTED_MAX)
    throw new Failure("malformed", `More than ${REJECTED_MAX} of its records are not valid.`);
  rejected.push({ reason: bad.reason, text: `${bad.message}.`, ...place });
}
