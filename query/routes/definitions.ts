/**
 * Definitions over HTTP: what a changed `waybill.yaml` would do, and refolding once it is in use.
 *
 *   YAML → rehearse · refold → [definitions] → NDJSON, a line for each piece of work
 *
 * Both take a while, so they tell how far they are; the last line is the whole. Whoever goes away stops the work, and a
 * refold goes on behind the last key that it told.
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { stream } from "hono/streaming";
import { Failure } from "../../errors.ts";
import type { Definitions } from "../../ingest/definitions.ts";
import { type RefoldOptions, refold } from "../../ingest/refold.ts";
import { rehearse } from "../../ingest/rehearse.ts";
import { parseDefinitions, renderProblem } from "../../ingest/yaml.ts";
import { BODY_PROBLEMS, createRoutes, Problem, problemOf } from "../problem.ts";
import { RefoldAnswer, RehearsalAnswer } from "../rehearsal.ts";
import { Moment } from "./parameters.ts";

/** What the routes are given. */
export interface DefinitionRoutesDeps extends RefoldOptions {
  /** is told of every failure that is ours */
  readonly report?: ((error: unknown) => void) | undefined;
}

/** Longer than this nobody waits for an answer; ms. */
const TAKE_MS = 120_000;

const NDJSON = "application/x-ndjson";

const lines = <T extends z.ZodType>(schema: T, description: string) => ({
  200: { description, content: { [NDJSON]: { schema } } },
  ...BODY_PROBLEMS,
});

const check = createRoute({
  method: "post",
  path: "/v1/definitions/check",
  summary: "What would this waybill.yaml make of the recorded journeys?",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.object({
            yaml: z.string().min(1).max(1_048_576).describe("the text of the file"),
            since: Moment.openapi({ description: "journeys with hops of this day or later" }),
            limit: z.int().min(1).max(100_000).default(5_000).describe("keys to look at"),
          }),
        },
      },
    },
  },
  responses: lines(
    RehearsalAnswer,
    "What was found so far, a line for each piece; the last line is the whole",
  ),
});

const refolding = createRoute({
  method: "post",
  path: "/v1/definitions/refold",
  summary: "Fold stored journeys anew, as the definitions in use say",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.object({
            since: Moment.openapi({ description: "journeys with hops of this day or later" }),
            definition: z.string().min(1).optional(),
            dryRun: z.boolean().default(false),
            after: z
              .object({ value: z.string(), kind: z.string() })
              .optional()
              .describe("as the last line that was told said it: goes on there"),
          }),
        },
      },
    },
  },
  responses: {
    ...lines(RefoldAnswer, "How far it is, a line for each piece"),
    404: { description: "No such definition", content: { "application/problem+json": { schema: Problem } } },
  },
});

/** The routes under `/v1/definitions`. */
export function definitionRoutes(deps: DefinitionRoutesDeps): OpenAPIHono {
  const routes = createRoutes();
  const once = oneAtATime();
  routes.openapi(check, (c) => {
    const { yaml, since, limit } = c.req.valid("json");
    const next = definitionsIn(yaml);
    const looking = { sinceMs: since, keysMax: limit, takeMs: TAKE_MS };
    return tellAll(
      c,
      deps,
      once(() => rehearse({ ...deps, present: deps.definitions, next }, looking)),
    );
  });
  routes.openapi(refolding, (c) => {
    const { since, definition = null, dryRun, after = { value: "", kind: "" } } = c.req.valid("json");
    if (definition !== null && !deps.definitions.journeys.some(({ name }) => name === definition))
      throw new Failure("not_found", "waybill.yaml has no journey of that name.");
    return tellAll(
      c,
      deps,
      once(() => refold(deps, { sinceMs: since, definition, dryRun, after })),
    );
  });
  return routes;
}

function definitionsIn(yaml: string): Definitions {
  const parsed = parseDefinitions(yaml, "waybill.yaml");
  if ("definitions" in parsed) return parsed.definitions;
  throw new Failure("bad_request", parsed.problems.slice(0, 20).map(renderProblem).join("\n"));
}

/** Either reads for minutes: two at once would only get in each other's way, and in that of the hops that come in. */
function oneAtATime() {
  let isBusy = false;
  return async function* <T>(begin: () => AsyncGenerator<T>): AsyncGenerator<T> {
    if (isBusy) throw new Failure("overloaded", "Another check or refold is under way.");
    isBusy = true;
    try {
      yield* begin();
    } finally {
      isBusy = false;
    }
  };
}

/** The first piece before the answer begins, so that what cannot even begin is a problem and not a broken answer. */
async function tellAll(
  c: Context,
  deps: Pick<DefinitionRoutesDeps, "report">,
  pieces: AsyncGenerator<unknown>,
): Promise<never> {
  let piece = await pieces.next();
  c.header("content-type", NDJSON);
  c.header("cache-control", "no-store");
  const streamed = stream(c, async (out) => {
    try {
      while (!piece.done && !out.aborted) {
        await out.write(`${JSON.stringify(piece.value)}\n`);
        piece = await pieces.next();
      }
    } catch (error) {
      deps.report?.(error);
      await out.write(`${JSON.stringify({ problem: problemOf(error, c.req.path) })}\n`);
    } finally {
      await pieces.return(undefined);
    }
  });
  return streamed as never; // the library has no type for what a stream answers
}
