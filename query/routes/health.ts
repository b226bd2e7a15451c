/**
 * Health over HTTP: alive, ready and measured.
 *
 *   readiness, metrics → [health] → probes, Prometheus
 *
 * `/livez` touches nothing: a store that is down must not get the process restarted. Without the token `/readyz` says
 * whether, never what is wrong.
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { lookTogether } from "../../collector/look.ts";
import { askForToken, type Guarded } from "../guard.ts";
import { createRoutes } from "../problem.ts";

/** What readiness depends on: null when it is well, else what is wrong, safe to show. */
export type Readiness = Readonly<Record<string, string | null>>;

/** What the routes are given. */
export interface HealthRoutesDeps {
  readonly ready: () => Promise<Readiness>;
  /** in the text format of Prometheus */
  readonly metrics: () => Promise<string>;
}

const ReadyView = z
  .object({
    ready: z.boolean(),
    failed: z
      .array(z.string())
      .optional()
      .describe("what is not ready; only with the token, where one is set"),
    checks: z
      .record(z.string(), z.string().nullable())
      .optional()
      .describe("with `verbose`: each dependency, and what is wrong with it"),
  })
  .openapi("Readiness");

const ready = createRoute({
  method: "get",
  path: "/readyz",
  summary: "Can it answer and take data?",
  request: {
    query: z.object({
      verbose: z.string().optional().openapi({ description: "each check, when present; asks for the token" }),
    }),
  },
  responses: {
    200: { description: "Ready", content: { "application/json": { schema: ReadyView } } },
    503: {
      description: "Not ready; says what failed to who shows the token",
      content: { "application/json": { schema: ReadyView } },
    },
  },
});

const live = createRoute({
  method: "get",
  path: "/livez",
  summary: "Does the process answer?",
  responses: { 200: { description: "It does", content: { "text/plain": { schema: z.string() } } } },
});

const measured = createRoute({
  method: "get",
  path: "/metrics",
  summary: "Metrics for Prometheus",
  responses: { 200: { description: "Metrics", content: { "text/plain": { schema: z.string() } } } },
});

/** `/livez`, `/readyz` and `/metrics`; never cached. */
export function healthRoutes(deps: HealthRoutesDeps): OpenAPIHono<Guarded> {
  const routes = createRoutes<Guarded>();
  const look = lookTogether(deps.ready);
  routes.openapi(live, (c) => c.text("ok\n", 200, { "cache-control": "no-store" }));
  routes.openapi(ready, async (c) => {
    const isKnown = c.get("isKnown");
    const isVerbose = c.req.valid("query").verbose !== undefined;
    if (isVerbose && !isKnown) throw askForToken();
    const checks = await look();
    const failed = Object.keys(checks).filter((name) => checks[name] !== null);
    const details = { failed, ...(isVerbose ? { checks: { ...checks } } : {}) };
    const view = { ready: failed.length === 0, ...(isKnown ? details : {}) };
    return c.json(view, view.ready ? 200 : 503, { "cache-control": "no-store" });
  });
  routes.openapi(measured, async (c) => {
    const contentType = "text/plain; version=0.0.4; charset=utf-8";
    return c.text(await deps.metrics(), 200, { "cache-control": "no-store", "content-type": contentType });
  });
  return routes;
}
