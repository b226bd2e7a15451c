/**
 * Unreadable: what to say to bytes that are not HTTP, or that never end.
 *
 *   socket → parser error → [unreadable] → raw response, connection closed
 *
 * A gRPC client opens with the HTTP/2 preface and is told which protocol to use. Never speaks before its turn: the sender
 * would take our words for the answer to an earlier request.
 */
import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { Failure } from "../errors.ts";
import { USE_HTTP } from "./door.ts";
import { failureReply } from "./reply.ts";

/** The error Node gives with `clientError`. */
export interface ClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Uint8Array;
}

/** A connection in trouble. */
export interface Unreadable {
  readonly error: ClientError;
  readonly socket: Socket;
  /** the latest request of the connection that was understood */
  readonly last: ServerResponse | undefined;
}

/** Why the bytes could not be read; `null` when the sender has left, or never said a word. */
export function unreadableFailure({ error, socket }: Unreadable): Failure | null {
  if (socket.bytesRead === 0) return null;
  switch (error.code) {
    case "ECONNRESET":
    case "EPIPE":
    case "HPE_INVALID_EOF_STATE":
      return null;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Failure("overloaded", "The request took too long to arrive.");
    case "HPE_PAUSED_H2_UPGRADE":
      return new Failure("media_type", USE_HTTP);
    case "HPE_HEADER_OVERFLOW":
      return new Failure("bad_request", "The headers are too large.");
    default:
      return new Failure("bad_request", "It is not HTTP/1.1 as we can read it.");
  }
}

/**
 * Tells the sender what is wrong, if there is anything to tell, and closes the connection.
 *
 * Answers go out in order, so ours waits for that of a request which was read to its end. One that was answered before
 * its end has had its answer.
 */
export function closeUnreadable({ socket, last }: Unreadable, failure: Failure | null): void {
  const isWaiting = last?.req.complete && !last.writableFinished && !last.destroyed;
  const isHeard = last !== undefined && !last.req.complete && (last.headersSent || last.socket !== socket);
  if (failure === null || isHeard || !socket.writable) socket.destroy();
  else if (isWaiting)
    last.once("finish", () => end(socket, failure)).once("close", () => socket.destroySoon());
  else end(socket, failure);
}

function end(socket: Socket, failure: Failure): void {
  socket.end(rawResponse(failure), () => socket.destroy());
}

function rawResponse(failure: Failure): Uint8Array {
  const { status, headers, body } = failureReply(null, "", failure);
  const lines = Object.entries({ ...headers, "content-length": body.length, connection: "close" });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}
