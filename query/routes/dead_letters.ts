/**
 * Dead letters over HTTP: what was refused, newest first, by reason, and one by one.
 *
 *   dead_letters → [dead_letters] → JSON, text or page
 *
 * Reads only; what can be done about them is in replay.ts.
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Failure } from "../../errors.ts";
import { LETTER_STATUSES, readLetters, type WholeLetter } from "../../ingest/letter_store.ts";
import type { Store } from "../../ingest/store.ts";
import { renderNextLink } from "../cursor.ts";
import {
  type DeadLetterFilter,
  DeadLetterGroups,
  DeadLetterList,
  groupDeadLetters,
  listDeadLetters,
  renderDeadLetters,
  renderGroups,
  renderNone,
} from "../dead_letters.ts";
import { DeadLetterDetail, letterDetail, renderLetter } from "../letter_view.ts";
import { formOf, keepPrivate } from "../negotiate.ts";
import { renderLetterPage } from "../page/letter.ts";
import { renderLetterList } from "../page/letters.ts";
import { createRoutes, PROBLEMS, Problem } from "../problem.ts";
import type { ListRoutesDeps } from "./journeys.ts";
import { CursorText, Flag, Limit, Moment } from "./parameters.ts";

/** The id of a dead letter. */
export const LetterId = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/, "not the id of a dead letter")
  .transform((id) => id.toLowerCase())
  .openapi({ type: "string", example: "9f86d081884c7d659a2feaa0c55ad015" });

/** What both signals and events come through. */
export const SignalName = z.enum(["traces", "logs", "events"]);

const Listed = z.union([DeadLetterList, DeadLetterGroups]);

const list = createRoute({
  method: "get",
  path: "/v1/dead-letters",
  summary: "Which records were refused, and why?",
  request: {
    query: z.object({
      group: z.enum(["reason"]).optional().openapi({ description: "counts by reason instead of records" }),
      signal: SignalName.optional(),
      reason: z.string().min(1).optional().openapi({ description: "the stable code of a reason" }),
      status: z.enum(LETTER_STATUSES).optional().openapi({ description: "what was done about it last" }),
      since: Moment.optional().openapi({ description: "received at or after" }),
      until: Moment.optional().openapi({ description: "received before" }),
      limit: Limit,
      cursor: CursorText,
    }),
  },
  responses: {
    200: {
      description: "A page of refused records, or their reasons. As JSON, text or a page, by `Accept`.",
      content: {
        "application/json": { schema: Listed },
        "text/plain": { schema: z.string() },
        "text/html": { schema: z.string() },
      },
    },
    ...PROBLEMS,
  },
});

const show = createRoute({
  method: "get",
  path: "/v1/dead-letters/{id}",
  summary: "What is in this dead letter?",
  request: {
    params: z.object({ id: LetterId }),
    query: z.object({
      values: Flag.optional().openapi({ description: "every value; they may be secret" }),
      bytes: Flag.optional().openapi({ description: "the bytes themselves, in base64" }),
    }),
  },
  responses: {
    200: {
      description: "The letter with its record, values masked. As JSON, text or a page, by `Accept`.",
      content: {
        "application/json": { schema: DeadLetterDetail },
        "text/plain": { schema: z.string() },
        "text/html": { schema: z.string() },
      },
    },
    404: { description: "No such letter", content: { "application/problem+json": { schema: Problem } } },
    ...PROBLEMS,
  },
});

/** The routes that read under `/v1/dead-letters`. */
export function deadLetterRoutes(deps: Omit<ListRoutesDeps, "now">): OpenAPIHono {
  const { store, tenant, definitions } = deps;
  const routes = createRoutes();
  const orNone = async (lines: string) =>
    lines === "" ? renderNone(await groupDeadLetters(store, { tenant })) : lines;
  routes.openapi(list, async (c) => {
    const { since, until, group, ...wanted } = c.req.valid("query");
    const filter = { ...wanted, tenant, sinceMs: since, untilMs: until };
    keepPrivate(c);
    const form = formOf(c);
    if (form === "text/html") return listPage(c, store, filter);
    if (group !== undefined) {
      const groups = await groupDeadLetters(store, filter);
      return form === "text/plain" ? c.text(await orNone(renderGroups(groups))) : c.json(groups);
    }
    const page = await listDeadLetters(store, filter);
    if (page.nextCursor !== undefined) c.header("link", renderNextLink(c.req.url, page.nextCursor));
    return form === "text/plain" ? c.text(await orNone(renderDeadLetters(page))) : c.json(page);
  });
  routes.openapi(show, async (c) => {
    const letter = await letterById(store, tenant, c.req.valid("param").id);
    const { values = false, bytes = false } = c.req.valid("query");
    const detail = letterDetail(letter, definitions, { values, bytes });
    c.header("vary", "accept, authorization");
    c.header("cache-control", "private, no-store");
    const form = formOf(c);
    if (form === "text/html") return c.html(renderLetterPage(detail, null));
    return form === "text/plain" ? c.text(renderLetter(detail)) : c.json(detail);
  });
  return routes;
}

/**
 * One letter, whole.
 *
 * @throws {Failure} `not_found`
 */
export async function letterById(store: Store, tenant: string, id: string): Promise<WholeLetter> {
  const [letter] = await readLetters(store, { tenant, ids: [id] }, { after: null, limit: 1 });
  if (letter === undefined) throw new Failure("not_found");
  return letter;
}

async function listPage(c: Context, store: Store, filter: DeadLetterFilter): Promise<Response> {
  const [{ groups }, { deadLetters, nextCursor }] = await Promise.all([
    groupDeadLetters(store, filter),
    listDeadLetters(store, filter),
  ]);
  const nextPath =
    nextCursor === undefined ? null : (renderNextLink(c.req.url, nextCursor).split(/[<>]/)[1] ?? null);
  return c.html(renderLetterList({ groups, letters: deadLetters, filter, nextPath }));
}
