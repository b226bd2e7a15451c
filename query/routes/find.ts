/**
 * Find over HTTP: any id of any kind, without naming the kind, the service or the time.
 *
 *   lookup → [find] → JSON, text or page
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Failure } from "../../errors.ts";
import type { Found } from "../../ingest/told.ts";
import { subjectPath } from "../address.ts";
import { FindAnswer, renderHits, type SubjectFound, soleAddress } from "../found.ts";
import { formOf, keepPrivate } from "../negotiate.ts";
import { renderFound } from "../page/found.ts";
import { plain } from "../phrase.ts";
import { BadParameters, createRoutes, PROBLEMS, Problem } from "../problem.ts";
import { unclaimedOf } from "../unclaimed.ts";
import { Id } from "./parameters.ts";
import type { SubjectRoutesDeps } from "./subjects.ts";

const find = createRoute({
  method: "get",
  path: "/v1/find",
  summary: "Under which kinds is this id known, and to which subjects does it lead?",
  request: { query: z.object({ id: Id }) },
  responses: {
    200: {
      description: "Everywhere it was seen, at least one place. As JSON, text or a page, by `Accept`.",
      content: {
        "application/json": { schema: FindAnswer },
        "text/plain": { schema: z.string() },
        "text/html": { schema: z.string() },
      },
    },
    404: {
      description: "It was seen nowhere. A problem, or a page where that is asked for.",
      content: { "application/problem+json": { schema: Problem }, "text/html": { schema: z.string() } },
    },
    ...PROBLEMS,
  },
});

/** `/v1/find`, and `/find` for the search box: straight to the answer when there is exactly one. */
export function findRoutes(deps: SubjectRoutesDeps): OpenAPIHono {
  const routes = createRoutes();
  routes.openapi(find, async (c) => {
    const answer = await search(deps, c.req.valid("query").id);
    keepPrivate(c);
    const form = formOf(c);
    if (answer.found.length === 0 && form !== "text/html") throw new Failure("not_found");
    if (form === "text/plain") return c.text(`${renderHits(answer, withPath).join("\n")}\n`);
    return form === "text/html" ? foundPage(c, answer) : c.json(answer);
  });
  routes.get("/find", async (c) => {
    const given = (c.req.query("id") ?? "").trim();
    if (given === "") return c.redirect("/", 303);
    const id = Id.safeParse(given);
    if (!id.success)
      throw new BadParameters(id.error.issues.map(({ message }) => ({ field: "id", text: message })));
    const answer = await search(deps, id.data);
    const only = soleAddress(answer);
    return only === null ? foundPage(c, answer) : c.redirect(only, 303);
  });
  return routes;
}

function foundPage(c: Context, { id, found }: FindAnswer): Response | Promise<Response> {
  return c.html(renderFound(id, found), found.length === 0 ? 404 : 200);
}

async function search(
  { lookup, definitions, tenant, now }: SubjectRoutesDeps,
  id: string,
): Promise<FindAnswer> {
  const found = await lookup.find(tenant, id, BigInt(now()) * 1_000_000n);
  const locate = ({ subjects, unclaimed: hops, ...rest }: Found) => {
    const unclaimed = unclaimedOf(hops, definitions);
    const located = subjects.map((subject) => ({ ...subject, url: subjectPath(subject, definitions) }));
    return { ...rest, subjects: located, ...(unclaimed === undefined ? {} : { unclaimed }) };
  };
  return { id, found: found.map(locate) };
}

function withPath({ kind, id, url }: SubjectFound): string {
  return `${plain(kind)} ${plain(id)} (${url})`;
}
