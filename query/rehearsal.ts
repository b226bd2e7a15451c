/**
 * Rehearsal: what a changed `waybill.yaml` would do, and what a refold did, as they are answered and said.
 *
 *   rehearse, refold → [rehearsal] → NDJSON, command line
 */
import { z } from "@hono/zod-openapi";
import { isWorrying } from "../ingest/comparison.ts";
import { plain, renderCount, renderList } from "./phrase.ts";

const Counts = z.object({
  open: z.int(),
  overdue: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  compensated: z.int(),
});

/** What would become of recorded journeys. */
export const RehearsalAnswer = z
  .object({
    done: z.int().describe("keys looked at"),
    total: z.int().describe("about how many there are"),
    hops: z.int(),
    hasMore: z.boolean().describe("a limit was reached: there is more than this"),
    definitions: z.array(
      z.object({
        definition: z.string(),
        change: z.enum(["new", "changed", "same", "gone"]),
        before: Counts.describe("journeys by state, folded now as the file in use says"),
        after: Counts.describe("the same, as the file to come says"),
        moves: z.array(
          z.object({
            from: z.string(),
            to: z.string(),
            journeys: z.int(),
            examples: z.array(z.string()),
            isWorse: z.boolean(),
          }),
        ),
        unmatchedSteps: z.array(z.string()).describe("no recorded hop matches them"),
      }),
    ),
    unseenKeys: z
      .array(z.object({ kind: z.string(), nearest: z.string().nullable(), isNew: z.boolean() }))
      .describe("no recorded hop carries them; the attribute that was probably meant"),
    warnings: z.array(z.string()),
    notes: z.array(z.string()),
  })
  .openapi("Rehearsal");

export type RehearsalAnswer = z.infer<typeof RehearsalAnswer>;

/** How far a refold is. */
export const RefoldAnswer = z
  .object({
    phase: z.enum(["index", "fold"]),
    done: z.int(),
    total: z.int().nullable(),
    indexed: z.int().describe("refs that were missing and are there now"),
    changed: z.int().describe("journeys that say something else now"),
    moves: z.array(z.object({ definition: z.string(), from: z.string(), to: z.string(), journeys: z.int() })),
    after: z.object({ value: z.string(), kind: z.string() }).describe("go on behind this key"),
  })
  .openapi("RefoldProgress");

export type RefoldAnswer = z.infer<typeof RefoldAnswer>;

/** What a rehearsal says, for a terminal. */
export function renderRehearsal(rehearsal: RehearsalAnswer): string {
  const { definitions, warnings, notes, done, hops, hasMore } = rehearsal;
  const lines = definitions.flatMap(definitionLines);
  const looked = `Looked at ${renderCount(done, "key")} and ${renderCount(hops, "hop")}${hasMore ? "; there are more" : ""}.`;
  const verdict = isWorrying(rehearsal) ? "Look at this before you apply it." : "Nothing gets worse.";
  return [...lines, ...warnings.map((text) => `! ${plain(text)}`), ...notes.map(plain), looked, verdict].join(
    "\n",
  );
}

type Outcome = RehearsalAnswer["definitions"][number];

function definitionLines({ definition, change, before, after, moves }: Outcome): string[] {
  const head = `${plain(definition)} (${change}): ${countsOf(after)}`;
  const was = countsOf(before);
  return [
    was === countsOf(after) || change === "new" ? head : `${head}; today ${was}`,
    ...moves.map(
      ({ from, to, journeys, examples, isWorse }) =>
        `${isWorse ? "!" : " "} ${from} → ${to}: ${renderCount(journeys, "journey")}, such as ${renderList(examples.slice(0, 3).map(plain))}`,
    ),
  ];
}

function countsOf(counts: Outcome["after"]): string {
  const parts = Object.entries(counts).flatMap(([state, count]) =>
    count === 0 ? [] : [`${count} ${state}`],
  );
  return parts.length === 0 ? "no journey" : parts.join(", ");
}

/** What a refold did, for a terminal. */
export function renderRefold({ done, changed, indexed, moves }: RefoldAnswer, dryRun: boolean): string {
  const lines = moves.map(
    ({ definition, from, to, journeys }) =>
      `${plain(definition)}  ${from} → ${to}: ${renderCount(journeys, "journey")}`,
  );
  const found = indexed === 0 ? "" : ` ${renderCount(indexed, "place")} became findable by new keys.`;
  return [
    ...lines,
    `${renderCount(done, "key")} looked at, ${renderCount(changed, "journey")} ${dryRun ? "would be refolded" : "refolded"}.${found}`,
  ].join("\n");
}

/** How far it is, as one line that is written over by the next. */
export function renderProgress({
  done,
  total,
}: {
  readonly done: number;
  readonly total: number | null;
}): string {
  if (total === null || total === 0) return `${done}`;
  const share = Math.min(1, done / total);
  const filled = Math.round(share * 24);
  return `[${"#".repeat(filled)}${".".repeat(24 - filled)}] ${Math.floor(share * 100)} %  ${done} of ${total}`;
}
