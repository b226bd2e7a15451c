/**
 * Segments: the files of the journal, from the oldest that is still needed to the one being written.
 *
 *   journal → write, read, release → [segments] → disk
 *
 * A segment whose write or sync failed is never written again: the kernel may have dropped the page, and would call
 * the next sync a success. What was synced before stays, what was not is refused to its sender. A segment goes once it
 * is read and every record of it was released, oldest first, so that a gap in the numbers is a loss and not our doing.
 */
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { appendAll } from "./append.ts";
import { Blanks } from "./blank.ts";
import { Extent, type Range } from "./extent.ts";
import { type Entry, piecesOf, readSegment, readSegmentName, type SegmentRecord } from "./segment.ts";

/** Where a record stands: its segment's number and the offset behind it. Later records have later positions. */
export interface Position {
  readonly segment: number;
  readonly end: number;
}

/** A delivery read back from the journal. */
export interface Replayed extends Entry {
  readonly position: Position;
}

/** How the files stand. */
export interface SegmentsState {
  readonly segments: number;
  readonly bytes: number;
  /** found while reading: places that hold no record, a torn end included; count and size */
  readonly damagedSpots: number;
  readonly damagedBytes: number;
  /** segments that should have been there at opening and were not; count */
  readonly missingSegments: number;
  /** segments that something was promised in and that have no byte; count */
  readonly emptySegments: number;
  /** segments that the disk would not give; left where they are, or set aside under `.unreadable`; count */
  readonly unreadableSegments: number;
}

interface Segment {
  readonly number: number;
  readonly salt: Buffer;
  readonly path: string;
  bytes: number;
  /** behind its last record */
  end: number;
  /** records that were read or written and not released; count */
  open: number;
  /** null for an old segment that was not read yet */
  isReadable: boolean | null;
  /** on the process's own clock; ms */
  readonly begunMs: number;
}

const UNREAD = { bytes: 0, end: 0, open: 0, isReadable: null, begunMs: 0 };

/** How to open the files of a folder. */
export interface SegmentsOptions {
  readonly folder: string;
  /** a new segment is begun when one is full beyond this; bytes */
  readonly bytesMax: number;
  /** or was begun so long ago: a restart reads whole segments, settled or not; ms */
  readonly ageMaxMs: number;
  /** number of the first segment of a new folder */
  readonly unused: number;
  /** resolves once what was stored so far would survive a power cut; when it rejects, nothing is removed for now */
  readonly beforeRemoval: () => Promise<void>;
}

/** The files of one folder. Calls to `write` must not overlap. */
export class Segments {
  readonly #options: SegmentsOptions;
  readonly #extent: Extent;
  readonly #blanks: Blanks;
  readonly #missing: number;
  /** at opening: the first that is still there, one more than the last when none is, and the last there was */
  readonly kept: Range;
  /** there before, oldest first; the files to replay */
  readonly #old: readonly Segment[];
  #all: Segment[];
  #active: { readonly segment: Segment; readonly file: FileHandle } | null = null;
  #damagedSpots = 0;
  #damagedBytes = 0;
  #unreadable = 0;
  #empty = 0;
  #isClosed = false;
  #removing: Promise<void> = Promise.resolve();

  private constructor(options: SegmentsOptions, { extent, old }: { extent: Extent; old: Segment[] }) {
    this.#options = options;
    this.#extent = extent;
    this.#blanks = new Blanks(options.folder);
    this.#old = old;
    this.#all = [...old];
    const { first, last } = extent.range;
    this.kept = { first: old[0]?.number ?? last + 1, last };
    this.#missing = last - first + 1 - old.filter(({ number }) => number >= first && number <= last).length;
  }

  /** Finds the segments of a folder. */
  static async open(options: SegmentsOptions): Promise<Segments> {
    const { folder } = options;
    const old: Segment[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const named = readSegmentName(name);
      if (named === null) continue;
      const path = join(folder, name);
      const { size } = await stat(path);
      old.push({ ...UNREAD, ...named, path, bytes: size });
    }
    const numbers = old.map(({ number }) => number);
    return new Segments(options, { extent: await Extent.open(folder, numbers, options.unused), old });
  }

  state(): SegmentsState {
    return {
      segments: this.#all.length,
      bytes: this.#all.reduce((sum, segment) => sum + segment.bytes, 0),
      damagedSpots: this.#damagedSpots,
      damagedBytes: this.#damagedBytes,
      missingSegments: this.#missing,
      emptySegments: this.#empty,
      unreadableSegments: this.#unreadable,
    };
  }

