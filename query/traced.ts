/**
 * Traced: a span for each question that the API is asked.
 *
 *   request → [traced] → routes → status
 *
 * Named after the route, never after the address: that may hold an order's id. Probes and Prometheus are left out.
 */
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Tracing } from "../collector/tracing.ts";

const UNTRACED = new Set(["/livez", "/readyz", "/healthz", "/metrics"]);

/** Middleware that goes before all others. */
export function traced(tracing: Tracing): MiddlewareHandler {
  return async (c, next) => {
    if (UNTRACED.has(c.req.path)) return next();
    const { method } = c.req;
    const route = matchedRoutes(c).find(({ path }) => !path.endsWith("*"))?.path ?? "";
    const attributes = { "http.request.method": method, ...(route === "" ? {} : { "http.route": route }) };
    const traceparent = c.req.header("traceparent");
    await tracing.span(
      { name: `${method} ${route}`.trim(), kind: "server", attributes, traceparent },
      async (span) => {
        await next();
        span.set({ "http.response.status_code": c.res.status });
        if (c.res.status >= 500) span.fail(`answered ${c.res.status}`);
      },
    );
  };
}
