/**
 * Piece: bytes with holes, put together from the inside out.
 *
 *   protobuf, json → [piece] → template
 */

/** What goes into a hole. */
export type Hole =
  | { readonly kind: "trace"; readonly trace: number }
  | { readonly kind: "span"; readonly span: number }
  | { readonly kind: "time"; readonly atNs: number }
  | { readonly kind: "order" }
  | { readonly kind: "correlation" }
  | { readonly kind: "digits"; readonly slot: number }
  /** not a hole, but not the same as in the copy before either */
  | { readonly kind: "fixed" };

/** A hole in its place. */
export interface Placed {
  readonly hole: Hole;
  /** from the begin of the piece; bytes */
  readonly at: number;
  readonly size: number;
}

/** Bytes, and what in them differs from copy to copy. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly holes: readonly Placed[];
}

/** Bytes that are always the same. */
export function constant(bytes: Uint8Array | readonly number[] | string): Piece {
  return { bytes: typeof bytes === "string" ? Buffer.from(bytes) : Uint8Array.from(bytes), holes: [] };
}

/** Nothing but a hole. */
export function hole(what: Hole, size: number): Piece {
  return { bytes: new Uint8Array(size).fill(48), holes: [{ hole: what, at: 0, size }] };
}

/** One after the other. */
export function joined(pieces: readonly Piece[]): Piece {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.bytes.length, 0));
  const holes: Placed[] = [];
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece.bytes, at);
    for (const placed of piece.holes) holes.push({ ...placed, at: placed.at + at });
    at += piece.bytes.length;
  }
  return { bytes, holes };
}
