/**
 * Recorded: what would have paged in the last days, from the journeys as they are known now.
 *
 *   counted minutes → [recorded] → simulate → /v1/slos/{id}/simulated
 *
 * Late facts are in it, so it may differ from what fired at the time: it says what the objective, as it is written
 * now, would have done. Minute 0 is its beginning, where nothing fires yet.
 */
import { setImmediate } from "node:timers/promises";
import { z } from "@hono/zod-openapi";
import type { Counted } from "./board.ts";
import type { Span } from "./calendar.ts";
import { renderTime } from "./evaluate.ts";
import { SPARE_MS } from "./ledger.ts";
import { renderWindow } from "./phrase.ts";
import { type Recording, replaying } from "./simulate.ts";
import { type Count, reachOf } from "./tally.ts";
import { Time } from "./view.ts";

const MINUTE_MS = 60_000;

/** How far back minutes are kept beyond an objective's own windows; ms. */
export const REPLAY_MS_MAX = SPARE_MS - 86_400_000;

/** The most, in words. */
export const REPLAY_MAX = renderWindow(REPLAY_MS_MAX);

const Turns = z.array(
  z.object({
    firesAtMinute: z.int().min(0).describe("minutes from `from`"),
    resolvesAtMinute: z.int().min(0).nullable().describe("null: it still fires"),
  }),
);

/** What would have fired. */
export const Replayed = z.object({
  id: z.string(),
  from: Time.describe("minute 0"),
  to: Time.describe("the watermark"),
  tiers: z.record(z.string(), Turns),
  page: Turns.describe("while any tier that pages fires"),
  ticket: Turns,
  budget: z
    .object({ consumedRatio: z.number().nullable(), remainingRatio: z.number().nullable() })
    .describe("at the watermark; null when nothing was counted"),
});
export type Replayed = z.infer<typeof Replayed>;

/** Replays the last `lengthMs` of an objective, in turns with whatever else there is to do. */
export async function replayed(id: string, counted: Counted, lengthMs: number): Promise<Replayed> {
  const { objective } = counted.promised;
  const over = { fromMs: counted.watermarkMs - lengthMs, toMs: counted.watermarkMs };
  const reach = { fromMs: reachOf(objective, over.fromMs).fromMs, toMs: over.toMs };
  const recording = { objective, count: countIn(counted, reach), over };
  const simulated = await finished(recording);
  const { tiers, page, ticket, budget } = simulated;
  const copy = (turns: typeof page) => turns.map((turn) => ({ ...turn }));
  return {
    id,
    from: renderTime(over.fromMs),
    to: renderTime(over.toMs),
    tiers: Object.fromEntries(Object.entries(tiers).map(([name, turns]) => [name, copy(turns)])),
    page: copy(page),
    ticket: copy(ticket),
    budget,
  };
}

async function finished(recording: Recording) {
  const running = replaying(recording);
  for (;;) {
    const { done, value } = running.next();
    if (done === true) return value;
    await setImmediate();
  }
}

/** Sums up to each minute: a replay asks for the same minutes again and again. */
function countIn({ minutes }: Counted, { fromMs, toMs }: Span): Count {
  const first = Math.floor(fromMs / MINUTE_MS);
  const length = Math.ceil(toMs / MINUTE_MS) - first + 1;
  const [good, bad] = [new Float64Array(length), new Float64Array(length)];
  for (const counted of minutes({ fromMs: first * MINUTE_MS, toMs })) {
    good[counted.minute - first + 1] = counted.good;
    bad[counted.minute - first + 1] = counted.bad;
  }
  for (let at = 1; at < length; at++) {
    good[at] = (good[at] ?? 0) + (good[at - 1] ?? 0);
    bad[at] = (bad[at] ?? 0) + (bad[at - 1] ?? 0);
  }
  const place = (ms: number) => Math.min(Math.max(ms / MINUTE_MS - first, 0), length - 1);
  return (span) => {
    const [from, to] = [place(span.fromMs), place(span.toMs)];
    return { good: (good[to] ?? 0) - (good[from] ?? 0), bad: (bad[to] ?? 0) - (bad[from] ?? 0) };
  };
}
