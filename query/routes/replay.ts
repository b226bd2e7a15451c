/**
 * Replay over HTTP: dead letters sent again or given up, one, a group, or all.
 *
 *   JSON or form → [replay] → replay → JSON or page
 *
 * The form routes serve the page and are no part of the API; a page elsewhere cannot use them (guard.ts).
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { parseJson } from "../../collector/decoder/json_digits.ts";
import type { Json } from "../../collector/decoder/json_fields.ts";
import { mended } from "../../ingest/letter_record.ts";
import { type LetterFilter, type LetterPlace, readLetters, recordActs } from "../../ingest/letter_store.ts";
import { letterDetail } from "../letter_view.ts";
import { formOf } from "../negotiate.ts";
import { renderLetterPage, renderReplayPage } from "../page/letter.ts";
import { plain } from "../phrase.ts";
import { BadParameters, BODY_PROBLEMS, createRoutes, fieldErrors, Problem } from "../problem.ts";
import { ReplayAnswer, type ReplayDeps, renderReplay, replayMatching, replayOne } from "../replay.ts";
import { LetterId, letterById, SignalName } from "./dead_letters.ts";
import { Flag, Moment } from "./parameters.ts";

const JsonValue = z.custom<Json>((value) => value !== undefined).openapi({ type: "object" });

const Mended = z
  .object({
    record: JsonValue.optional().describe("a record in place of the one that was refused, in JSON"),
    patch: JsonValue.optional().describe("a JSON merge patch (RFC 7386) on the record"),
    resource: JsonValue.optional().describe("a resource in place of the one that it came with"),
  })
  .openapi("MendedLetter");

const Chosen = z
  .object({
    ids: z.array(LetterId).max(10_000).optional(),
    reason: z.string().min(1).optional(),
    signal: SignalName.optional(),
    since: Moment.optional(),
    until: Moment.optional(),
    all: z.literal(true).optional().describe("every letter that waits, when nothing else is given"),
    limit: z.int().min(1).max(10_000).default(1_000),
  })
  .refine(
    ({ limit: _, ...chosen }) => Object.values(chosen).some((part) => part !== undefined),
    "say which letters: ids, reason, signal, since, until, or all",
  )
  .openapi("ChosenLetters");

type Chosen = z.infer<typeof Chosen>;

const query = z.object({ dry_run: Flag.optional().openapi({ description: "only say what would be done" }) });

const body = <T extends z.ZodType>(schema: T, required: boolean) => ({
  content: { "application/json": { schema } },
  required,
});

const OUTCOME = {
  200: {
    description: "What became of it, or would. As JSON or text, by `Accept`.",
    content: { "application/json": { schema: ReplayAnswer }, "text/plain": { schema: z.string() } },
  },
  404: { description: "No such letter", content: { "application/problem+json": { schema: Problem } } },
  409: {
    description: "This process takes no data in",
    content: { "application/problem+json": { schema: Problem } },
  },
  ...BODY_PROBLEMS,
};

const one = createRoute({
  method: "post",
  path: "/v1/dead-letters/{id}/replay",
  summary: "Send this dead letter again, as it is or mended",
  request: { params: z.object({ id: LetterId }), query, body: body(Mended, false) },
  responses: OUTCOME,
});

const many = createRoute({
  method: "post",
  path: "/v1/dead-letters/replay",
  summary: "Send a group of dead letters again, or all that wait",
  request: { query, body: body(Chosen, true) },
  responses: OUTCOME,
});

const Discarded = z.object({ discarded: z.int() }).openapi("Discarded");

const discard = createRoute({
  method: "post",
  path: "/v1/dead-letters/discard",
  summary: "Give dead letters up: they are kept, but no longer wait",
  request: {
    body: body(
      z.object({ letters: Chosen, because: z.string().trim().min(1).max(500).describe("kept with each") }),
      true,
    ),
  },
  responses: {
    200: {
      description: "How many no longer wait",
      content: { "application/json": { schema: Discarded }, "text/plain": { schema: z.string() } },
    },
    ...BODY_PROBLEMS,
  },
});

/** The routes that act on dead letters. */
export function replayRoutes(deps: ReplayDeps): OpenAPIHono {
  const routes = createRoutes();
  routes.openapi(one, async (c) => {
    const letter = await letterById(deps.store, deps.tenant, c.req.valid("param").id);
    const mending = c.req.valid("json") ?? {};
    const isMended = Object.values(mending).some((part) => part !== undefined);
    const dryRun = c.req.valid("query").dry_run ?? false;
    // Read again: the router's own reading rounds integers of 2^53 and more.
    const sent = isMended ? mended(letter, Mended.parse(parseJson(await c.req.text()))) : letter;
    return tell(c, await replayOne(deps, sent, { dryRun, how: isMended ? "It was mended by hand." : "" }));
  });
  routes.openapi(many, async (c) => {
    const chosen = c.req.valid("json");
    const dryRun = c.req.valid("query").dry_run ?? false;
    const filter = filterOf(chosen, deps.tenant);
    return tell(c, await replayMatching(deps, filter, { limit: chosen.limit, dryRun }));
  });
  routes.openapi(discard, async (c) => {
    const { letters, because } = c.req.valid("json");
    const discarded = await discardMatching(deps, letters, because);
    return formOf(c) === "text/plain" ? c.text(`${discarded} discarded.\n`) : c.json({ discarded });
  });
  addForms(routes, deps);
  return routes;
}

