/**
 * Parameters: what several routes take, each said once.
 *
 *   URL → [parameters] → routes
 */
import { z } from "@hono/zod-openapi";
import { KEY_CHARACTERS_MAX } from "../../ingest/keys.ts";

/** An identifier of any kind, as services write it; blanks around it are dropped as they are from keys. */
export const Id = z
  .string()
  .trim()
  .min(1)
  .max(KEY_CHARACTERS_MAX, { error: `longer than the ${KEY_CHARACTERS_MAX} characters that a key may have` })
  .openapi({ example: "ORD-42" });

/** A moment: RFC 3339, or a day, which begins at midnight UTC; epoch milliseconds once read. */
export const Moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: "not a time such as 2026-11-23T10:02:03Z",
  })
  .transform((text) => Date.parse(text))
  .openapi({ type: "string", example: "2026-11-23T10:02:03Z" });

/** How many of something at the most; count, 1 to `most`. */
export function countUpTo(most: number, usual: number) {
  const error = `not a whole number from 1 to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(1, { error }).max(most, { error }).default(usual);
}

/** Rows on a page. */
export const Limit = countUpTo(5_000, 200).openapi({ description: "rows on a page" });

/** Where the next page begins. */
export const CursorText = z
  .string()
  .max(4_096)
  .optional()
  .openapi({ description: "`nextCursor` of the page before" });

/** A flag that is on when it is there. */
export const Flag = z
  .enum(["", "1", "true", "0", "false"])
  .transform((text) => text !== "0" && text !== "false")
  .openapi({ type: "string", enum: ["", "1", "true", "0", "false"] });
