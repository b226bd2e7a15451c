/**
 * Unpack: a body as its sender had it before compression, never larger than the limit.
 *
 *   body → [unpack] → decode
 *
 * A bomb is given up at the limit, not after it. Off the event loop: zlib runs in the thread pool.
 */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Failure } from "../errors.ts";
import { codingOf } from "./door.ts";

const gunzipAsync = promisify(gunzip);

/**
 * The body without its `Content-Encoding`.
 *
 * @param contentEncoding  as sent; "" for none
 * @param bytesMax         the most the body may become; bytes
 * @throws {Failure}       `too_large`, `malformed` (not gzip after all), `media_type` (neither gzip nor identity)
 */
export async function unpack(
  contentEncoding: string,
  body: Uint8Array,
  bytesMax: number,
): Promise<Uint8Array> {
  const coding = codingOf(contentEncoding);
  if (coding === "") return body;
  if (coding !== "gzip") throw new Failure("media_type", "Compress with gzip, or not at all.");
  try {
    return await gunzipAsync(body, { maxOutputLength: bytesMax, chunkSize: chunkFor(body, bytesMax) });
  } catch (error) {
    const isBomb = error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    if (isBomb)
      throw new Failure("too_large", `Decompressed it is more than ${bytesMax} bytes; send smaller batches.`);
    throw new Failure("malformed", "It is not the gzip that its Content-Encoding promises.", error);
  }
}

const CHUNK_MIN = 4_096;
const CHUNK_MAX = 4 * 2 ** 20;

/**
 * Room for the whole at once, where the end of the body says how much that is: every further chunk is a round through the
 * event loop and a copy. A body that lies about it costs no more than the limit.
 */
function chunkFor(body: Uint8Array, bytesMax: number): number {
  const said =
    body.length < 4 ? 0 : new DataView(body.buffer, body.byteOffset).getUint32(body.length - 4, true);
  // One byte more: zlib asks for another chunk when one is full to the brim.
  return Math.max(CHUNK_MIN, Math.min(said + 1, CHUNK_MAX, bytesMax));
}
