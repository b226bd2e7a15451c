/**
 * Simulated over HTTP: what an objective, as it is written now, would have fired in the last days.
 *
 *   board → [simulated] → JSON
 */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { DurationMinutes } from "../../ingest/yaml_scalars.ts";
import type { SloBoard } from "../../slo/board.ts";
import { REPLAY_MAX, REPLAY_MS_MAX, Replayed, replayed } from "../../slo/recorded.ts";

const From = DurationMinutes.refine((ms) => ms <= REPLAY_MS_MAX, `must be at most ${REPLAY_MAX}`)
  .default(REPLAY_MS_MAX)
  .openapi({
    type: "string",
    example: REPLAY_MAX,
    description: `how far back: a length such as 12h, at most ${REPLAY_MAX}`,
  });

const simulated = createRoute({
  method: "get",
  path: "/v1/slos/{id}/simulated",
  summary: "What an objective would have fired, minute by minute, by the journeys as they are known now",
  request: {
    params: z.object({ id: z.string().openapi({ example: "create-order.success" }) }),
    query: z.object({ from: From }),
  },
  responses: {
    200: {
      description: "When each tier, and the page and ticket they make, would have fired and resolved",
      content: { "application/json": { schema: Replayed } },
    },
    404: { description: "No objective of that id is configured" },
  },
});

/** The route under `/v1/slos/{id}/simulated`. */
export function simulatedRoutes({
  board,
  nowMs,
}: {
  readonly board: SloBoard;
  readonly nowMs: () => number;
}): OpenAPIHono {
  const routes = new OpenAPIHono();
  routes.openapi(simulated, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await replayed(id, await board.counted(id, nowMs()), c.req.valid("query").from), 200);
  });
  return routes;
}
