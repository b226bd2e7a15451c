/**
 * SLOs over HTTP: every objective, one with what spent its budget, and what fires.
 *
 *   board → [slos] → JSON
 *
 * A thin adapter: the board decides, the schemas of slo/view.ts describe. A `Failure` is the API's to answer.
 */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { alertsOf } from "../../slo/alerts.ts";
import type { SloBoard } from "../../slo/board.ts";
import { renderTime } from "../../slo/evaluate.ts";
import { AlertList, SloDetail, SloList } from "../../slo/view.ts";
import type { Watch } from "../../slo/watch.ts";

/** What the routes are given. */
export interface SloRoutesDeps {
  readonly board: SloBoard;
  readonly watch: Watch;
  /** epoch milliseconds UTC */
  readonly nowMs: () => number;
}

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

const list = createRoute({
  method: "get",
  path: "/v1/slos",
  summary: "All objectives, as they stand at the watermark",
  responses: { 200: json(SloList, "Burn over every window, tiers and budget left, per objective") },
});

const detail = createRoute({
  method: "get",
  path: "/v1/slos/{id}",
  summary: "One objective, and which steps and journeys spent its budget",
  request: { params: z.object({ id: z.string().openapi({ example: "create-order.success" }) }) },
  responses: {
    200: json(SloDetail, "The objective"),
    404: { description: "No objective of that id is configured" },
  },
});

const alerts = createRoute({
  method: "get",
  path: "/v1/alerts",
  summary: "Objectives that burn too fast now; a page takes the place of a ticket",
  responses: { 200: json(AlertList, "One alert per objective that fires, pages first") },
});

/** The routes under `/v1/slos` and `/v1/alerts`. */
export function sloRoutes({ board, watch, nowMs }: SloRoutesDeps): OpenAPIHono {
  const routes = new OpenAPIHono();
  routes.openapi(list, async (c) => {
    const now = nowMs();
    const { slos } = await board.read(now);
    return c.json({ asOf: renderTime(now), slos: [...slos] }, 200);
  });
  routes.openapi(detail, async (c) => c.json(await board.explain(c.req.valid("param").id, nowMs()), 200));
  routes.openapi(alerts, async (c) => {
    const now = nowMs();
    const watched = await watch.look(now);
    const watermark = watched.board === null ? null : renderTime(watched.board.watermarkMs);
    return c.json({ asOf: renderTime(now), watermark, alerts: alertsOf({ ...watched, nowMs: now }) }, 200);
  });
  return routes;
}
