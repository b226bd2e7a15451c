/**
 * Fixed: the columns of a batch whose rows all have the same size.
 *
 *   decoder → [Fixed] → columns.ts
 *
 * Ids are their bytes, four to a word; zeros stand for none. Times are nanoseconds since 1970 UTC, two words each, the
 * lower half first. In memory both look as ClickHouse wants them, because every machine that runs this is little-endian.
 */
import { newBytesArray, newWordsArray } from "./columns_memory.ts";

/** Row `r` of a column of width `w` is at `[r × w, (r + 1) × w)`. */
export interface Fixed {
  /** 1 span, 2 log, 3 CloudEvent */
  readonly kind: Uint8Array;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer */
  readonly spanKind: Uint8Array;
  /** 0 unset, 1 ok, 2 error */
  readonly status: Uint8Array;
  readonly severity: Uint8Array;
  readonly at: Uint32Array;
  readonly end: Uint32Array;
  readonly traceId: Uint32Array;
  readonly spanId: Uint32Array;
  readonly parentId: Uint32Array;
  /** identity of a log or CloudEvent, zeros for a span */
  readonly factId: Uint32Array;
  /** entry of the dictionary of names */
  readonly name: Uint32Array;
  /** index of the resource and of the scope */
  readonly resource: Uint32Array;
  readonly scope: Uint32Array;
  readonly droppedLinks: Uint32Array;
  readonly droppedEvents: Uint32Array;
  readonly droppedAttributes: Uint32Array;
  readonly digest: Uint32Array;
}

/** Room for so many rows, the first of them taken from `old`; the others are zeros. */
export function newFixed(rows: number, old?: Fixed): Fixed {
  const bytes = (width: number, from?: Uint8Array) => filled(newBytesArray(rows * width), from);
  const words = (width: number, from?: Uint32Array) => filled(newWordsArray(rows * width), from);
  return {
    kind: bytes(1, old?.kind),
    spanKind: bytes(1, old?.spanKind),
    status: bytes(1, old?.status),
    severity: bytes(1, old?.severity),
    at: words(2, old?.at),
    end: words(2, old?.end),
    traceId: words(4, old?.traceId),
    spanId: words(2, old?.spanId),
    parentId: words(2, old?.parentId),
    factId: words(4, old?.factId),
    name: words(1, old?.name),
    resource: words(1, old?.resource),
    scope: words(1, old?.scope),
    droppedLinks: words(1, old?.droppedLinks),
    droppedEvents: words(1, old?.droppedEvents),
    droppedAttributes: words(1, old?.droppedAttributes),
    digest: words(1, old?.digest),
  };
}

/** Makes one row zeros again. */
export function clearFixed(fixed: Fixed, row: number): void {
  const rows = fixed.kind.length;
  const columns: (Uint8Array | Uint32Array)[] = Object.values(fixed);
  for (const column of columns) {
    const width = column.length / rows;
    column.fill(0, row * width, (row + 1) * width);
  }
}

function filled<T extends Uint8Array | Uint32Array>(column: T, from?: T): T {
  if (from !== undefined) column.set(from);
  return column;
}
