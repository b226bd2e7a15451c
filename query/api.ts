/**
 * API: every address of the query side.
 *
 *   HTTP → front → [routes] → JSON, story or page
 *
 * Puts the groups of routes together; each group is a file in routes/. Who may ask, and how it fails: front.ts says.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Definitions } from "../ingest/definitions.ts";
import type { RefoldOptions } from "../ingest/refold.ts";
import type { ResendOptions } from "../ingest/resend.ts";
import type { Store } from "../ingest/store.ts";
import type { Lookup } from "../ingest/told.ts";
import type { SloBoard } from "../slo/board.ts";
import type { Watch } from "../slo/watch.ts";
import { createFront, type FrontOptions } from "./front.ts";
import { renderProblem } from "./page/problem.ts";
import { annotationRoutes } from "./routes/annotations.ts";
import { deadLetterRoutes } from "./routes/dead_letters.ts";
import { definitionRoutes } from "./routes/definitions.ts";
import { findRoutes } from "./routes/find.ts";
import { type HealthRoutesDeps, healthRoutes } from "./routes/health.ts";
import { journeyRoutes } from "./routes/journeys.ts";
import { replayRoutes } from "./routes/replay.ts";
import { simulatedRoutes } from "./routes/simulated.ts";
import { sloRoutes } from "./routes/slos.ts";
import { startRoutes } from "./routes/start.ts";
import { subjectRoutes } from "./routes/subjects.ts";

/** What the API of a process that answers no questions stands on. */
export interface HealthApiDeps extends HealthRoutesDeps, FrontOptions {}

/** What the API stands on. */
export interface ApiDeps extends HealthApiDeps {
  readonly lookup: Lookup;
  readonly store: Store;
  readonly definitions: Definitions;
  /** epoch milliseconds */
  readonly now: () => number;
  /** whose data this is. @default "default" */
  readonly tenant?: string;
  /** the objectives, as they stand */
  readonly board: SloBoard;
  /** the alerts of the objectives */
  readonly watch: Watch;
  /** how hops come in and where those are that did, for what was refused and is sent again */
  readonly intake: Pick<ResendOptions, "accept" | "source" | "limits"> & Pick<RefoldOptions, "learn">;
}

/** The API as a Hono app: `app.fetch` serves it, `app.request()` tests it. */
export function createApi({ tenant = "default", ...deps }: ApiDeps): OpenAPIHono {
  const app = createFront(deps, renderProblem);
  app.route("/", subjectRoutes({ ...deps, tenant }));
  app.route("/", findRoutes({ ...deps, tenant }));
  app.route("/", journeyRoutes({ ...deps, tenant }));
  app.route("/", deadLetterRoutes({ ...deps, tenant }));
  app.route("/", replayRoutes({ ...deps, ...deps.intake, tenant }));
  app.route("/", annotationRoutes({ ...deps, tenant }));
  app.route("/", simulatedRoutes({ board: deps.board, nowMs: deps.now }));
  app.route("/", sloRoutes({ ...deps, tenant, nowMs: deps.now }));
  app.route("/", definitionRoutes({ ...deps, ...deps.intake, tenant }));
  app.route("/", healthRoutes(deps));
  app.route("/", startRoutes({ ...deps, tenant }));
  describe(app);
  return app;
}

/** `/livez`, `/readyz` and `/metrics` alone, for a process that only takes data in. */
export function createHealthApi(deps: HealthApiDeps): OpenAPIHono {
  const app = createFront(deps, null);
  app.route("/", healthRoutes(deps));
  return app;
}

function describe(app: OpenAPIHono): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.registerComponent("securitySchemes", "basic", {
    type: "http",
    scheme: "basic",
    description: "For browsers, reading only: any name, the token as the password.",
  });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: { title: "Waybill", version: "1", description: "What happened to this order?" },
    security: [{ bearer: [] }, { basic: [] }, {}],
  });
}
