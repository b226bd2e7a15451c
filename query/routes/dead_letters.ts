/**
 * Dead letters over HTTP: what was refused, newest first.
 *
 *   dead_letters → [dead_letters] → JSON
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { renderNextLink } from "../cursor.ts";
import { DeadLetterList, listDeadLetters, renderDeadLetters } from "../dead_letters.ts";
import { formOf } from "../negotiate.ts";
import { createRoutes, PROBLEMS } from "../problem.ts";
import type { ListRoutesDeps } from "./journeys.ts";
import { CursorText, Limit, Moment } from "./parameters.ts";

const list = createRoute({
  method: "get",
  path: "/v1/dead-letters",
  summary: "Which records were refused, and why?",
  request: {
    query: z.object({
      signal: z.enum(["traces", "logs", "events"]).optional(),
      reason: z.string().min(1).optional().openapi({ description: "the stable code of a reason" }),
      since: Moment.optional().openapi({ description: "received at or after" }),
      until: Moment.optional().openapi({ description: "received before" }),
      limit: Limit,
      cursor: CursorText,
    }),
  },
  responses: {
    200: {
      description: "A page of refused records. As JSON or text, by `Accept`.",
      content: { "application/json": { schema: DeadLetterList }, "text/plain": { schema: z.string() } },
    },
    ...PROBLEMS,
  },
});

/** The route under `/v1/dead-letters`. */
export function deadLetterRoutes({ store, tenant }: Pick<ListRoutesDeps, "store" | "tenant">): OpenAPIHono {
  const routes = createRoutes();
  routes.openapi(list, async (c) => {
    const { since, until, ...wanted } = c.req.valid("query");
    const page = await listDeadLetters(store, { ...wanted, tenant, sinceMs: since, untilMs: until });
    if (page.nextCursor !== undefined) c.header("link", renderNextLink(c.req.url, page.nextCursor));
    return formOf(c) === "text/plain" ? c.text(renderDeadLetters(page)) : c.json(page);
  });
  return routes;
}
