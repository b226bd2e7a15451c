/**
 * Receiver: the HTTP server of the edge.
 *
 *   socket → [receiver] → visit → intake → reply
 *
 * Owns the connections: how long they may take, what they hear when they do not speak HTTP, how they end. What a
 * request is answered is decided in visit.ts.
 */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import { bearerAuth } from "./auth.ts";
import { BodyBudget } from "./body.ts";
import { type Counters, count } from "./counters.ts";
import type { Intake } from "./intake.ts";
import { lookTogether } from "./look.ts";
import type { Accept, DecodeLimits } from "./request.ts";
import { NO_TRACING, type Tracing } from "./tracing.ts";
import { type ClientError, closeUnreadable, type Unreadable, unreadableFailure } from "./unreadable.ts";
import { type Edge, type EdgeLog, serve } from "./visit.ts";

/** How long a connection may take; milliseconds. */
export interface Timeouts {
  readonly keepAliveMs: number;
  readonly requestMs: number;
  readonly checkMs: number;
}

/**
 * Idle connections live longer than the 60 s after which senders and proxies let go of them, so that nobody sends into
 * a closing one. A request must be here, headers and body, within 55 s, found out at most 5 s later; Node's own default
 * of 300 s would let a slow sender hold memory for minutes. Node counts the headers' time from their first byte and
 * refuses one longer than the request's, so both are the same.
 */
const TIMEOUTS: Timeouts = { keepAliveMs: 65_000, requestMs: 55_000, checkMs: 5_000 };

/** What a receiver needs. */
export interface ReceiverOptions {
  readonly accept: Accept;
  /** the bearer token that every door but `/livez` and a bare `/readyz` asks for; `null` asks for none */
  readonly token: string | null;
  readonly limits: DecodeLimits & {
    /** the most all bodies together may hold in memory, as sent; bytes. @default 2 × bodyBytesMax */
    readonly heldBytesMax?: number;
  };
  /** epoch milliseconds */
  readonly now: () => number;
  readonly log: EdgeLog;
  readonly counters: Counters;
  /** origins whose pages may send, such as `https://shop.example`; `*` for all. @default none */
  readonly corsOrigins?: readonly string[];
  /** whose data this is. @default "default" */
  readonly tenant?: string;
  readonly timeouts?: Timeouts;
  /** spans about requests. @default none */
  readonly tracing?: Tracing;
  /**
   * Why nothing is taken in at this moment, in words that may be shown; null when it is. Asked by every probe of
   * `/readyz`, one at a time. @default it always is
   */
  readonly trouble?: () => Promise<string | null>;
  /** is shown each body that could not be read. @default nobody */
  readonly unreadable?: Intake["unreadable"];
}

/** A server, not yet listening, and the way to stop it. */
export interface Receiver {
  readonly server: Server;
  /**
   * Stops taking requests, answers those that are here, and closes every connection.
   *
   * @param graceMs  after this what is still open is cut; milliseconds
   */
  readonly drain: (graceMs: number) => Promise<void>;
}

/** A receiver for OTLP over HTTP and CloudEvents. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { keepAliveMs, requestMs, checkMs } = options.timeouts ?? TIMEOUTS;
  const edge = openEdge(options);
  const latest = new WeakMap<Socket, ServerResponse>();
  const lost = new WeakSet<Socket>();
  const server = createServer({
    keepAliveTimeout: keepAliveMs,
    requestTimeout: requestMs,
    headersTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
  });
  server.on("request", (request, response) => {
    latest.set(request.socket, response);
    void serve(edge, request, response);
  });
  server.on("clientError", (error: ClientError, socket) => {
    // more bytes after the first fault are more of the same
    if (!(socket instanceof Socket) || lost.has(socket)) return;
    lost.add(socket);
    turnAway(edge, { error, socket, last: latest.get(socket) });
  });
  const told = { droppedMs: 0 };
  server.on("drop", () => noteDropped(edge, told));
  return { server, drain: (graceMs) => drain(edge, server, graceMs) };
}

function openEdge({ accept, limits, ...options }: ReceiverOptions): Edge {
  const { heldBytesMax = 2 * limits.bodyBytesMax } = limits;
  const {
    now,
    log,
    counters,
    tenant = "default",
    corsOrigins = [],
    unreadable,
    tracing = NO_TRACING,
    trouble = async () => null,
  } = options;
  return {
    intake: { accept, limits, tenant, now, counters, unreadable },
    authorize: bearerAuth(options.token),
    budget: new BodyBudget(heldBytesMax),
    corsOrigins,
    counters,
    log,
    tracing,
    trouble: lookTogether(trouble),
    isDraining: false,
  };
}

/** How often the log hears of connections that were too many; ms. */
const DROPPED_TELL_MS = 60_000;

/** More connections than there may be. */
function noteDropped({ counters, log, intake }: Edge, told: { droppedMs: number }): void {
  count(counters.other.requests, "crowded");
  const nowMs = intake.now();
  if (nowMs - told.droppedMs < DROPPED_TELL_MS) return;
  told.droppedMs = nowMs;
  log.warn(
    { reason: "crowded" },
    "Too many connections for the files this process may open; closed at once.",
  );
}

/** A connection whose bytes are not a request: one answer, one line, closed. */
function turnAway(edge: Edge, unreadable: Unreadable): void {
  const failure = unreadableFailure(unreadable);
  const sender = unreadable.socket.remoteAddress ?? "-";
  closeUnreadable(unreadable, failure);
  if (failure === null) return;
  count(edge.counters.other.requests, failure.code);
  edge.log.warn({ reason: failure.code, status: failure.status, sender }, failure.message);
}

async function drain(edge: Edge, server: Server, graceMs: number): Promise<void> {
  edge.isDraining = true;
  const closed = once(server, "close");
  server.close();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
