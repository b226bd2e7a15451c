/**
 * Pages: many small pieces as a few large ones, for whoever pays by the piece.
 *
 *   native blocks → [pages] → file, request body
 *
 * A block is some two hundred pieces, most of them columns as they are in memory. Joined block by block they would be
 * copied to memory that is garbage a moment later, and V8 collects the whole heap for every 64 MB of that.
 */

/** Bytes of a page. */
export const PAGE_BYTES = 2 ** 18;

/**
 * The pieces, one after the other, in pages. A piece larger than a page comes as it is.
 *
 * @param newPage  where the next page goes; the same memory again when each page is done with before the next is asked for
 */
export function* pagesOf(pieces: Iterable<Uint8Array>, newPage: () => Uint8Array): Generator<Uint8Array> {
  let page = newPage();
  let used = 0;
  for (const piece of pieces) {
    if (used + piece.length > page.length && used > 0) {
      yield page.subarray(0, used);
      page = newPage();
      used = 0;
    }
    if (piece.length > page.length) yield piece;
    else {
      page.set(piece, used);
      used += piece.length;
    }
  }
  if (used > 0) yield page.subarray(0, used);
}
