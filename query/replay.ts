/**
 * Replay: dead letters sent again, one or many, and what came of it, as it is answered.
 *
 *   filter → letters → resend → [replay] → JSON, page, command line
 *
 * Page by page, each page written down before the next is read: what was stopped half-way is gone on with by asking
 * again, for what was stored is no longer open.
 */
import { z } from "@hono/zod-openapi";
import type { Definitions } from "../ingest/definitions.ts";
import {
  type LetterAct,
  type LetterFilter,
  type LetterPlace,
  readLetters,
  recordActs,
  type WholeLetter,
} from "../ingest/letter_store.ts";
import { type Moved, type Outcome, type ResendOptions, type Resent, resend } from "../ingest/resend.ts";
import type { Store } from "../ingest/store.ts";
import { subjectPath } from "./address.ts";
import { SubjectView, Time } from "./answer.ts";
import { plain, renderCount, renderTime } from "./phrase.ts";

const State = z.enum(["open", "overdue", "succeeded", "failed", "compensated"]);

/** A journey that replayed records changed. */
export const MovedJourney = z
  .object({
    definition: z.string(),
    subject: SubjectView,
    url: z.string().describe("where its answer is"),
    before: State.nullable().describe("null when there was no such journey"),
    after: State,
    finished: z.boolean().describe("had not ended before, and has now"),
    next: z.object({ step: z.string(), dueAt: Time, owner: z.string() }).nullable(),
    reason: z.string().nullable(),
  })
  .openapi("MovedJourney");

/** What became of a replay. */
export const ReplayAnswer = z
  .object({
    dryRun: z.boolean().describe("nothing was done: this is what would be"),
    letters: z.int().describe("looked at"),
    accepted: z.int(),
    duplicates: z.int().describe("were here already"),
    rejected: z.int().describe("still refused"),
    notKept: z.int().describe("have no bytes to replay"),
    rejectedBy: z.record(z.string(), z.int()).describe("the reason of those still refused → how many"),
    outcomes: z.array(
      z.object({
        id: z.string(),
        outcome: z.enum(["accepted", "duplicate", "rejected", "not-kept"]),
        reason: z.string(),
        text: z.string(),
      }),
    ),
    journeys: z.array(MovedJourney).describe("what changed, at most 100"),
    moreJourneys: z.int().describe("touched beyond those listed"),
    hasMore: z.boolean().describe("the limit was reached; ask again"),
  })
  .openapi("ReplayAnswer");

export type ReplayAnswer = z.infer<typeof ReplayAnswer>;
type MovedJourney = z.infer<typeof MovedJourney>;

/** What a replay works with. */
export interface ReplayDeps extends ResendOptions {
  readonly store: Store;
  /** epoch milliseconds */
  readonly now: () => number;
}

/** Letters of one page: with their journeys they have to fit in memory. */
const PAGE = 200;
const JOURNEYS_MAX = 100;

/**
 * Replays every open letter that fits a filter, oldest first.
 *
 * @throws {Failure} as `resend`
 */
export async function replayMatching(
  deps: ReplayDeps,
  filter: LetterFilter,
  { limit, dryRun }: { readonly limit: number; readonly dryRun: boolean },
): Promise<ReplayAnswer> {
  const resent: Resent[] = [];
  let after: LetterPlace | null = null;
  let left = limit;
  let hasMore = false;
  while (left > 0) {
    const asked = Math.min(PAGE, left);
    const found: WholeLetter[] = await readLetters(deps.store, filter, { after, limit: asked + 1 });
    const page = found.slice(0, asked);
    const last = page.at(-1);
    if (last === undefined) break;
    const told = resent.reduce((sum, { journeys }) => sum + journeys.length, 0);
    const journeysMax = Math.max(0, JOURNEYS_MAX - told);
    resent.push(await replayLetters(deps, page, { dryRun, how: "", journeysMax }));
    after = { ms: last.receivedMs, id: last.id };
    left -= page.length;
    hasMore = found.length > page.length;
    if (!hasMore) break;
  }
  return answerOf(together(resent), { definitions: deps.definitions, dryRun, hasMore });
}

/** Replays one letter, in whatever shape it is given. `how` is noted with it when it is stored. */
export async function replayOne(
  deps: ReplayDeps,
  letter: WholeLetter,
  replaying: Replaying,
): Promise<ReplayAnswer> {
  const resent = await replayLetters(deps, [letter], { ...replaying, journeysMax: JOURNEYS_MAX });
  return answerOf(resent, { definitions: deps.definitions, dryRun: replaying.dryRun, hasMore: false });
}

