/**
 * Connection: one HTTP/1.1 connection that stays open, spoken without ceremony.
 *
 *   body → POST → [connection] → status
 *
 * The load generator shares the machine with what it measures, so it parses no more of an answer than it needs: the
 * status, the length and Retry-After. One request at a time.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What came back. */
export interface Answered {
  readonly status: number;
  /** how long to wait before the next try; ms */
  readonly retryAfterMs: number;
}

/** A request without its body. */
export interface Posting {
  readonly path: string;
  readonly contentType: string;
}

/** An open connection to 127.0.0.1. */
export class Connection {
  readonly #socket: Socket;
  readonly #port: number;
  #waiting: { readonly resolve: (answer: Answered) => void; readonly reject: (error: Error) => void } | null =
    null;
  #received = "";

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  /** Connects. Rejects when nobody listens. */
  static async open(port: number): Promise<Connection> {
    const socket = connect({ host: "127.0.0.1", port });
    await once(socket, "connect");
    return new Connection(socket, port);
  }

  /** Sends one request and resolves to its answer; rejects when the connection breaks. */
  post({ path, contentType }: Posting, body: Uint8Array): Promise<Answered> {
    const head =
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${this.#port}\r\nuser-agent: waybill-bench\r\n` +
      `content-type: ${contentType}\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error("the connection was closed"));
      this.#waiting = { resolve, reject };
      this.#received = "";
      this.#socket.cork();
      this.#socket.write(head, "latin1");
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  /** Cuts it. */
  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd);
    const size = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (this.#received.length < headEnd + 4 + size) return;
    const retryAfterMs = Number(/^retry-after: *(\d+)/im.exec(head)?.[1] ?? 0) * 1000;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), retryAfterMs });
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
