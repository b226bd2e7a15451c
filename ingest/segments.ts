/**
 * Segments: the files of the journal, from the oldest that is still needed to the one being written.
 *
 *   journal → write, read, trim → [segments] → disk
 *
 * A segment whose write or sync failed is never written again: the kernel may have dropped the page, and would call
 * the next sync a success. What was synced before stays, what was not is refused to its sender. Decides nothing about
 * when to write or trim: journal.ts does.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "./folder.ts";
import { type Entry, readSegment, SALT_BYTES } from "./segment.ts";

/** Where a record stands: its segment's number and the offset behind it. Later records have later positions. */
export interface Position {
  readonly segment: number;
  readonly end: number;
}

/** A delivery that was in the journal when it was opened. */
export interface Replayed extends Entry {
  readonly position: Position;
}

/** How the files stand. */
export interface SegmentsState {
  readonly segments: number;
  readonly bytes: number;
  /** found while replaying: places that hold no record, a torn end included; count and size */
  readonly damagedSpots: number;
  readonly damagedBytes: number;
}

interface Segment {
  readonly number: number;
  readonly salt: Buffer;
  readonly path: string;
  bytes: number;
  /** behind its last record; infinite while an old segment has not been read, which keeps it from being trimmed */
  end: number;
}

const NAME = /^(\d{12})-([0-9a-f]{16})\.segment$/;
const FIRST: Position = { segment: 0, end: 0 };

/** The files of one folder. Calls to `write` must not overlap. */
export class Segments {
  readonly #folder: string;
  readonly #bytesMax: number;
  /** there before, oldest first; the files to replay */
  readonly #old: readonly Segment[];
  #all: Segment[];
  #active: { readonly segment: Segment; readonly file: FileHandle } | null = null;
  #trimmed = FIRST;
  #damagedSpots = 0;
  #damagedBytes = 0;

  private constructor(folder: string, old: readonly Segment[], bytesMax: number) {
    this.#folder = folder;
    this.#old = old;
    this.#all = [...old];
    this.#bytesMax = bytesMax;
  }

  /** Finds the segments of a folder. A new one is begun when it is full beyond `bytesMax`. */
  static async open(folder: string, bytesMax: number): Promise<Segments> {
    const old: Segment[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const [, number, salt] = NAME.exec(name) ?? [];
      if (number === undefined || salt === undefined) continue;
      const path = join(folder, name);
      const { size } = await stat(path);
      const end = Number.POSITIVE_INFINITY;
      old.push({ number: Number(number), salt: Buffer.from(salt, "hex"), path, bytes: size, end });
    }
    return new Segments(folder, old, bytesMax);
  }

  state(): SegmentsState {
    return {
      segments: this.#all.length,
      bytes: this.#all.reduce((sum, segment) => sum + segment.bytes, 0),
      damagedSpots: this.#damagedSpots,
      damagedBytes: this.#damagedBytes,
    };
  }

  /** Puts records on disk, all of them or none that counts, and says where each one is. */
  async write(records: readonly Buffer[]): Promise<Position[]> {
    this.#active ??= await this.#begin();
    const { segment, file } = this.#active;
    const bytes = Buffer.concat(records.flatMap((record) => [segment.salt, record]));
    try {
      await file.appendFile(bytes);
      await file.datasync();
    } catch (error) {
      await this.#abandon();
      throw error;
    }
    const positions = records.map((record) => {
      segment.end += SALT_BYTES + record.length;
      return { segment: segment.number, end: segment.end };
    });
    segment.bytes = segment.end;
    if (segment.bytes >= this.#bytesMax) await this.#finish();
    return positions;
  }

  /** Every record that was there at opening, oldest first. Segments that cannot be read stay where they are. */
  async *replay(): AsyncGenerator<Replayed> {
    for (const segment of this.#old) {
      const bytes = await readFile(segment.path).catch(() => null);
      if (bytes === null) this.#note(segment.bytes);
      else yield* this.#records(segment, bytes);
    }
  }

  /** Removes finished segments of which nothing lies behind the position. */
  async trim(upTo: Position): Promise<void> {
    if (isLater(upTo, this.#trimmed)) this.#trimmed = upTo;
    const isDone = ({ number, end }: Segment) =>
      Number.isFinite(end) && !isLater({ segment: number, end }, upTo);
    const done = this.#all.filter((segment) => segment !== this.#active?.segment && isDone(segment));
    for (const segment of done) await this.#remove(segment);
  }

  /** Ends the segment being written; a folder of which everything was trimmed is left empty. */
  async close(): Promise<void> {
    await this.#finish();
    await this.trim(this.#trimmed);
  }

  *#records(segment: Segment, bytes: Buffer): Generator<Replayed> {
    let last = 0;
    for (const finding of readSegment(bytes, segment.salt)) {
      if (finding.kind === "damage") this.#note(finding.bytes);
      else {
        last = finding.end;
        yield { ...finding.entry, position: { segment: segment.number, end: last } };
      }
    }
    segment.end = last;
  }

  #note(bytes: number): void {
    this.#damagedSpots += 1;
    this.#damagedBytes += bytes;
  }

  async #begin(): Promise<{ segment: Segment; file: FileHandle }> {
    const number = (this.#all.at(-1)?.number ?? this.#trimmed.segment) + 1;
    const salt = randomBytes(SALT_BYTES);
    const name = `${String(number).padStart(12, "0")}-${salt.toString("hex")}.segment`;
    const path = join(this.#folder, name);
    const file = await open(path, "ax");
    try {
      await syncFolder(this.#folder);
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    const segment: Segment = { number, salt, path, bytes: 0, end: 0 };
    this.#all.push(segment);
    return { segment, file };
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
    if (segment.end === 0) return this.#remove(segment);
    segment.bytes = await stat(segment.path).then(
      ({ size }) => size,
      () => segment.bytes,
    );
  }

  async #remove(segment: Segment): Promise<void> {
    this.#all = this.#all.filter((other) => other !== segment);
    await rm(segment.path, { force: true }).catch(() => undefined);
  }
}

function isLater(a: Position, b: Position): boolean {
  return a.segment > b.segment || (a.segment === b.segment && a.end > b.end);
}
