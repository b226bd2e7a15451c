/**
 * Landed: what comes in from the landing, as the rest of Waybill sees it.
 *
 *   landing.ts → port → [landed] → backlog → pipeline
 *                            └→ journal, to read and to release
 *
 * What was acked is here as soon as anybody asks: `takeAll` takes in what is still on its way.
 */
import type { MessagePort } from "node:worker_threads";
import type { Counters } from "../../collector/counters.ts";
import { batchOf } from "../../collector/decoder/batch.ts";
import type { Address } from "../../collector/listen.ts";
import type { Received } from "../../collector/request.ts";
import { press } from "../../collector/uncounted.ts";
import type { EdgeLog } from "../../collector/visit.ts";
import type { Range } from "../extent.ts";
import type { Journal } from "../journal.ts";
import type { DeadLetter } from "../letter_block.ts";
import { own } from "../own.ts";
import type { Reread, Rereading } from "../reread.ts";
import type { Position, SegmentsState } from "../segments.ts";
import { Peer } from "./peer.ts";
import type { Room } from "./room.ts";
import type { Landing, LandingMethods, LandingStart, Note, StoreMethods } from "./words.ts";

/** A landing that was started. */
export interface LandingEnd {
  readonly port: MessagePort;
  /** Resolves once it is gone, after it was closed. */
  readonly gone: () => Promise<void>;
}

/** What happens with what a landing tells. */
export interface LandedOptions {
  readonly room: Room;
  readonly log: EdgeLog;
  /** as `JournalOptions` has it */
  readonly beforeRemoval: () => Promise<void>;
  /** a body that could not be read */
  readonly unreadable: (letter: DeadLetter) => void;
  /** the mark of own spans that came in */
  readonly cameBack: (mark: string) => void;
}

/** The journal over there; what is read comes back decoded. */
export type LandedJournal = Omit<Journal, "read" | "replay"> & Rereading;

/** Takes a delivery that is durable; null for one that only the journal has. */
export type Land = (received: Received | null, position: Position) => void;

/** The near end of a landing. */
export class Landed {
  readonly journal: LandedJournal;
  readonly #peer: Peer<LandingMethods, Note>;
  readonly #end: LandingEnd;
  readonly #room: Room;
  readonly #options: LandedOptions;
  #state = NOTHING;
  #kept: Range = { first: 0, last: 0 };
  #land: Land = () => undefined;

  private constructor(end: LandingEnd, start: LandingStart, options: LandedOptions) {
    this.#end = end;
    this.#options = options;
    this.#room = options.room;
    const methods: StoreMethods = { beforeRemoval: options.beforeRemoval };
    this.#peer = new Peer(end.port, { methods, hear: (note) => this.#hear(note) });
    this.journal = this.#journal(start.folder.id);
  }

  /**
   * Opens the journal over there.
   *
   * @throws {Failure} `config` when it cannot be read
   */
  static async open(end: LandingEnd, start: LandingStart, options: LandedOptions): Promise<Landed> {
    const landed = new Landed(end, start, options);
    try {
      const { kept, state } = await landed.#peer.call("open");
      landed.#state = state;
      landed.#kept = kept;
      return landed;
    } catch (error) {
      await landed.journal.close();
      throw error;
    }
  }

  /** Lets senders in; what they send goes to `land`. Answers the port. @throws {Failure} `in_use`, `config` */
  async listen(address: Address, land: Land): Promise<number> {
    this.#land = land;
    return this.#peer.call("listen", address);
  }

  /** Takes in all that was acked so far. */
  takeAll = (): void => this.#peer.takeAll();

  /** What came through each door. All that it counts has been taken in. */
  counters = (): Promise<Counters> => this.#peer.call("counters");

  /** Lets nobody in any more, and waits for those who are. */
  drain = (graceMs: number): Promise<void> => this.#peer.call("drain", graceMs);

  #journal(folderId: string): LandedJournal {
    const peer = this.#peer;
    const kept = () => this.#kept;
    return {
      append: (envelope, body) => peer.call("append", envelope, own(body)),
      replay: () => this.#read(null),
      read: (positions) => this.#read(positions),
      release: async (positions) => {
        this.#state = await peer.call("release", positions);
      },
      state: () => this.#state,
      get kept() {
        return kept();
      },
      folderId,
      trouble: () => peer.call("trouble"),
      close: async () => {
        await peer.call("close");
        peer.close();
        await this.#end.gone();
      },
    };
  }

  /** The next few are decoded over there while these are taken in here. */
  async *#read(positions: readonly Position[] | null): AsyncGenerator<Reread> {
    const reading = await this.#peer.call("read", positions);
    const ask = () => this.#peer.call("more", reading);
    try {
      for (let next = ask(); ; ) {
        const { entries, state } = await next;
        this.#state = state;
        if (entries.length === 0) return;
        next = ask();
        // Whoever stops in between does not hear of it.
        next.catch(() => undefined);
        for (const { landing, ...about } of entries) yield { ...about, received: receivedOf(landing) };
      }
    } finally {
      await this.#peer.call("leave", reading);
    }
  }

  #hear(note: Note): void {
    if (note.kind === "log") this.#options.log[note.level](note.fields, note.text);
    else if (note.kind === "unreadable") this.#options.unreadable(note.letter);
    else if (note.kind === "cameBack") this.#options.cameBack(note.mark);
    else {
      this.#state = note.state;
      const received = note.landing === null ? null : receivedOf(note.landing);
      if (received !== null) this.#room.give(received.decoded.batch.bytes);
      this.#land(received, note.position);
    }
  }
}

function receivedOf({ envelope, columns, rejected, areTooMany }: Landing): Received {
  const batch = batchOf(columns);
  if (areTooMany) press(batch.bytes);
  return { envelope, decoded: { batch, rejected } };
}

const NOTHING: SegmentsState = {
  segments: 0,
  bytes: 0,
  damagedSpots: 0,
  damagedBytes: 0,
  missingSegments: 0,
  emptySegments: 0,
  unreadableSegments: 0,
};
