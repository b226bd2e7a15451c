/**
 * Annotations over HTTP: what people and pipelines say happened, a deploy or an incident.
 *
 *   JSON → [annotations] → table → charts
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { Failure } from "../../errors.ts";
import { annotate, listAnnotations } from "../../slo/annotations.ts";
import { renderTime } from "../../slo/evaluate.ts";
import { Annotation, AnnotationList } from "../../slo/view.ts";
import { keepPrivate } from "../negotiate.ts";
import { BODY_PROBLEMS, createRoutes, PROBLEMS } from "../problem.ts";
import type { ListRoutesDeps } from "./journeys.ts";
import { Moment } from "./parameters.ts";

const DAY_MS = 86_400_000;

const Text = (most: number) => z.string().trim().min(1).max(most);

const note = createRoute({
  method: "post",
  path: "/v1/annotations",
  summary: "Say that something happened: a deploy, an incident",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({
            at: Moment.optional().openapi({ description: "default: now" }),
            until: Moment.optional(),
            kind: z.enum(["deploy", "incident", "note"]),
            text: Text(1_000),
            author: Text(200).default("unknown"),
            definition: z.string().min(1).optional().openapi({ description: "default: it concerns all" }),
            link: z
              .url({ protocol: /^https?$/ })
              .max(2_000)
              .optional(),
          }),
        },
      },
    },
  },
  responses: {
    201: { description: "As it is kept", content: { "application/json": { schema: Annotation } } },
    ...BODY_PROBLEMS,
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/annotations",
  summary: "What was said to have happened?",
  request: {
    query: z.object({
      from: Moment.optional().openapi({ description: "default: a month before `to`" }),
      to: Moment.optional().openapi({ description: "default: now" }),
      definition: z.string().min(1).optional(),
    }),
  },
  responses: {
    200: { description: "In order of time", content: { "application/json": { schema: AnnotationList } } },
    ...PROBLEMS,
  },
});

/** The routes under `/v1/annotations`. */
export function annotationRoutes({ store, tenant, definitions, now }: ListRoutesDeps): OpenAPIHono {
  const routes = createRoutes();
  routes.openapi(note, async (c) => {
    const { at, until, definition = null, link = null, ...said } = c.req.valid("json");
    const nowMs = now();
    if (definition !== null && !definitions.journeys.some(({ name }) => name === definition))
      throw new Failure("bad_request", "No such definition.");
    const atMs = at ?? nowMs;
    if (until !== undefined && until < atMs) throw new Failure("bad_request", "It ends before it begins.");
    const whole = { ...said, definition, link, atMs, untilMs: until ?? null };
    return c.json(await annotate({ store, tenant }, whole, nowMs), 201);
  });
  routes.openapi(list, async (c) => {
    const { from, to, definition } = c.req.valid("query");
    const toMs = to ?? now() + 1;
    const span = { fromMs: from ?? toMs - 31 * DAY_MS, toMs };
    keepPrivate(c);
    const annotations = await listAnnotations({ store, tenant }, span, definition ?? null);
    return c.json({ asOf: renderTime(now()), annotations }, 200);
  });
  return routes;
}
