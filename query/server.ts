/**
 * Server: the HTTP server of the API and the page, around a fetch handler.
 *
 *   socket → [server] → api
 *
 * Owns the connections: how long they may take, and how they end. What is answered is decided in api.ts.
 */
import { Server } from "node:http";
import type { Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";

/** Longer than anybody's pool keeps a connection: one that is closed just as it is used again loses a question; ms. */
const KEEP_ALIVE_MS = 65_000;

/** How long a question may take to come in, found out at most 5 s later; ms. */
const REQUEST_MS = 55_000;
const CHECK_MS = 5_000;

/**
 * How long nobody may take anything of an answer that is there, found out after twice that: Node gives a write that
 * moved since it last looked another turn; ms. A question itself may take longer.
 */
const STALLED_MS = 20_000;

/** A server, not yet listening, and the way to stop it. */
export interface ApiServer {
  readonly server: Server;
  /** Stops taking questions, and waits for the answers that are on their way, but not for longer than that; ms. */
  readonly drain: (graceMs: number) => Promise<void>;
}

/** A server that answers what the handler answers. */
export function createApiServer(fetch: (request: Request) => Response | Promise<Response>): ApiServer {
  const server = createAdaptorServer({
    fetch,
    serverOptions: { requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS },
  });
  if (!(server instanceof Server)) throw new RangeError("the API is served over HTTP/1.1");
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = REQUEST_MS;
  // Only what waits to be read: whoever waits for us is not late.
  server.setTimeout(STALLED_MS, (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
  return {
    server,
    drain: async (graceMs) => {
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await new Promise<void>((resolve) => server.close(() => resolve()).closeIdleConnections());
      clearTimeout(cut);
    },
  };
}
