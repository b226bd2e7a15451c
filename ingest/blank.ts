/**
 * Blank: the file of the next segment, made before it is needed.
 *
 *   [blank] → segments
 *
 * To make a file that a power cut does not take away again is several calls and a sync. Done ahead, no delivery waits
 * for it. An empty file that was never used is no loss to the next start: nothing was promised in it.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "./folder.ts";
import { SALT_BYTES, segmentName } from "./segment.ts";

/** An empty file that lasts, open at its end. */
export interface Blank {
  readonly number: number;
  readonly salt: Buffer;
  readonly path: string;
  readonly file: FileHandle;
}

/** Makes the files of one folder. */
export class Blanks {
  readonly #folder: string;
  #next: Promise<Blank | null> = Promise.resolve(null);

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file for a number, ahead of time where it was told. @throws the disk's error */
  async take(number: number): Promise<Blank> {
    const next = await this.#next;
    this.#next = Promise.resolve(null);
    if (next?.number === number) return next;
    await discard(next);
    return make(this.#folder, number);
  }

  /** Begins to make the file for a number. Where the disk does not let it, that is seen when it is taken. */
  prepare(number: number): void {
    this.#next = this.#next.then(async (last) => {
      await discard(last);
      return make(this.#folder, number).catch(() => null);
    });
  }

  /** Removes what was not taken. */
  async close(): Promise<void> {
    await discard(await this.#next);
  }
}

async function make(folder: string, number: number): Promise<Blank> {
  const salt = randomBytes(SALT_BYTES);
  const path = join(folder, segmentName(number, salt));
  const file = await open(path, "ax");
  const blank = { number, salt, path, file };
  try {
    await syncFolder(folder);
    return blank;
  } catch (error) {
    await discard(blank);
    throw error;
  }
}

/** What cannot be removed now is removed by the next start. */
async function discard(blank: Blank | null): Promise<void> {
  if (blank === null) return;
  await blank.file.close().catch(() => undefined);
  await rm(blank.path, { force: true }).catch(() => undefined);
}
