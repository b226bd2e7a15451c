/**
 * Cursor: where the next page begins, opaque to whoever carries it.
 *
 *   last row → [cursor] → `?cursor=` → [cursor] → where to go on
 *
 * A position in the data, never a count of rows: facts that arrive between two pages neither repeat nor hide others.
 */
import type { z } from "@hono/zod-openapi";
import { Failure } from "../errors.ts";

/** A kind of cursor. */
export interface Cursor<T> {
  readonly render: (position: T) => string;
  /** @throws {Failure} `bad_request` when the text is not a cursor of this kind */
  readonly parse: (text: string) => T;
}

/** Cursors whose position looks like `schema`. */
export function cursorOf<T>(schema: z.ZodType<T>): Cursor<T> {
  return {
    render: (position) => Buffer.from(JSON.stringify(position)).toString("base64url"),
    parse: (text) => {
      const position = schema.safeParse(fromJson(Buffer.from(text, "base64url").toString()));
      if (!position.success) throw new Failure("bad_request", "cursor: not one that this address gave out");
      return position.data;
    },
  };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Link` header for the next page: the same request, with the cursor. */
export function renderNextLink(requestUrl: string, cursor: string): string {
  const { pathname, searchParams } = new URL(requestUrl);
  searchParams.set("cursor", cursor);
  return `<${pathname}?${searchParams}>; rel="next"`;
}
