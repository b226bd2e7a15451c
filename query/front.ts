/**
 * Front: what every address of the API's port stands behind, and the one way to fail there.
 *
 *   HTTP → span → page safety → guards → strict → [routes] → answer        failures → problem
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { NO_TRACING, type Tracing } from "../collector/tracing.ts";
import { Failure } from "../errors.ts";
import { CHALLENGE, crossSiteGuard, pageSafety, tokenGuard } from "./guard.ts";
import { formOf } from "./negotiate.ts";
import type { Html } from "./page/shell.ts";
import { createRoutes, failureOf, type Problem, problemHeaders, problemOf } from "./problem.ts";
import { strictQuery } from "./strict.ts";
import { traced } from "./traced.ts";

/** How a front is made. */
export interface FrontOptions {
  /** asked for on every address but `/livez` and a bare `/readyz`; null asks for none */
  readonly token: string | null;
  /** spans about questions. @default none */
  readonly tracing?: Tracing;
  /** is told of every failure that is ours. @default nobody */
  readonly report?: (error: unknown) => void;
}

/** What a browser is shown of a failure. */
export type ProblemPage = (problem: Problem) => Html;

/** Bodies of questions are small; the largest is a `waybill.yaml`. Bytes. */
const BODY_BYTES_MAX = 2 * 1024 * 1024;

/**
 * An app without an address yet.
 *
 * @param page  null where there are no pages: a browser then gets the problem as JSON too
 */
export function createFront(options: FrontOptions, page: ProblemPage | null): OpenAPIHono {
  const app = createRoutes();
  app.use(traced(options.tracing ?? NO_TRACING));
  app.use(pageSafety());
  app.use(crossSiteGuard());
  app.use(tokenGuard(options.token));
  app.use(bodyLimit({ maxSize: BODY_BYTES_MAX, onError: () => refuseLarge() }));
  app.use(strictQuery(app));
  const fail = (c: Context, error: Error) => answerFailure(c, error, page);
  app.notFound((c) => fail(c, unrouted(app, c)));
  app.onError((thrown, c) => {
    const error = failureOf(thrown);
    if (!(error instanceof Failure) || error.status >= 500) options.report?.(error);
    return fail(c, error);
  });
  return app;
}

function refuseLarge(): never {
  throw new Failure("too_large");
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

function answerFailure(c: Context, error: Error, page: ProblemPage | null): Response | Promise<Response> {
  const problem = problemOf(error, c.req.path);
  c.status(problem.status as ContentfulStatusCode); // each status in FAILURES may carry a body
  for (const [name, value] of Object.entries(problemHeaders(error))) c.header(name, value);
  if (problem.status === 401) c.header("www-authenticate", CHALLENGE);
  if (page !== null && formOf(c) === "text/html") return c.html(page(problem));
  c.header("content-type", "application/problem+json");
  return c.body(JSON.stringify(problem));
}
