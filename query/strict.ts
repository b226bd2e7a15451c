/**
 * Strict: a query parameter that a route does not know is an error, not silence.
 *
 *   declared routes → [strict] → 400 naming it, with the name that was probably meant
 *
 * `?sate=open` must not answer with every journey there is.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { nearest } from "../nearest.ts";
import { BadParameters } from "./problem.ts";

/** Query parameters of every declared route, by its path in Hono's words. */
function declaredQueries({ openAPIRegistry }: OpenAPIHono): ReadonlyMap<string, ReadonlySet<string>> {
  const declared = new Map<string, ReadonlySet<string>>();
  for (const definition of openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const { path, request } = definition.route;
    const query = request?.query;
    const names = query !== undefined && "shape" in query ? Object.keys(query.shape ?? {}) : [];
    const key = path.replaceAll(/\/\{([^}]+)\}/g, "/:$1");
    declared.set(key, new Set([...(declared.get(key) ?? []), ...names]));
  }
  return declared;
}

/** Refuses unknown query parameters on every route that `app` declares by the time of the first request. */
export function strictQuery(app: OpenAPIHono): MiddlewareHandler {
  let declared: ReturnType<typeof declaredQueries> | null = null;
  return async (c, next) => {
    declared ??= declaredQueries(app);
    const known = matchedRoutes(c)
      .map(({ path }) => declared?.get(path))
      .find((names) => names !== undefined);
    if (known !== undefined) refuseUnknown(Object.keys(c.req.queries()), known);
    await next();
  };
}

function refuseUnknown(given: readonly string[], known: ReadonlySet<string>): void {
  const errors = given
    .filter((name) => !known.has(name))
    .map((name) => {
      const meant = nearest(name, known);
      const taken = known.size === 0 ? "none is taken here" : `known here: ${[...known].join(", ")}`;
      return {
        field: name,
        text: `unknown parameter; ${meant === undefined ? taken : `did you mean ${meant}?`}`,
      };
    });
  if (errors.length > 0) throw new BadParameters(errors);
}