function tell(c: Context, answer: ReplayAnswer) {
  c.header("cache-control", "no-store");
  return formOf(c) === "text/plain" ? c.text(renderReplay(answer), 200) : c.json(answer, 200);
}

function filterOf(
  { ids, reason, signal, since, until }: Omit<Chosen, "limit">,
  tenant: string,
): LetterFilter {
  return { tenant, ids, reason, signal, sinceMs: since, untilMs: until, open: true };
}

const PAGE = 500;

async function discardMatching(deps: ReplayDeps, chosen: Chosen, because: string): Promise<number> {
  const filter = filterOf(chosen, deps.tenant);
  let after: LetterPlace | null = null;
  let discarded = 0;
  while (discarded < chosen.limit) {
    const limit = Math.min(PAGE, chosen.limit - discarded);
    const letters = await readLetters(deps.store, filter, { after, limit });
    const acts = letters.map((letter) => ({ letter, act: "discarded" as const, text: plain(because) }));
    await recordActs(deps.store, acts, { tenant: deps.tenant, atMs: deps.now() });
    discarded += letters.length;
    const last = letters.at(-1);
    if (last === undefined || letters.length < limit) break;
    after = { ms: last.receivedMs, id: last.id };
  }
  return discarded;
}

const FormFields = z.object({
  do: z.enum(["try", "replay", "discard"]),
  reason: z.string().min(1).optional(),
  signal: SignalName.optional(),
  because: z.string().trim().max(500).optional(),
});

/** What the page's buttons send: plain forms, answered with a page. */
function addForms(routes: OpenAPIHono, deps: ReplayDeps): void {
  routes.post("/dead-letters/replay", async (c) => {
    const { do: what, reason, signal } = await fieldsOf(c);
    const filter = filterOf({ reason, signal }, deps.tenant);
    const answer = await replayMatching(deps, filter, { limit: 1_000, dryRun: what !== "replay" });
    c.header("cache-control", "no-store");
    return c.html(renderReplayPage(answer, { reason, signal }));
  });
  routes.post("/dead-letters/:id/replay", async (c) => {
    const { do: what, because } = await fieldsOf(c);
    const letter = await letterById(deps.store, deps.tenant, read(LetterId, c.req.param("id")));
    c.header("cache-control", "no-store");
    if (what === "discard") {
      const act = { letter, act: "discarded" as const, text: plain(because ?? "") };
      await recordActs(deps.store, [act], { tenant: deps.tenant, atMs: deps.now() });
      return c.redirect(`/v1/dead-letters/${letter.id}`, 303);
    }
    const answer = await replayOne(deps, letter, { dryRun: what === "try", how: "" });
    const now = await letterById(deps.store, deps.tenant, letter.id);
    return c.html(
      renderLetterPage(letterDetail(now, deps.definitions, { values: false, bytes: false }), answer),
    );
  });
}

async function fieldsOf(c: Context): Promise<z.infer<typeof FormFields>> {
  return read(FormFields, withoutBlanks(await c.req.parseBody()));
}

function read<T>(schema: z.ZodType<T>, given: unknown): T {
  const outcome = schema.safeParse(given);
  if (outcome.success) return outcome.data;
  throw new BadParameters(fieldErrors(outcome.error));
}

function withoutBlanks(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}
