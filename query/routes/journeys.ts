/**
 * Journeys over HTTP: lists by definition, state, step, time and tag.
 *
 *   journeys → [journeys] → JSON
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Definitions } from "../../ingest/definitions.ts";
import type { Store } from "../../ingest/store.ts";
import { renderNextLink } from "../cursor.ts";
import { STATES } from "../journey_search.ts";
import { JourneyList, listJourneys, renderJourneys } from "../journeys.ts";
import { refuseUnknownNames } from "../names.ts";
import { formOf, keepPrivate } from "../negotiate.ts";
import { createRoutes, PROBLEMS } from "../problem.ts";
import { CursorText, Flag, Limit, Moment } from "./parameters.ts";

/** What the routes are given. */
export interface ListRoutesDeps {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly tenant: string;
  /** epoch milliseconds */
  readonly now: () => number;
}

const NO_TAG = "not a tag such as partner.id=ACME";

const Tag = z
  .string()
  .regex(/^[^=]+=./s, NO_TAG)
  .transform((text) => ({
    name: text.slice(0, text.indexOf("=")),
    value: text.slice(text.indexOf("=") + 1),
  }));

const list = createRoute({
  method: "get",
  path: "/v1/journeys",
  summary: "Which journeys are there, newest first?",
  request: {
    query: z.object({
      definition: z.string().min(1).optional().openapi({ example: "create-order" }),
      state: z.enum(STATES).optional(),
      stuck: Flag.optional().openapi({
        description:
          "only those that go on though their next step is past due, or their end: open or overdue",
      }),
      step: z.string().min(1).optional().openapi({ description: "waits for this step, or failed at it" }),
      since: Moment.optional().openapi({ description: "started at or after" }),
      until: Moment.optional().openapi({ description: "started before" }),
      tag: z
        .union([Tag.transform((tag) => [tag]), z.array(Tag)], { error: NO_TAG })
        .optional()
        .openapi({
          type: "array",
          items: { type: "string" },
          description: "`name=value`; each one given must hold",
        }),
      limit: Limit,
      cursor: CursorText,
    }),
  },
  responses: {
    200: {
      description: "A page of journeys. As JSON or text, by `Accept`.",
      content: { "application/json": { schema: JourneyList }, "text/plain": { schema: z.string() } },
    },
    ...PROBLEMS,
  },
});

/** The route under `/v1/journeys`. */
export function journeyRoutes({ store, definitions, tenant, now }: ListRoutesDeps): OpenAPIHono {
  const routes = createRoutes();
  routes.openapi(list, async (c) => {
    const { since, until, tag, ...wanted } = c.req.valid("query");
    const nowNs = BigInt(now()) * 1_000_000n;
    const filter = { ...wanted, tenant, nowNs, sinceMs: since, untilMs: until, tags: tag };
    const page = await listJourneys(store, definitions, filter);
    if (page.journeys.length === 0) await refuseUnknownNames(store, definitions, filter);
    keepPrivate(c);
    if (page.nextCursor !== undefined) c.header("link", renderNextLink(c.req.url, page.nextCursor));
    return formOf(c) === "text/plain" ? c.text(renderJourneys(page)) : c.json(page);
  });
  return routes;
}
