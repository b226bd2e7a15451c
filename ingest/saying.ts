/**
 * Saying: what a row of table `journeys` says of a journey, as text that can be compared.
 *
 *   fold, stored rows → [saying] → journeys, refold: which rows are news
 *
 * Pure. Every column has a part in it but the name of the journey, the version, and what only the clock changes: why an
 * open journey is overdue, and for what. So an open journey is not written again because time went by.
 */
import type { Journey, JourneyState } from "./journey.ts";

/** How a journey stands in the table: `overdue` is an open row whose deadline has passed. */
export type RowState = Exclude<JourneyState, "overdue">;

/** How it counts there; `none` until it ended, also for an overdue one: readers see that. */
export type RowVerdict = "none" | "good" | "bad" | "excluded";

/** What a row says. Times are nanoseconds since 1970 UTC; no text is "". */
export interface Saying {
  readonly definitionVersion: string;
  readonly owner: string;
  readonly state: RowState;
  readonly startedNs: bigint;
  readonly endedNs: bigint | null;
  readonly deadlineNs: bigint;
  readonly late: boolean;
  readonly recovered: boolean;
  readonly reason: string;
  readonly failedStep: string;
  readonly nextStep: string;
  readonly nextDueNs: bigint | null;
  readonly nextOwner: string;
  readonly verdict: RowVerdict;
  readonly countedNs: bigint | null;
  readonly stepNames: readonly string[];
  /** when each was reached, null when it was not */
  readonly stepNs: readonly (bigint | null)[];
  readonly tags: Iterable<readonly [string, string]>;
}

/** The state that is stored of a journey. */
export function rowState({ state }: Pick<Journey, "state">): RowState {
  return state === "overdue" ? "open" : state;
}

/** The verdict that is stored of a journey. */
export function rowVerdict({ state, verdict }: Pick<Journey, "state" | "verdict">): RowVerdict {
  if (rowState({ state }) === "open" || verdict === null) return "none";
  if (verdict.excluded) return "excluded";
  return verdict.good ? "good" : "bad";
}

/** What the row of a journey says, or would say. */
export function sayingOf(journey: Journey): Saying {
  const { next, steps } = journey;
  const verdict = rowVerdict(journey);
  return {
    definitionVersion: journey.definitionVersion,
    owner: journey.owner,
    state: rowState(journey),
    startedNs: journey.startedNs,
    endedNs: journey.endedNs,
    deadlineNs: journey.deadlineNs,
    late: journey.late,
    recovered: journey.recovered,
    reason: journey.reason ?? "",
    failedStep: journey.failedStep ?? "",
    nextStep: next?.step ?? "",
    nextDueNs: next?.dueNs ?? null,
    nextOwner: next?.owner ?? "",
    verdict,
    countedNs: verdict === "none" ? null : (journey.verdict?.atNs ?? null),
    stepNames: steps.map(({ name }) => name),
    stepNs: steps.map(({ state, atNs }) => (state === "done" ? atNs : null)),
    tags: journey.tags,
  };
}

/** A text that is the same for two rows that say the same. */
export function sayingText(row: Saying): string {
  const { definitionVersion, owner, state, startedNs, endedNs, deadlineNs, late, recovered } = row;
  let text = `${definitionVersion}\n${owner}\n${state}\n${startedNs}\n${endedNs}\n${deadlineNs}\n${late}\n${recovered}`;
  text += `\n${row.nextStep}\n${row.nextDueNs}\n${row.nextOwner}\n${row.verdict}\n${row.countedNs}`;
  if (state !== "open") text += `\n${row.failedStep}\n${row.reason}`;
  row.stepNames.forEach((name, at) => {
    text += `\n${name} ${row.stepNs[at] ?? null}`;
  });
  const tags = [...row.tags];
  if (tags.length > 1) tags.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of tags) text += `\n${name}=${value}`;
  return text;
}
