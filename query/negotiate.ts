/**
 * Negotiate: the same answer as JSON, text or page, and no answer at all when the asker has it already.
 *
 *   Answer → [negotiate] → Response
 *
 * JSON unless text or HTML is asked for by name, so that `curl` and programs get JSON and browsers the page.
 */
import { createHash } from "node:crypto";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { Answer } from "./answer.ts";

/** What an answer can be served as. */
export type Form = "application/json" | "text/plain" | "text/html";

const FORMS: readonly Form[] = ["application/json", "text/plain", "text/html"];

/** The form that the `Accept` header likes best. */
export function formOf(c: Context): Form {
  const liked = accepts(c, { header: "Accept", supports: [...FORMS], default: "application/json" });
  return FORMS.find((form) => form === liked) ?? "application/json";
}

/** Says of an answer that it is its asker's alone, in this form, and that a cache asks each time whether it still holds. */
export function keepPrivate(c: Context): void {
  c.header("vary", "accept, authorization");
  c.header("cache-control", "private, no-cache");
}

/**
 * Weak tag of an answer in a form: what was learnt, not when it was asked. The running clock of an open journey alone
 * does not change it; a state or a sentence that the clock did change does.
 */
export function etagOf(answer: Answer, form: Form): string {
  const { asOf: _, journeys, ...rest } = answer;
  const still = journeys.map((journey) =>
    journey.endedAt === null ? { ...journey, durationMs: null } : journey,
  );
  const hash = createHash("sha256")
    .update(JSON.stringify([form, rest, still]))
    .digest("base64url");
  return `W/"${hash.slice(0, 22)}"`;
}

/** Whether `If-None-Match` names the tag. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "");
  return (ifNoneMatch ?? "").split(",").some((tag) => tag.trim() === "*" || opaque(tag) === opaque(etag));
}