/** How a letter is replayed. */
export interface Replaying {
  readonly dryRun: boolean;
  /** noted with what was stored, such as "mended by hand" */
  readonly how: string;
}

async function replayLetters(
  deps: ReplayDeps,
  letters: readonly WholeLetter[],
  { dryRun, how, journeysMax }: Replaying & { readonly journeysMax: number },
): Promise<Resent> {
  const resent = await resend(deps, letters, { dryRun, nowNs: BigInt(deps.now()) * 1_000_000n, journeysMax });
  if (!dryRun) {
    const acts = resent.outcomes.flatMap((outcome) => actOf(outcome, how));
    await recordActs(deps.store, acts, { tenant: deps.tenant, atMs: deps.now() });
  }
  return resent;
}

function actOf({ letter, outcome, reason, text }: Outcome, how: string): LetterAct[] {
  if (outcome === "not-kept") return [];
  if (outcome === "rejected") return [{ letter, act: "failed_again", text: `${reason}: ${text}` }];
  return [{ letter, act: "replayed", text: outcome === "duplicate" ? text : how }];
}

function together(parts: readonly Resent[]): Resent {
  return {
    outcomes: parts.flatMap(({ outcomes }) => outcomes),
    journeys: parts.flatMap(({ journeys }) => journeys),
    more: parts.reduce((sum, { more }) => sum + more, 0),
  };
}

interface Framing {
  readonly definitions: Definitions;
  readonly dryRun: boolean;
  readonly hasMore: boolean;
}

function answerOf({ outcomes, journeys, more }: Resent, framing: Framing): ReplayAnswer {
  const count = (wanted: Outcome["outcome"]) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const rejectedBy: Record<string, number> = {};
  for (const { outcome, reason } of outcomes)
    if (outcome === "rejected") rejectedBy[reason] = (rejectedBy[reason] ?? 0) + 1;
  return {
    dryRun: framing.dryRun,
    letters: outcomes.length,
    accepted: count("accepted"),
    duplicates: count("duplicate"),
    rejected: count("rejected"),
    notKept: count("not-kept"),
    rejectedBy,
    outcomes: outcomes.map(({ letter, outcome, reason, text }) => ({ id: letter.id, outcome, reason, text })),
    journeys: journeys.map((moved) => movedView(moved, framing.definitions)),
    moreJourneys: more,
    hasMore: framing.hasMore,
  };
}

function movedView({ before, after }: Moved, definitions: Definitions): MovedJourney {
  const { definition, subject, next, reason } = after;
  return {
    definition,
    subject,
    url: subjectPath(subject, definitions),
    before: before?.state ?? null,
    after: after.state,
    finished: (before?.endedNs ?? null) === null && after.endedNs !== null,
    next: next === null ? null : { step: next.step, dueAt: renderTime(next.dueNs), owner: next.owner },
    reason,
  };
}

/** What came of it, for a terminal. */
export function renderReplay(answer: ReplayAnswer): string {
  return `${[...replayLines(answer), ...answer.journeys.map(journeyLine)].join("\n")}\n`;
}

/** What came of the letters, a sentence a line. */
export function replayLines(answer: ReplayAnswer): string[] {
  const { dryRun, letters, accepted, duplicates, rejected, notKept, rejectedBy } = answer;
  if (letters === 0) return ["No dead letter is waiting that fits."];
  const reasons = Object.entries(rejectedBy).map(([reason, count]) => `${count} by ${plain(reason)}`);
  const lines = [
    `${dryRun ? "Would take in" : "Took in"} ${renderCount(accepted, "record")}; ${duplicates} here already; ${rejected} refused again${reasons.length === 0 ? "" : ` (${reasons.join(", ")})`}.`,
  ];
  if (notKept > 0) lines.push(`${renderCount(notKept, "letter")} has no bytes: too large to be kept.`);
  if (answer.moreJourneys > 0) lines.push(`${renderCount(answer.moreJourneys, "more journey")} changed.`);
  if (answer.hasMore) lines.push("There are more letters; replay again to go on.");
  return lines;
}

/** How one journey moved, in one line. */
export function journeyLine({ definition, subject, before, after, finished, next }: MovedJourney): string {
  const was = before === null ? "new" : before;
  const how = finished ? "finished" : was === after ? "still" : "now";
  const waits = next === null ? "" : `; next is ${plain(next.step)} (${plain(next.owner)})`;
  return `${plain(subject.id)}  ${plain(definition)}  ${was} → ${after} (${how})${waits}`;
}
