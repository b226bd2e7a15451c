/**
 * Subjects over HTTP: "what happened to this order?", for orders and for any other kind.
 *
 *   lookup → view → [subjects] → JSON, story or page
 *
 * A provisional subject that belongs to an order by now redirects there; one that belongs to several lists them.
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Failure } from "../../errors.ts";
import type { Definitions } from "../../ingest/definitions.ts";
import type { Subject } from "../../ingest/subject.ts";
import type { Lookup } from "../../ingest/told.ts";
import { findPath, orderKind, subjectPath } from "../address.ts";
import { Answer } from "../answer.ts";
import { renderNextLink } from "../cursor.ts";
import { renderExplanation } from "../explain.ts";
import { HOPS_DEFAULT, HOPS_MAX } from "../hop_page.ts";
import { etagOf, type Form, formOf, isKnown, keepPrivate } from "../negotiate.ts";
import { renderSubject } from "../page/subject.ts";
import { createRoutes, KnownElsewhere, PROBLEMS, Problem, renderElsewhere } from "../problem.ts";
import { renderText } from "../story.ts";
import { answerOf, type Page } from "../view.ts";
import { countUpTo, Flag, Id } from "./parameters.ts";

/** What the routes are given. */
export interface SubjectRoutesDeps {
  readonly lookup: Lookup;
  readonly definitions: Definitions;
  readonly tenant: string;
  /** epoch milliseconds */
  readonly now: () => number;
}

const query = z.object({
  limit: countUpTo(HOPS_MAX, HOPS_DEFAULT).openapi({ description: "facts on a page" }),
  explain: Flag.optional().openapi({ description: "with every membership derived again, and what it took" }),
  cursor: z.string().max(1_024).optional().openapi({ description: "`nextCursor` of the page before" }),
});

const responses = {
  200: {
    description: "Everything known about it. As JSON, as a story in plain text, or as a page, by `Accept`.",
    headers: z.object({
      etag: z.string(),
      link: z.string().optional().openapi({ description: 'the next page, rel="next"' }),
    }),
    content: {
      "application/json": { schema: Answer.openapi("Answer") },
      "text/plain": { schema: z.string() },
      "text/html": { schema: z.string() },
    },
  },
  304: { description: "Nothing new since the answer that `If-None-Match` names" },
  307: { description: "A provisional subject that belongs to another by now; its answer is at `Location`" },
  404: {
    description: "No fact carries that id as one of that kind; what else it is known as is in `elsewhere`",
    content: { "application/problem+json": { schema: Problem } },
  },
  ...PROBLEMS,
};

const order = createRoute({
  method: "get",
  path: "/v1/orders/{id}",
  summary: "What happened to this order?",
  request: { params: z.object({ id: Id }), query },
  responses,
});

const subject = createRoute({
  method: "get",
  path: "/v1/subjects/{kind}/{id}",
  summary: "What happened to this subject, of whichever kind?",
  request: {
    params: z.object({ kind: z.string().openapi({ example: "correlation.id" }), id: Id }),
    query,
  },
  responses,
});

/** The routes under `/v1/orders` and `/v1/subjects`. */
export function subjectRoutes(deps: SubjectRoutesDeps): OpenAPIHono {
  const routes = createRoutes();
  routes.openapi(order, (c) => {
    const kind = orderKind(deps.definitions);
    if (kind === null) throw new Failure("not_found", "waybill.yaml declares no kind of key that identifies");
    return answer(c, deps, { subject: { kind, id: c.req.valid("param").id }, page: c.req.valid("query") });
  });
  routes.openapi(subject, (c) => {
    const { kind, id } = c.req.valid("param");
    if (!deps.definitions.keys.some((key) => key.kind === kind)) {
      throw new Failure("not_found", `waybill.yaml declares no kind of key of that name`);
    }
    return answer(c, deps, { subject: { kind, id }, page: c.req.valid("query") });
  });
  return routes;
}

interface Asked {
  readonly subject: Subject;
  readonly page: Page;
}

async function answer(
  c: Context,
  deps: SubjectRoutesDeps,
  { subject: about, page }: Asked,
): Promise<Response> {
  const told = await deps.lookup.tell(deps.tenant, about, BigInt(deps.now()) * 1_000_000n);
  if (told === null) throw await unknown(deps, about);
  keepPrivate(c);
  const [home, ...others] = told.movedTo;
  if (home !== undefined && others.length === 0)
    return c.redirect(sameQuestion(subjectPath(home, deps.definitions), c.req.url), 307);
  return serve(c, answerOf(told, deps.definitions, page), {
    form: formOf(c),
    explain: page.explain === true,
  });
}

/** What is said of an id that is not known as the kind it was asked for: what it is known as, where it is. */
async function unknown({ lookup, definitions, tenant, now }: SubjectRoutesDeps, { kind, id }: Subject) {
  const found = await lookup.find(tenant, id, BigInt(now()) * 1_000_000n);
  const others = found.filter((hit) => hit.kind !== kind && hit.subjects.length + hit.unclaimed.length > 0);
  const elsewhere = others.map((hit) => ({
    kind: hit.kind,
    url: hit.kind === "trace" ? findPath(hit.id) : subjectPath(hit, definitions),
  }));
  if (elsewhere.length === 0) return new Failure("not_found");
  return new KnownElsewhere(renderElsewhere(kind, elsewhere), elsewhere);
}

/** The same question at another path. A cursor stays behind: it is a place among the facts of the one asked about. */
function sameQuestion(path: string, requestUrl: string): string {
  const { searchParams } = new URL(requestUrl);
  searchParams.delete("cursor");
  // A search, which is where some ids have to go, takes no other question.
  return searchParams.size === 0 || path.includes("?") ? path : `${path}?${searchParams}`;
}

interface Serving {
  readonly form: Form;
  readonly explain: boolean;
}

function serve(c: Context, found: Answer, { form, explain }: Serving): Response | Promise<Response> {
  const etag = etagOf(found, form);
  c.header("etag", etag);
  if (isKnown(c.req.header("if-none-match"), etag)) return c.body(null, 304);
  const link = found.nextCursor === undefined ? null : renderNextLink(c.req.url, found.nextCursor);
  if (link !== null) c.header("link", link);
  if (form === "text/plain")
    return c.text(
      explain ? `${renderText(found)}\n${renderExplanation(found).join("\n")}\n` : renderText(found),
    );
  if (form === "text/html")
    return c.html(
      renderSubject(found, {
        next: link === null ? null : pathIn(link),
        explain: explain ? null : c.req.path,
      }),
    );
  return c.json(found);
}

function pathIn(link: string): string {
  return link.slice(1, link.indexOf(">"));
}
