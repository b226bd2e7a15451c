/**
 * Visit: one request, from its first line to its answer.
 *
 *   request → [door → token → method → intake] → reply
 *
 * Every request gets one answer and one count; a refused one gets one log line, with neither bytes nor ids of what was
 * sent. A bug is a loud 500; trouble behind us is a 503 (intake.ts). Words no answers: reply.ts does.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { BaseLogger } from "pino";
import { FAILURES, Failure } from "../errors.ts";
import type { Authorize } from "./auth.ts";
import { type BodyBudget, declaredBytes, HeldBytes } from "./body.ts";
import { corsHeaders, preflightHeaders, webhookHeaders } from "./cors.ts";
import { type Counters, count } from "./counters.ts";
import { type Door, doorOf, methodsOf } from "./door.ts";
import { type Intake, takeIn, turnDownMetrics } from "./intake.ts";
import { bugReply, failureReply, healthReply, type Reply } from "./reply.ts";
import { type Going, NO_SPAN, ownExportMark, type Tracing } from "./tracing.ts";

/** The log as the edge uses it. */
export type EdgeLog = Pick<BaseLogger, "info" | "warn" | "error">;

/** What all requests share. */
export interface Edge {
  readonly intake: Intake;
  readonly authorize: Authorize;
  readonly budget: BodyBudget;
  readonly corsOrigins: readonly string[];
  readonly counters: Counters;
  readonly log: EdgeLog;
  readonly tracing: Tracing;
  /** why nothing is taken in at this moment, in words that may be shown; null when it is */
  readonly trouble: () => Promise<string | null>;
  /** set once, when the service goes down */
  isDraining: boolean;
}

/** The most of a user agent that is kept; characters. */
const USER_AGENT_MAX = 200;

interface Visit {
  readonly request: IncomingMessage;
  /** `null` when nothing is behind the address */
  readonly door: Door | null;
  readonly sender: string;
  readonly held: HeldBytes;
}

/** Answers one request. Never rejects. */
export async function serve(edge: Edge, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const door = doorOf(request.url ?? "");
  const mark = ownExportMark(request.headers);
  if (mark !== null) edge.tracing.cameBack(mark);
  const isTraced = mark === null && door !== null && door !== "livez" && door !== "readyz";
  if (!isTraced) return answer(edge, { request, response, door, span: NO_SPAN });
  const { method = "" } = request;
  const attributes = { "http.request.method": method, "http.route": `/v1/${door}` };
  await edge.tracing.span({ name: `${method} /v1/${door}`, kind: "server", attributes }, (span) =>
    answer(edge, { request, response, door, span }),
  );
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly door: Door | null;
  readonly span: Going;
}

async function answer(edge: Edge, { request, response, door, span }: Asked): Promise<void> {
  const held = new HeldBytes(edge.budget);
  const visit = { request, door, sender: senderOf(request), held };
  const reply = await replyTo(edge, visit).catch((error: unknown) => refuse(edge, visit, error));
  span.set({ "http.request.body.size": held.taken });
  visit.held.release();
  if (reply === null) return span.fail("the sender left");
  span.set({ "http.response.status_code": reply.status });
  if (reply.status >= 500) span.fail(`answered ${reply.status}`);
  const cors = corsHeaders(request.headers, edge.corsOrigins);
  const close = edge.isDraining ? { connection: "close" } : {};
  const length = reply.status === 204 ? {} : { "content-length": reply.body.length };
  response.writeHead(reply.status, { ...reply.headers, ...cors, ...length, ...close }).end(reply.body);
}

async function replyTo(edge: Edge, { request, door, sender, held }: Visit): Promise<Reply> {
  const { method = "", headers } = request;
  if (door === "livez") return healthReply("live");
  const agreed = method === "OPTIONS" ? optionsReply(edge, door, headers) : null;
  if (agreed !== null) return agreed;
  const isKnown = edge.authorize(headers.authorization ?? (door === "events" ? tokenIn(request) : undefined));
  if (!isKnown && !isProbe(request)) throw new Failure("unauthorized");
  if (door === null) throw new Failure("no_route");
  if (!methodsOf(door).includes(method)) throw new Failure("method");
  if (door === "readyz") return readyReply(edge, isKnown);
  if (edge.isDraining) throw new Failure("stopping");
  const reply =
    door === "metrics"
      ? await turnDownMetrics(edge.intake, { request, held })
      : await takeIn(edge.intake, { request, signal: door, sender, held });
  count(edge.counters[door].requests, "ok");
  return reply;
}

/** A webhook that is only given an address has its token there (CloudEvents HTTP webhook, section 3.2). */
function tokenIn({ url = "" }: IncomingMessage): string | undefined {
  const token = new URLSearchParams(url.split("?")[1]).get("access_token");
  return token === null ? undefined : `Bearer ${token}`;
}

/** Whoever asks no more than whether data may be sent here shows no token: an orchestrator cannot keep a secret. */
function isProbe({ method, url }: IncomingMessage): boolean {
  return url === "/readyz" && (method === "GET" || method === "HEAD");
}

/** Neither a browser's preflight nor a webhook handshake shows a token; the request that follows must. */
function optionsReply(edge: Edge, door: Door | null, headers: IncomingHttpHeaders): Reply | null {
  const agreed =
    preflightHeaders(headers, edge.corsOrigins) ?? (door === "events" ? webhookHeaders(headers) : null);
  return agreed === null ? null : { status: 200, headers: agreed, body: new Uint8Array() };
}

/**
 * Whether data may be sent here; why not is only for who showed the token. The store has no say: while it is away the
 * journal takes data in, and a sender that is sent away from here could only lose it.
 */
async function readyReply(edge: Edge, isKnown: boolean): Promise<Reply> {
  const trouble = edge.isDraining ? FAILURES.stopping.text : await edge.trouble();
  return trouble === null ? healthReply("ready") : healthReply("unready", isKnown ? trouble : null);
}

/** Counts, logs and words what went wrong; `null` when the sender has left. */
function refuse(edge: Edge, { request, door, sender, held }: Visit, error: unknown): Reply | null {
  const failure = error instanceof Failure ? error : null;
  const outcome = hasLeft(request) ? "aborted" : (failure?.code ?? "bug");
  const counted = door === null || door === "livez" || door === "readyz" ? "other" : door;
  count(edge.counters[counted].requests, outcome);
  const line = {
    door,
    reason: outcome,
    bytes: held.taken || declaredBytes(request),
    sender,
  };
  if (outcome === "aborted") {
    edge.log.info(line, "the sender left before the end of its request");
    return null;
  }
  if (failure === null) edge.log.error({ ...line, err: error }, "a bug in the receiver");
  else edge.log.warn({ ...line, status: failure.status, ...causeOf(failure) }, FAILURES[failure.code].text);
  const contentType = request.headers["content-type"] ?? "";
  return failure === null ? bugReply(door, contentType) : failureReply(door, contentType, failure);
}

/** Only of trouble on our side: the cause of a malformed body quotes the body. */
function causeOf(failure: Failure): { err?: unknown } {
  return failure.retryable && failure.cause !== undefined ? { err: failure.cause } : {};
}

/** Asked at once: a connection that was lost no longer knows its peer. */
function senderOf({ headers, socket }: IncomingMessage): string {
  return `${(headers["user-agent"] ?? "-").slice(0, USER_AGENT_MAX)} ${socket.remoteAddress ?? "-"}`;
}

function hasLeft(request: IncomingMessage): boolean {
  return request.destroyed && !request.complete;
}