  /** Puts records on disk, all of them or none that counts, and says where each one is. */
  async write(records: readonly SegmentRecord[]): Promise<Position[]> {
    this.#active ??= await this.#begin();
    const { segment, file } = this.#active;
    try {
      await appendAll(file, piecesOf(records, segment.salt));
      await file.datasync();
    } catch (error) {
      await this.#abandon();
      throw error;
    }
    if (segment.end === 0) this.#begun(segment);
    const positions = records.map((record) => {
      segment.end += record.length;
      return { segment: segment.number, end: segment.end };
    });
    segment.open += records.length;
    segment.bytes = segment.end;
    const isOld = performance.now() - segment.begunMs >= this.#options.ageMaxMs;
    if (segment.bytes >= this.#options.bytesMax || isOld) await this.#finish();
    return positions;
  }

  /** Every record that was there at opening, oldest first. Segments that cannot be read are counted. */
  async *replay(): AsyncGenerator<Replayed> {
    for (const segment of this.#old) {
      const bytes = await readFile(segment.path).catch(() => null);
      if (bytes !== null) yield* this.#records(segment, bytes);
      else {
        this.#noteDamage(segment.bytes);
        this.#unreadable += 1;
      }
      segment.isReadable = bytes !== null;
    }
    await this.#removeDone();
  }

  /** Records written since the opening, in order; positions are ascending. One that is gone is left out. */
  async *read(positions: readonly Position[]): AsyncGenerator<Replayed> {
    for (const number of new Set(positions.map(({ segment }) => segment))) {
      const segment = this.#all.find((each) => each.number === number);
      const wanted = new Set(positions.filter((each) => each.segment === number).map(({ end }) => end));
      if (segment === undefined) continue;
      const bytes = (await readFile(segment.path)).subarray(0, segment.end);
      for (const finding of readSegment(bytes, segment.salt)) {
        if (finding.kind === "damage") this.#noteDamage(finding.bytes);
        else if (wanted.has(finding.end))
          yield { ...finding.entry, position: { segment: number, end: finding.end } };
      }
    }
  }

  /** The store has these records, each told once. Resolves when the segments of which it has all are gone. */
  async release(positions: readonly Position[]): Promise<void> {
    const segments = new Map(this.#all.map((segment) => [segment.number, segment]));
    for (const { segment } of positions) {
      const found = segments.get(segment);
      if (found !== undefined) found.open -= 1;
    }
    await this.#removeDone();
  }

  /** Writes and syncs a file of its own. @throws the disk's error, when the journal could not be written either */
  async probe(): Promise<void> {
    const path = join(this.#options.folder, "probe");
    const file = await open(path, "w");
    try {
      await file.appendFile(Buffer.alloc(4096));
      await file.datasync();
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  }

  /** Ends the segment being written; a folder of which everything was released is left empty. */
  async close(): Promise<void> {
    await this.#finish();
    await this.#removeDone().catch(() => undefined);
    this.#isClosed = true;
    await this.#blanks.close();
    await this.#extent.close();
  }

  *#records(segment: Segment, bytes: Buffer): Generator<Replayed> {
    // A segment enters the extent with its first record: one without a byte was emptied, unless it was just begun.
    if (bytes.length === 0 && segment.number <= this.kept.last) this.#empty += 1;
    for (const finding of readSegment(bytes, segment.salt)) {
      if (finding.kind === "damage") this.#noteDamage(finding.bytes);
      else {
        segment.open += 1;
        segment.end = finding.end;
        yield { ...finding.entry, position: { segment: segment.number, end: finding.end } };
      }
    }
  }

  #noteDamage(bytes: number): void {
    this.#damagedSpots += 1;
    this.#damagedBytes += bytes;
  }

  async #begin(): Promise<{ segment: Segment; file: FileHandle }> {
    const number = Math.max(this.#all.at(-1)?.number ?? 0, this.#extent.range.last) + 1;
    const { file, path, salt } = await this.#blanks.take(number);
    const segment = { ...UNREAD, number, salt, path, isReadable: true, begunMs: performance.now() };
    this.#all.push(segment);
    return { segment, file };
  }

  /**
   * The first record of a segment is on disk. Nobody waits for what else there is to do: until it is noted, the segment
   * is found by its name, and only that it was lost would not be noticed.
   */
  #begun({ number }: Segment): void {
    this.#extent.note({ last: number }).catch(() => undefined);
    this.#blanks.prepare(number + 1);
  }

  async #finish(): Promise<void> {
    const active = this.#active;
    this.#active = null;
    await active?.file.close();
  }

  /** Leaves a failed segment as it is, or removes it when nothing in it was ever promised. */
  async #abandon(): Promise<void> {
    const segment = this.#active?.segment;
    await this.#finish().catch(() => undefined);
    if (segment === undefined) return;
    if (segment.end === 0) return this.#forget(segment);
    const { size } = await stat(segment.path).catch(() => ({ size: segment.bytes }));
    segment.bytes = size;
  }

  /** One removal at a time; who comes meanwhile waits for one that has seen what it released. */
  async #removeDone(): Promise<void> {
    if (this.#done().length === 0) return this.#removing;
    this.#removing = this.#removing.catch(() => undefined).then(() => this.#removeNow());
    return this.#removing;
  }

  /** Finished, read and released, from the oldest on; none once closed: the folder may be another process's then. */
  #done(): Segment[] {
    if (this.#isClosed) return [];
    const isDone = (each: Segment) =>
      each.isReadable !== null && each.open <= 0 && each !== this.#active?.segment;
    const kept = this.#all.findIndex((segment) => !isDone(segment));
    return this.#all.slice(0, kept === -1 ? this.#all.length : kept);
  }

  async #removeNow(): Promise<void> {
    const done = this.#done();
    const newest = done.at(-1)?.number;
    if (newest === undefined) return;
    await this.#options.beforeRemoval();
    // Noted first: a crash in between must not look like a loss. A disk that refuses even that still gets its room.
    const last = Math.max(newest, this.#extent.range.last);
    await this.#extent.note({ first: newest + 1, last }).catch(() => undefined);
    for (const segment of done) await this.#forget(segment);
  }

  /** What could not be read may be the only copy: it makes way, but stays. */
  async #forget(segment: Segment): Promise<void> {
    this.#all = this.#all.filter((other) => other !== segment);
    const { path, isReadable } = segment;
    await (isReadable ? rm(path, { force: true }) : rename(path, `${path}.unreadable`)).catch(
      () => undefined,
    );
  }
}
