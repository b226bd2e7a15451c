/**
 * API: every address of the query side, behind one guard, with one way to fail.
 *
 *   HTTP → guard → strict → routes → JSON, story or page        failures → problem
 *
 * Puts the groups of routes together; each group is a file in routes/.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { NO_TRACING, type Tracing } from "../collector/tracing.ts";
import { Failure } from "../errors.ts";
import type { Definitions } from "../ingest/definitions.ts";
import type { RefoldOptions } from "../ingest/refold.ts";
import type { ResendOptions } from "../ingest/resend.ts";
import type { Store } from "../ingest/store.ts";
import type { Lookup } from "../ingest/told.ts";
import type { SloBoard } from "../slo/board.ts";
import type { Watch } from "../slo/watch.ts";
import { CHALLENGE, crossSiteGuard, pageSafety, tokenGuard } from "./guard.ts";
import { formOf } from "./negotiate.ts";
import { renderProblem } from "./page/problem.ts";
import { createRoutes, failureOf, problemHeaders, problemOf } from "./problem.ts";
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
import { strictQuery } from "./strict.ts";
import { traced } from "./traced.ts";

/** What the API stands on. */
export interface ApiDeps extends HealthRoutesDeps {
  readonly lookup: Lookup;
  readonly store: Store;
  readonly definitions: Definitions;
  /** epoch milliseconds */
  readonly now: () => number;
  /** asked for on every address but `/livez` and a bare `/readyz`; null asks for none */
  readonly token: string | null;
  /** whose data this is. @default "default" */
  readonly tenant?: string;
  /** the objectives, as they stand */
  readonly board: SloBoard;
  /** the alerts of the objectives */
  readonly watch: Watch;
  /** spans about questions. @default none */
  readonly tracing?: Tracing;
  /** is told of every failure that is ours. @default nobody */
  readonly report?: (error: unknown) => void;
  /** how hops come in and where those are that did, for what was refused and is sent again */
  readonly intake: Pick<ResendOptions, "accept" | "source" | "limits"> & Pick<RefoldOptions, "learn">;
}

/** Bodies of questions are small; the largest is a `waybill.yaml`. Bytes. */
const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** The API as a Hono app: `app.fetch` serves it, `app.request()` tests it. */
export function createApi({ tenant = "default", ...deps }: ApiDeps): OpenAPIHono {
  const app = createRoutes();
  app.use(traced(deps.tracing ?? NO_TRACING));
  app.use(pageSafety());
  app.use(crossSiteGuard());
  app.use(tokenGuard(deps.token));
  app.use(bodyLimit({ maxSize: BODY_BYTES_MAX, onError: () => refuseLarge() }));
  app.use(strictQuery(app));
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
  app.notFound((c) => fail(c, unrouted(app, c)));
  app.onError((thrown, c) => {
    const error = failureOf(thrown);
    if (!(error instanceof Failure) || error.status >= 500) deps.report?.(error);
    return fail(c, error);
  });
  return app;
}

function refuseLarge(): never {
  throw new Failure("too_large");
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

/** 405 where other methods would have been answered, else 404. */
function unrouted(app: OpenAPIHono, c: Context): Failure {
  const allowed = ["GET", "POST"].filter((method) =>
    app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
  );
  if (allowed.length === 0 || allowed.includes(c.req.method)) return new Failure("no_route");
  c.header("allow", allowed.join(", ").replace("GET", "GET, HEAD"));
  return new Failure("method");
}

function fail(c: Context, error: Error): Response | Promise<Response> {
  const problem = problemOf(error, c.req.path);
  c.status(problem.status as ContentfulStatusCode); // each status in FAILURES may carry a body
  for (const [name, value] of Object.entries(problemHeaders(error))) c.header(name, value);
  if (problem.status === 401) c.header("www-authenticate", CHALLENGE);
  if (formOf(c) === "text/html") return c.html(renderProblem(problem));
  c.header("content-type", "application/problem+json");
  return c.body(JSON.stringify(problem));
}
