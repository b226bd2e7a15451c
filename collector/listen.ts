/**
 * Listen: bind a port, or say in one line why not.
 *
 * Port 0 takes a free one. Knows nothing of what is served.
 */
import { once } from "node:events";
import type { Server } from "node:net";
import { Failure } from "../errors.ts";
import { connectionsMax } from "./files.ts";

/** Where to listen. */
export interface Address {
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  /** name of the setting that chooses the port, for the error message: `WAYBILL_OTLP_PORT` */
  readonly setting: string;
  /** of the files that this process may open, what connections may take; 0 to 1. Beyond it they are closed at once. */
  readonly share: number;
}

/**
 * Binds the server.
 *
 * @returns          the port that was bound
 * @throws {Failure} `in_use` when another process has the port; `config` when the address is not ours to bind
 */
export async function listen(server: Server, { host, port, setting, share }: Address): Promise<number> {
  server.maxConnections = connectionsMax(share);
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (error) {
    throw explain(error, { host, port, setting, share });
  }
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new RangeError("not listening on a TCP port");
  return bound.port;
}

function explain(error: unknown, { host, port, setting }: Address): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return new Failure("in_use", `port ${port} is taken by another process; set ${setting}`, error);
  if (code === "EACCES")
    return new Failure(
      "config",
      `port ${port} needs more rights than this process has; set ${setting}`,
      error,
    );
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new Failure("config", `${host} is not an address of this machine; set WAYBILL_HOST`, error);
  return error;
}
