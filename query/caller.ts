/**
 * Caller: what the one who asked for the journey got back.
 *
 *   Told → [caller] → story
 *
 * Pure. The answer and the outcome are two facts: a customer may get a 504 for an order that goes through.
 */
import type { Journey, SeenByCaller } from "../ingest/journey.ts";
import type { Line, Telling } from "./line.ts";
import { elapsedMs, noun, plain, quote, renderDuration, sentence, who } from "./phrase.ts";

/** What the caller of the first journey that has one got, for the whole subject; null when no definition names an entry, or none was seen. */
export function firstSeen(telling: Telling): SeenByCaller | null {
  return telling.courses.find(({ journey }) => journey.seenByCaller !== null)?.journey.seenByCaller ?? null;
}

/** Whether the caller was told that it went wrong. */
export function sawError(seen: SeenByCaller): boolean {
  return seen.error !== null || seen.status === "error" || /^[45]\d\d$/.test(seen.status);
}

/** When the caller had its answer; nanoseconds since 1970 UTC. */
export function answeredNs(seen: SeenByCaller): bigint {
  return seen.atNs + BigInt(Math.max(0, Math.round(seen.durationMs * 1e6) || 0));
}

/** The answer in few words: `a 504`, `an error`, `an answer`. */
export function renderStatus(seen: SeenByCaller): string {
  if (/^\d{3}$/.test(seen.status)) return `a ${seen.status}`;
  return sawError(seen) ? "an error" : "an answer";
}

/** One line per journey whose caller's answer was seen. */
export function tellCaller(telling: Telling): readonly Line[] {
  return telling.courses.flatMap(({ journey }, index) => {
    const seen = journey.seenByCaller;
    return seen === null
      ? []
      : [{ atNs: answeredNs(seen), text: renderSeen(seen, index === 0 ? null : journey) }];
  });
}

function renderSeen(seen: SeenByCaller, of: Journey | null): string {
  const whose = of === null ? "The customer" : `For ${plain(of.definition)}, the customer`;
  const got = `${whose} got ${renderStatus(seen)} from ${who(seen.service)} after ${renderDuration(seen.durationMs)}`;
  const error = seen.error === null || seen.error === `HTTP ${seen.status}` ? "" : plain(seen.error);
  return sentence(`${got} (${quote(seen.name)})${error === "" ? "" : `: ${error}`}`);
}

/** What became of a journey whose caller had been told that it failed; null when the two agree. */
export function renderAllTheSame(journey: Journey, step: string): string | null {
  const seen = journey.seenByCaller;
  if (seen === null || journey.endedNs === null || !sawError(seen)) return null;
  const afterMs = elapsedMs(answeredNs(seen), journey.endedNs);
  const when = `${renderDuration(afterMs)} ${afterMs < 0 ? "before that answer" : "later"}`;
  return `The ${noun(journey.subject.kind)} went through all the same: ${quote(step)} ${when}.`;
}
