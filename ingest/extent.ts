/**
 * Extent: which segments the journal should have, so that one that has vanished is noticed.
 *
 *   segments begin, go → [extent] → the next start counts what is missing
 *
 * Overwritten in place: a full disk must not keep the journal from being trimmed. One sector, so a power cut leaves
 * the old words or the new ones. Without the file, or with rubbish in it, nothing is known to be missing.
 */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

/** Numbers of the oldest and the newest segment; the journal is empty when `first` is one more than `last`. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

const BYTES = 64;

/** The file of one journal. Writes go out one after the other. */
export class Extent {
  readonly #file: FileHandle;
  #range: Range;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, range: Range) {
    this.#file = file;
    this.#range = range;
  }

  /**
   * @param found   numbers of the segments that are there, ascending; believed when the file says nothing
   * @param unused  where to begin when there are none either
   */
  static async open(folder: string, found: readonly number[], unused: number): Promise<Extent> {
    const path = join(folder, "extent");
    const file = await open(path, "r+").catch(() => open(path, "w+"));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES), 0, BYTES, 0);
    const said = rangeIn(buffer.toString("latin1", 0, bytesRead));
    const first = found[0] ?? unused;
    return new Extent(file, said ?? { first, last: found.at(-1) ?? first - 1 });
  }

  get range(): Range {
    return this.#range;
  }

  /** Resolves once it is on disk. @throws the disk's error */
  async note(change: Partial<Range>): Promise<void> {
    this.#range = { ...this.#range, ...change };
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => undefined);
    await written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    const { first, last } = this.#range;
    await this.#file.write(Buffer.from(`${first} ${last}\n`.padEnd(BYTES, "\n"), "latin1"), 0, BYTES, 0);
    await this.#file.datasync();
  }
}

function rangeIn(text: string): Range | null {
  const [, first, last] = /^(\d{1,15}) (\d{1,15})\n/.exec(text) ?? [];
  return first === undefined || last === undefined ? null : { first: Number(first), last: Number(last) };
}
