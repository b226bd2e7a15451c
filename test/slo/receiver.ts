/**
 * Receiver: whoever is told of alerts, on loopback, for the tests of this folder. Answers as it is told to.
 */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";

/** What came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A listening receiver. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** statuses of the next answers; 200 when there are none left */
  readonly answers: number[];
  readonly close: () => Promise<void>;
}

/** Opens a receiver on a free port. */
export async function openReceiver(headers: Record<string, string> = {}): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      received.push({ path: request.url ?? "", headers: request.headers, body });
      response.writeHead(answers.shift() ?? 200, headers).end("no business of anybody");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new RangeError("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    answers,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
