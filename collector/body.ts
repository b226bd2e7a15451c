/**
 * Body: reads a request body, counting every byte.
 *
 *   socket → [body] → decode
 *
 * Senders stream in chunks without a length, so the limit is on what arrives, not on what a header says. What a body
 * becomes after decompression is limited where it is decompressed: request.ts.
 */
import type { IncomingMessage } from "node:http";
import { Failure } from "../errors.ts";

/** The bytes that all requests together may hold in memory at once. */
export class BodyBudget {
  private freeBytes: number;

  /** @param bytesMax  the most to hold over all requests; bytes */
  constructor(bytesMax: number) {
    this.freeBytes = bytesMax;
  }

  /** @throws {Failure} `overloaded` when that many are not free now */
  take(bytes: number): void {
    if (bytes > this.freeBytes) throw new Failure("overloaded");
    this.freeBytes -= bytes;
  }

  /** Gives back what `take` took. */
  give(bytes: number): void {
    this.freeBytes += bytes;
  }
}

/** One request's share of a budget. */
export class HeldBytes {
  /** what was taken over the life of the request; bytes */
  taken = 0;
  private readonly budget: BodyBudget;

  constructor(budget: BodyBudget) {
    this.budget = budget;
  }

  /** @throws {Failure} `overloaded` */
  take(bytes: number): void {
    this.budget.take(bytes);
    this.taken += bytes;
  }

  /** Gives everything back; to be called once, when the request has been answered. */
  release(): void {
    this.budget.give(this.taken);
  }
}

/**
 * The whole body of a request.
 *
 * A body that is refused half-way is read to its end and thrown away: closing the connection at once would reset it,
 * and the sender would never see why. The server's request timeout puts an end to that.
 *
 * @param bytesMax   the most one body may have, as sent; bytes
 * @throws {Failure} `too_large`, `overloaded`
 * @throws {Error}   of the stream, when the sender left before the end
 */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
  held: HeldBytes,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    if (declaredBytes(request) > bytesMax) throw tooLarge(bytesMax);
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (held.taken + chunk.length > bytesMax) throw tooLarge(bytesMax);
      held.take(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    request.resume();
    throw error;
  }
  return Buffer.concat(chunks, held.taken);
}

/** What `Content-Length` promises; 0 when it says nothing. */
export function declaredBytes(request: IncomingMessage): number {
  return Number(request.headers["content-length"] ?? 0);
}

function tooLarge(bytesMax: number): Failure {
  return new Failure("too_large", `At most ${bytesMax} bytes are taken; send smaller batches.`);
}
