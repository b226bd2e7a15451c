/**
 * Words: what the landing and the rest of Waybill say to each other.
 *
 *   landing.ts ⇄ [words] ⇄ landed.ts
 *
 * Types only. All of it is plain data, so that it may go from one thread to another; columns lie in shared memory and
 * are not copied on the way.
 */
import type { Counters } from "../../collector/counters.ts";
import type { RejectedItem } from "../../collector/decode.ts";
import type { HopColumns, TimeBounds } from "../../collector/decoder/columns.ts";
import type { Address } from "../../collector/listen.ts";
import type { Envelope } from "../../collector/request.ts";
import type { Range } from "../extent.ts";
import type { HeldFolder } from "../folder.ts";
import type { DeadLetter } from "../letter_block.ts";
import type { Reread } from "../reread.ts";
import type { Position, SegmentsState } from "../segments.ts";

/** What a landing is started with. */
export interface LandingStart {
  /** held by whoever starts it, for as long as it lives */
  readonly folder: HeldFolder;
  readonly tenant: string;
  /** the bearer token that every door asks for; `null` asks for none */
  readonly token: string | null;
  readonly corsOrigins: readonly string[];
  readonly bodyBytesMax: number;
  readonly times: TimeBounds;
  readonly journalBytesMax: number;
  /** as `JournalOptions` has it */
  readonly unusedSegment: number;
  /** as `Room` has it */
  readonly room: SharedArrayBuffer;
}

/** What a landing can be asked. */
export interface LandingMethods extends Record<string, (...values: never[]) => unknown> {
  /** opens the journal */
  readonly open: () => Promise<{ readonly kept: Range; readonly state: SegmentsState }>;
  /** lets senders in. Answers the port */
  readonly listen: (address: Address) => Promise<number>;
  readonly append: (envelope: Envelope, body: Uint8Array) => Promise<Position>;
  readonly release: (positions: readonly Position[]) => Promise<SegmentsState>;
  /** begins to read these records, or with null all that were there at opening. Answers the number of the reading */
  readonly read: (positions: readonly Position[] | null) => number;
  /** the next few of a reading; none when that was all */
  readonly more: (reading: number) => Promise<Read>;
  /** ends a reading before its end */
  readonly leave: (reading: number) => Promise<void>;
  readonly trouble: () => Promise<string | null>;
  readonly counters: () => Counters;
  /** as `Receiver` has it */
  readonly drain: (graceMs: number) => Promise<void>;
  /** gives up the journal; nothing is asked after that */
  readonly close: () => Promise<void>;
}

/** Some records of a reading, and how the journal stands after them. */
export interface Read {
  readonly entries: readonly LandedAgain[];
  readonly state: SegmentsState;
}

/** A `Reread` on its way. */
export type LandedAgain = Omit<Reread, "received"> & { readonly landing: Landing };

/** What a landing asks. */
export interface StoreMethods extends Record<string, (...values: never[]) => unknown> {
  /** as `JournalOptions` has it */
  readonly beforeRemoval: () => Promise<void>;
}

/** A delivery that is durable. */
export interface Landing {
  readonly envelope: Envelope;
  readonly columns: HopColumns;
  readonly rejected: readonly RejectedItem[];
  /** columns take more than their share of memory */
  readonly areTooMany: boolean;
}

/** What a landing tells. */
export type Note =
  | {
      readonly kind: "landed";
      readonly position: Position;
      /** null when more is on its way than may be: the journal has it */
      readonly landing: Landing | null;
      readonly state: SegmentsState;
    }
  | {
      readonly kind: "log";
      readonly level: "info" | "warn" | "error";
      readonly fields: object;
      readonly text: string;
    }
  /** a body that could not be read */
  | { readonly kind: "unreadable"; readonly letter: DeadLetter }
  /** the mark of own spans that came in */
  | { readonly kind: "cameBack"; readonly mark: string };
