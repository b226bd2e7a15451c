/**
 * SLOs over HTTP: every objective, one with what spent its budget, and what fires.
 *
 *   board → [slos] → JSON
 *
 * A thin adapter: the board decides, the schemas of slo/view.ts describe. A `Failure` is the API's to answer.
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Store } from "../../ingest/store.ts";
import { alertsOf } from "../../slo/alerts.ts";
import { listAnnotations } from "../../slo/annotations.ts";
import type { SloBoard } from "../../slo/board.ts";
import { renderTime } from "../../slo/evaluate.ts";
import { recount } from "../../slo/recount.ts";
import { POINTS_MAX, seriesOf } from "../../slo/series.ts";
import { AlertList, Recount, SloChart, SloList } from "../../slo/view.ts";
import type { Watch } from "../../slo/watch.ts";
import { keepPrivate } from "../negotiate.ts";
import { BadParameters, createRoutes, PROBLEMS } from "../problem.ts";
import { Moment } from "./parameters.ts";

/** A length in whole minutes; ms. */
const Step = z
  .string()
  .regex(/^[1-9]\d{0,4}[mhd]$/, "not a step such as 1m, 5m, 1h or 1d")
  .default("1h")
  .transform(
    (text) =>
      Number(text.slice(0, -1)) * UNIT_MS[text.at(-1) === "m" ? "m" : text.at(-1) === "h" ? "h" : "d"],
  );

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DAY_MS = UNIT_MS.d;

/** What the routes are given. */
export interface SloRoutesDeps {
  readonly board: SloBoard;
  readonly watch: Watch;
  readonly store: Store;
  readonly tenant: string;
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
  request: {
    params: z.object({ id: z.string().openapi({ example: "create-order.success" }) }),
    query: z.object({
      from: Moment.optional().openapi({
        description: "the chart begins here; default: a day before its end",
      }),
      to: Moment.optional().openapi({ description: "and ends here; default: the watermark" }),
      step: Step.openapi({ type: "string", example: "5m", description: "of the chart, in whole minutes" }),
    }),
  },
  responses: {
    200: json(SloChart, "The objective, with its chart and what happened meanwhile"),
    ...PROBLEMS,
    404: { description: "No objective of that id is configured" },
  },
});

const proof = createRoute({
  method: "post",
  path: "/v1/slos/recount",
  summary: "Count every objective again from nothing, and compare",
  responses: { 200: json(Recount, "Both counts, and whether any minute differs"), ...PROBLEMS },
});

const alerts = createRoute({
  method: "get",
  path: "/v1/alerts",
  summary: "Objectives that burn too fast now; a page takes the place of a ticket",
  responses: { 200: json(AlertList, "One alert per objective that fires, pages first") },
});

/** The routes under `/v1/slos` and `/v1/alerts`. */
export function sloRoutes(deps: SloRoutesDeps): OpenAPIHono {
  const { board, watch, nowMs } = deps;
  const routes = createRoutes();
  routes.openapi(list, async (c) => {
    const now = nowMs();
    const { slos } = await board.read(now);
    keepPrivate(c);
    return c.json({ asOf: renderTime(now), slos: [...slos] }, 200);
  });
  routes.openapi(proof, async (c) => c.json(await recount(deps), 200));
  routes.openapi(detail, async (c) => {
    const { id } = c.req.valid("param");
    keepPrivate(c);
    return c.json(await charted(deps, id, c.req.valid("query")), 200);
  });
  routes.openapi(alerts, async (c) => {
    const now = nowMs();
    const watched = await watch.look(now);
    keepPrivate(c);
    const watermark = watched.board === null ? null : renderTime(watched.board.watermarkMs);
    return c.json({ asOf: renderTime(now), watermark, alerts: alertsOf({ ...watched, nowMs: now }) }, 200);
  });
  return routes;
}

interface ChartAsked {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly step: number;
}

async function charted({ board, store, tenant, nowMs }: SloRoutesDeps, id: string, asked: ChartAsked) {
  const now = nowMs();
  const { promised, count, watermarkMs } = await board.counted(id, now);
  const toMs = Math.min(watermarkMs, wholeMinute(asked.to ?? watermarkMs));
  const fromMs = wholeMinute(asked.from ?? toMs - DAY_MS);
  if ((toMs - fromMs) / asked.step > POINTS_MAX)
    throw new BadParameters([{ field: "step", text: `would give more than ${POINTS_MAX} points` }]);
  const span = { fromMs, toMs };
  return {
    ...(await board.explain(id, now)),
    series: seriesOf(count, promised.objective.target, { ...span, stepMs: asked.step }),
    annotations: await listAnnotations({ store, tenant }, { ...span, toMs: now }, promised.definition.name),
  };
}

function wholeMinute(ms: number): number {
  return Math.floor(ms / UNIT_MS.m) * UNIT_MS.m;
}
