/**
 * Journal: what was received, on disk before it is acknowledged.
 *
 *   receiver → append → [journal] → release, once the store has the rows
 *                          └─ replay, after a restart
 *
 * Appends that come while the disk is busy go out together with one sync: a lone one waits for nothing, many share
 * the cost. Bounded: a full journal refuses, it never drops what it has. Knows nothing of what is in a body.
 * Files grow by what is written: preallocated zeros made syncs of 2 KB groups a little faster and those of 200 KB
 * groups, which is what a load brings, several times slower (docs/adr/0005).
 */
import type { Envelope } from "../collector/request.ts";
import { Failure } from "../errors.ts";
import { diskTrouble } from "./disk.ts";
import type { Range } from "./extent.ts";
import { type HeldFolder, openFolder } from "./folder.ts";
import { encodeRecord, type SegmentRecord } from "./segment.ts";
import { type Position, type Replayed, Segments, type SegmentsState } from "./segments.ts";

/** How to open a journal. */
export interface JournalOptions {
  /** what all segments may take together; bytes */
  readonly bytesMax: number;
  /** when the next segment is begun; bytes, default 64 MiB */
  readonly segmentBytesMax?: number;
  /** or after how long; ms, default 5 s */
  readonly segmentAgeMaxMs?: number;
  /**
   * Number of the first segment of a new journal: larger than any that an earlier journal of the same store had, for the
   * store knows the numbers. @default 1
   */
  readonly unusedSegment?: number;
  /**
   * Resolves once all that the store has taken so far would survive a power cut: an insert that went well may still be
   * in the page cache only. @default at once
   */
  readonly beforeRemoval?: () => Promise<void>;
}

/** An opened journal. */
export interface Journal {
  /**
   * Resolves once the delivery is on disk; several resolve in the order of their calls.
   *
   * @throws {Failure} `overloaded` when the journal is full, `journal_unavailable` when the disk refuses, `stopping`
   */
  readonly append: (envelope: Envelope, body: Uint8Array) => Promise<Position>;
  /** Everything that was there at opening, oldest first; read it once. Damage is skipped and counted. */
  readonly replay: () => AsyncGenerator<Replayed>;
  /** Records appended since the opening, read back; positions in ascending order. */
  readonly read: (positions: readonly Position[]) => AsyncGenerator<Replayed>;
  /**
   * The store has the rows of these records, in any order but each told once: whole segments are forgotten. To wait
   * for that is to wait for a disk; rejects when it could not be done now, and it is tried again with the next.
   */
  readonly release: (positions: readonly Position[]) => Promise<void>;
  readonly state: () => SegmentsState;
  /** At opening: the first segment that was there, one more than the last when none was, and the last there ever was. */
  readonly kept: Range;
  /** id of the data folder */
  readonly folderId: string;
  /** Why it takes nothing in at this moment, in words that may be shown; null when it does. Tries a disk that failed. */
  readonly trouble: () => Promise<string | null>;
  /** Lets waiting appends finish, refuses new ones, and gives the folder back. */
  readonly close: () => Promise<void>;
}

/** Opens the journal of a data folder, which this process then holds. */
export async function openJournal({
  dataDir,
  ...options
}: JournalOptions & { readonly dataDir: string }): Promise<Journal> {
  const folder = await openFolder(dataDir);
  try {
    const journal = await openJournalIn(folder, options);
    return { ...journal, close: () => journal.close().then(folder.close) };
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** Opens the journal of a folder that somebody in this process holds, for as long as it lives. */
export async function openJournalIn(folder: HeldFolder, options: JournalOptions): Promise<Journal> {
  const {
    bytesMax,
    segmentBytesMax = 64 * 2 ** 20,
    segmentAgeMaxMs = 5_000,
    unusedSegment = 1,
    beforeRemoval = async () => undefined,
  } = options;
  const segments = await Segments.open({
    folder: folder.journal,
    bytesMax: segmentBytesMax,
    ageMaxMs: segmentAgeMaxMs,
    unused: unusedSegment,
    beforeRemoval,
  }).catch((error: unknown) => {
    throw new Failure("config", `the journal in ${folder.path} cannot be read`, error);
  });
  const writer = new GroupWriter(segments, bytesMax);
  return {
    append: (envelope, body) => writer.append(encodeRecord({ envelope, body })),
    replay: () => segments.replay(),
    read: (positions) => segments.read(positions),
    release: (positions) => segments.release(positions),
    state: () => segments.state(),
    kept: segments.kept,
    folderId: folder.id,
    trouble: () => writer.trouble(),
    close: async () => {
      await writer.close();
      await segments.close();
    },
  };
}

const FULL = "The journal is full.";

/** What one write and sync takes, so that nobody waits for a crowd. */
const GROUP_BYTES_MAX = 2 ** 20;

/** So full that the next delivery of ordinary size is refused. */
const FULL_RATIO = 0.99;

function unavailable(error: unknown): Failure {
  return new Failure("journal_unavailable", diskTrouble(error), error);
}

interface Waiting {
  readonly record: SegmentRecord;
  readonly resolve: (position: Position) => void;
  readonly reject: (failure: Failure) => void;
}

/** Writes whatever waits, one group after the other. */
class GroupWriter {
  readonly #segments: Segments;
  readonly #bytesMax: number;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  #failure: Failure | null = null;
  #isClosed = false;

  constructor(segments: Segments, bytesMax: number) {
    this.#segments = segments;
    this.#bytesMax = bytesMax;
  }

  async append(record: SegmentRecord): Promise<Position> {
    if (this.#isClosed) throw new Failure("stopping");
    const bytes = this.#segments.state().bytes + this.#waitingBytes + record.length;
    if (bytes > this.#bytesMax) throw new Failure("overloaded", FULL);
    this.#waitingBytes += record.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async trouble(): Promise<string | null> {
    if (this.#segments.state().bytes >= this.#bytesMax * FULL_RATIO) return FULL;
    if (this.#failure === null) return null;
    try {
      await this.#segments.probe();
      this.#failure = null;
      return null;
    } catch (error) {
      return unavailable(error).message;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (let group = this.#take(); group.length > 0; group = this.#take()) await this.#write(group);
    this.#writing = null;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const positions = await this.#segments.write(group.map(({ record }) => record));
      this.#failure = null;
      for (const [at, position] of positions.entries()) group[at]?.resolve(position);
    } catch (error) {
      this.#failure = unavailable(error);
      for (const { reject } of group) reject(this.#failure);
    } finally {
      for (const { record } of group) this.#waitingBytes -= record.length;
    }
  }

  /** The first that wait, at least one if there is any. */
  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#waiting) {
      bytes += record.length;
      if (count > 0 && bytes > GROUP_BYTES_MAX) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
