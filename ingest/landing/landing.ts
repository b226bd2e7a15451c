/**
 * Landing: where deliveries come in and become durable, beside everything else.
 *
 *   senders → receiver → decode → journal → ack
 *                                    └→ [landing] → port → landed.ts
 *
 * Mostly in a thread of its own: whatever the rest is busy with, senders wait for a decoder and the disk and for nothing
 * else. A delivery is on its way to the rest before its sender hears of it, so that whoever asks after the ack finds it.
 * Owns the journal: the rest reads and releases it by asking here.
 */
import type { MessagePort } from "node:worker_threads";
import { createCounters } from "../../collector/counters.ts";
import { listen } from "../../collector/listen.ts";
import { heldBytes } from "../../collector/memory.ts";
import type { Opened } from "../../collector/open_traces.ts";
import { createReceiver, type Receiver } from "../../collector/receiver.ts";
import type { Delivery } from "../../collector/request.ts";
import type { Tracing } from "../../collector/tracing.ts";
import { Failure } from "../../errors.ts";
import { type Journal, openJournalIn } from "../journal.ts";
import { sampling } from "../letters.ts";
import { rereading } from "../reread.ts";
import { Peer } from "./peer.ts";
import { landingOf, Readings } from "./readings.ts";
import { Room } from "./room.ts";
import { type Tell, telling, tellingLog } from "./telling.ts";
import type { LandingMethods, LandingStart, StoreMethods } from "./words.ts";

/** What a landing is given of the world. */
export interface LandingWorld {
  /** epoch milliseconds */
  readonly now: () => number;
  /** spans about requests; `warn` goes to the log */
  readonly openTracing: (warn: (text: string) => void) => Promise<Opened>;
}

/** More than any limit on a body can be set to; bytes. */
const BODY_BYTES_EVER = 2 ** 30;

/** What it has once it was opened. */
interface Open {
  readonly journal: Journal;
  readonly receiver: Receiver;
  readonly traces: Opened;
}

/** Answers at the other end of the port, until it is asked to close. */
export function startLanding(port: MessagePort, start: LandingStart, world: LandingWorld): void {
  let open: Open | null = null;
  const opened = () => {
    if (open === null) throw new Failure("stopping");
    return open;
  };
  const counters = createCounters();
  const readings = new Readings();
  const methods: LandingMethods = {
    open: async () => {
      const journal = await openJournalIn(start.folder, {
        bytesMax: start.journalBytesMax,
        unusedSegment: start.unusedSegment,
        beforeRemoval: () => peer.call("beforeRemoval"),
      });
      const traces = await world.openTracing((text) => tellingLog(tell).warn({}, text));
      const accept = landingOn({ journal, room: new Room(start.room), tell });
      const receiver = createReceiver({
        ...receiving(start, { journal, tracing: traces.tracing, tell }),
        accept,
        now: world.now,
        counters,
      });
      open = { journal, receiver, traces };
      return { kept: journal.kept, state: journal.state() };
    },
    listen: (address) => listen(opened().receiver.server, address),
    append: (envelope, body) => opened().journal.append(envelope, body),
    release: async (positions) => {
      await opened().journal.release(positions);
      return opened().journal.state();
    },
    read: (positions) => {
      // What was acked was within the limits of its day, which may have been wider.
      const limits = { bodyBytesMax: BODY_BYTES_EVER, times: start.times };
      const journal = rereading(opened().journal, limits);
      return readings.begin(positions === null ? journal.replay() : journal.read(positions));
    },
    more: async (reading) => ({ entries: await readings.more(reading), state: opened().journal.state() }),
    leave: (reading) => readings.end(reading),
    trouble: () => opened().journal.trouble(),
    counters: () => counters,
    drain: (graceMs) => opened().receiver.drain(graceMs),
    close: async () => {
      await open?.journal.close();
      await open?.traces.close();
    },
  };
  const peer = new Peer<StoreMethods>(port, { methods, hear: () => undefined });
  const tell: Tell = (note) => peer.tell(note);
}

interface Behind {
  readonly journal: Journal;
  readonly tracing: Tracing;
  readonly tell: Tell;
}

/** What the receiver of a landing is told. */
function receiving(start: LandingStart, { journal, tracing, tell }: Behind) {
  const { bodyBytesMax, times, token, corsOrigins, tenant } = start;
  return {
    token,
    corsOrigins,
    tenant,
    trouble: journal.trouble,
    limits: { bodyBytesMax, heldBytesMax: heldBytes(bodyBytesMax), times },
    log: tellingLog(tell),
    tracing: telling(tracing, tell),
    unreadable: sampling((letter) => tell({ kind: "unreadable", letter })),
  };
}

interface Ground {
  readonly journal: Journal;
  readonly room: Room;
  readonly tell: Tell;
}

/** Makes a delivery durable, and tells of it. */
function landingOn({ journal, room, tell }: Ground): (delivery: Delivery) => Promise<void> {
  return async ({ envelope, body, decoded }) => {
    const position = await journal.append(envelope, body);
    const landing = (await room.take(decoded.batch.bytes)) ? landingOf({ envelope, decoded }) : null;
    tell({ kind: "landed", position, landing, state: journal.state() });
  };
}
