/**
 * Reread: deliveries as the journal has them, decoded once more.
 *
 *   journal → [reread] → backlog
 *
 * Gives the same hops as on arrival. A body that this version cannot read becomes one dead letter.
 */
import { batchOf } from "../collector/decoder/batch.ts";
import { newColumns } from "../collector/decoder/columns.ts";
import { type DecodeLimits, decodeRequest, type Received } from "../collector/request.ts";
import { Failure } from "../errors.ts";
import type { Journal } from "./journal.ts";
import { BODY_REASON } from "./letter_block.ts";
import { own } from "./own.ts";
import type { Position, Replayed } from "./segments.ts";

/** A delivery that was read back. */
export interface Reread {
  readonly position: Position;
  /** of its body, as received; bytes */
  readonly bodyBytes: number;
  readonly received: Received;
  /** false for a body that this version cannot read */
  readonly isReadable: boolean;
  /** it is what was taken in then; false when it may not be */
  readonly isAsItWas: boolean;
}

/** A journal whose records come back decoded. */
export interface Rereading {
  /** as `Journal` has it */
  readonly replay: () => AsyncGenerator<Reread>;
  /** as `Journal` has it */
  readonly read: (positions: readonly Position[]) => AsyncGenerator<Reread>;
}

/** Decodes whatever is read back. @param limits  what was acked was within the limits of its day */
export function rereading(journal: Pick<Journal, "read" | "replay">, limits: DecodeLimits): Rereading {
  return {
    replay: () => reread(journal.replay(), limits),
    read: (positions) => reread(journal.read(positions), limits),
  };
}

/** Entries that are decoded side by side: each alone would wait for turns of its own of a loop that is busy; count, bytes. */
const TOGETHER = 32;
const TOGETHER_BYTES = 2 ** 20;

async function* reread(entries: AsyncIterable<Replayed>, limits: DecodeLimits): AsyncGenerator<Reread> {
  for await (const some of together(entries))
    yield* await Promise.all(some.map((entry) => decoded(entry, limits)));
}

async function* together(entries: AsyncIterable<Replayed>): AsyncGenerator<Replayed[]> {
  let some: Replayed[] = [];
  let bytes = 0;
  for await (const entry of entries) {
    some.push(entry);
    bytes += entry.body.length;
    if (some.length < TOGETHER && bytes < TOGETHER_BYTES) continue;
    yield some;
    some = [];
    bytes = 0;
  }
  if (some.length > 0) yield some;
}

/** Why a record may be refused that was taken in before. */
const AS_IT_WAS_NOT: ReadonlySet<string> = new Set([BODY_REASON, "time_range"]);

async function decoded({ envelope, body, position }: Replayed, limits: DecodeLimits): Promise<Reread> {
  let isReadable = true;
  // Of a whole segment.
  const bytes = own(body);
  const { batch, rejected } = await decodeRequest(envelope, bytes, limits).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    isReadable = false;
    const item = { reason: BODY_REASON, text: error.message, where: "", bytes };
    return { batch: batchOf(newColumns(envelope.receivedMs, 0)), rejected: [item] };
  });
  // Limits of time may have been wider then, and the store has what is refused now.
  const isAsItWas = !rejected.some(({ reason }) => AS_IT_WAS_NOT.has(reason));
  const received = { envelope, decoded: { batch, rejected } };
  return { position, bodyBytes: body.length, received, isReadable, isAsItWas };
}
