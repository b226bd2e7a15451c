/**
 * Append: pieces at the end of a file, one after the other, without a copy of them.
 *
 *   records → [append] → segment
 */
import type { FileHandle } from "node:fs/promises";

/**
 * Writes all of the pieces, or as much as the disk takes.
 *
 * @throws the disk's error; some may be written then
 */
export async function appendAll(
  file: Pick<FileHandle, "writev">,
  pieces: readonly Uint8Array[],
): Promise<void> {
  // A disk that takes a part of them says why when it is given the rest.
  for (let rest = pieces; rest.length > 0; ) {
    const { bytesWritten } = await file.writev(rest);
    rest = behind(rest, bytesWritten);
  }
}

/** What comes after so many bytes. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = bytes;
  return pieces.flatMap((piece) => {
    const begin = Math.min(skipped, piece.length);
    skipped -= begin;
    return begin < piece.length ? [piece.subarray(begin)] : [];
  });
}
